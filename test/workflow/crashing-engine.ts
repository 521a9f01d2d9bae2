// An engine whose node dies at one of its writes: just before it, or when it is stored and nobody has heard of it yet. From then on the node
// reads and writes nothing.

import { Kind, WippyError } from '../../src/error.ts'
import type { Engine } from '../../src/workflow/engine.ts'

export type Moment = 'before' | 'after'
export type Crash = { readonly write: number; readonly moment: Moment }

export type Crashing = {
  readonly engine: Engine
  /** Resolves when the node is dead. */
  readonly dead: Promise<void>
  /** Writes so far. */
  readonly writes: () => number
}

const WRITES = new Set(['append', 'adopt', 'post', 'putCode', 'removeCode', 'remove'])

const gone = (): WippyError => new WippyError('STATE_CLOSED', Kind.Unavailable, 'the node has died', { retryable: true })

/** `inner` outlives it. */
export const crashing = (inner: Engine, crash: Crash | null): Crashing => {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>()
  const nodes = new Set<string>()
  let writes = 0
  let isDead = false
  const through = async (name: string, act: () => Promise<unknown>): Promise<unknown> => {
    if (isDead) throw gone()
    if (!WRITES.has(name) || ++writes !== crash?.write) return act()
    isDead = true
    if (crash.moment === 'after') await act().catch(() => {}) // what it refused is as little known to the dead
    for (const node of nodes) await inner.release(node, new Set(Array.from({ length: 64 }, (_, part) => part)), true) // its lease is over
    die()
    throw gone()
  }
  const engine = new Proxy(inner, {
    get(_, name: string) {
      const method = Reflect.get(inner, name) as ((...args: unknown[]) => Promise<unknown>) | undefined
      if (typeof method !== 'function') return method
      if (name === 'watch') return (hear: (news: unknown) => void) => inner.watch((news) => (isDead ? undefined : hear(news)))
      if (name === 'close') return async () => {}
      return (...args: unknown[]) => {
        if (name === 'claim') nodes.add(String(args[0]))
        return through(name, () => method.apply(inner, args))
      }
    },
  })
  return { engine, dead, writes: () => writes }
}
