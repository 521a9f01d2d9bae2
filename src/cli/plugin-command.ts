// What the commands below `wippy plugin` share: they work on the node that runs, and in the state folder of the app while none does.

import { resolve } from 'node:path'
import type { PluginDesk } from '../app/plugin-desk.ts'
import { Client } from '../control/client.ts'
import { WippyError } from '../error.ts'
import { configure } from './configure.ts'
import { NodeCommand, type NodeFlags, placeOf } from './node-command.ts'
import { complain } from './output.ts'
import { author } from './stored.ts'

/** One thing to do: its verb and arguments for a node, and the same at the desk of a folder. */
export type Asked<T> = {
  readonly verb: string
  readonly args: Readonly<Record<string, unknown>>
  readonly alone: (desk: PluginDesk) => Promise<T>
}

export abstract class PluginCommand extends NodeCommand {
  protected async ask<T>(flags: NodeFlags, { verb, args, alone }: Asked<T>): Promise<T> {
    try {
      const client = await Client.connect(placeOf(flags))
      try {
        return (await client.ask(verb, args)) as T
      } finally {
        client.close()
      }
    } catch (error) {
      if (!(error instanceof WippyError) || error.code !== 'NO_NODE' || flags.to !== undefined) throw error
    }
    const config = await configure({}, resolve(flags.dir ?? '.'))
    const { withStoredDesk } = await import('../app/plugin-desk.ts')
    const done = await withStoredDesk(flags.state === undefined ? config : { ...config, state: resolve(flags.state) }, author(), alone)
    complain('No node runs here: this is about what is stored, and holds from the next start on.')
    return done
  }
}
