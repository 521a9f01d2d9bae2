// What the commands below `wippy plugin` share: they work on the node that runs, and in the state folder of the app while none does.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { PluginDesk } from '../app/plugin-desk.ts'
import type { Client } from '../control/client.ts'
import type { Config } from '../index.ts'
import { changing } from './changing.ts'
import { configure } from './configure.ts'
import { NodeCommand, type NodeFlags, placeOf } from './node-command.ts'
import { reach, using } from './node-place.ts'
import { complain } from './output.ts'
import { onNodeOrAlone } from './running.ts'
import { author } from './stored.ts'

/** One thing to do: its verb and arguments for a node, and the same at the desk of a folder. */
export type Asked<T> = {
  readonly verb: string
  readonly args: Readonly<Record<string, unknown>>
  readonly alone: (desk: PluginDesk) => Promise<T>
  readonly isChange?: boolean
}

export abstract class PluginCommand extends NodeCommand {
  protected async ask<T>(flags: NodeFlags, asked: Asked<T>): Promise<T> {
    if (asked.isChange) return changing((begin) => this.#ask(flags, asked, begin))
    return this.#ask(flags, asked, () => {})
  }

  async #ask<T>(flags: NodeFlags, { verb, args, alone, isChange }: Asked<T>, begin: () => void): Promise<T> {
    const talk = async (client: Client): Promise<T> => {
      begin()
      return (await client.ask(verb, args)) as T
    }
    if (flags.to !== undefined) return using(await reach(placeOf(flags)), talk)
    const here = (): Promise<Config> => configure({}, resolve(flags.dir ?? '.'))
    const state = flags.state === undefined ? (await here()).state : resolve(flags.state)
    const stored = async (): Promise<T> => {
      const { withStoredDesk } = await import('../app/plugin-desk.ts')
      const done = await withStoredDesk({ ...(await here()), state }, { author: author(), begin }, alone)
      complain('No node runs here: this is about what is stored, and holds from the next start on.')
      return done
    }
    if (!isChange && !existsSync(state)) return await stored() // nobody works there, and nothing is made only to look
    return await onNodeOrAlone(state, { talk, alone: stored })
  }
}
