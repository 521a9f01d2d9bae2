// Makes the node of a run reachable for other commands.

import { WippyError } from '../error.ts'
import type { Node } from '../index.ts'

const LASTING_MS = 1_000 // what is over before that needs nobody to look at it, and starts faster

/**
 * Opens the control endpoint: now, or when the run turns out to last. What prevents it is logged: the app runs all the same. The returned
 * function closes it.
 */
export const reachable = (node: Node, now: boolean): (() => Promise<void>) => {
  const { listen, token } = node.config.control
  const open = async () => {
    try {
      const { openControl } = await import('../control/server.ts')
      return await openControl(node, { folder: node.config.state, tcp: listen && { ...listen, token } })
    } catch (error) {
      const hint = error instanceof WippyError ? error.hint : undefined
      node.parts.log.record('warn', 'control', error instanceof Error ? error.message : String(error), hint ? { hint } : {})
      return null
    }
  }
  let opening: ReturnType<typeof open> | null = now ? open() : null
  const timer = setTimeout(() => {
    opening ??= open()
  }, LASTING_MS)
  timer.unref()
  return async () => {
    clearTimeout(timer)
    await (await opening)?.close()
  }
}
