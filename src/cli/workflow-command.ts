// What the commands below `wippy workflow` share: looking, with a node or without one, and values that come as JSON.

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { View } from '../app/workflow-view.ts'
import { Kind, WippyError } from '../error.ts'
import { NodeCommand, type NodeFlags } from './node-command.ts'
import { whyRefused } from './refusal.ts'

export abstract class WorkflowCommand extends NodeCommand {
  /** Looks at the stored workflows of the app that is meant; at those of a node elsewhere by asking it. */
  protected async look<T>(flags: NodeFlags, view: View, asked: Readonly<Record<string, unknown>>, tell: (seen: T) => void): Promise<void> {
    const ask = (): Promise<void> => this.withNode(flags, async (client) => tell((await client.ask(`workflow.${view}`, asked)) as T))
    if (flags.to !== undefined) return ask()
    if (view === 'show') {
      try {
        return await ask() // the node that runs here knows what keeps it from going on
      } catch (error) {
        if (!(error instanceof WippyError) || !['NO_NODE', 'WORKFLOWS_NONE'].includes(error.code)) throw error
      }
    }
    return this.withState(flags, async (folder) => {
      const { viewStored } = await import('../app/workflow-view.ts')
      const app = flags.state === undefined ? resolve(flags.dir ?? '.') : null
      tell((await viewStored({ folder, app }, view, asked)) as T)
    })
  }
}

/** The bytes of a file that `wippy workflow export` wrote. Throws ARCHIVE_FILE. */
export const readArchive = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new WippyError('ARCHIVE_FILE', Kind.NotFound, `${path} cannot be read: ${whyRefused(cause as Error)}`, {
      hint: 'Name a file that "wippy workflow export ID -o FILE" wrote.',
    })
  }
}

/** JSON from the command line; `what` names it. Throws WORKFLOW_JSON. */
export const jsonIn = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WippyError('WORKFLOW_JSON', Kind.Invalid, `${what} is not JSON: ${(cause as Error).message}`, {
      hint: `Quote it: '{"amount": 5}', and a text within that: '"yes"'.`,
    })
  }
}
