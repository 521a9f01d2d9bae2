// What commands share that work on a running node: where it is, and how they talk to it.

import { join, resolve } from 'node:path'
import { Command } from '@oclif/core/command'
import { boolean, string } from '@oclif/core/flags'
import { Client, type Place } from '../control/client.ts'
import { Kind, WippyError } from '../error.ts'
import { waitingFor } from './progress.ts'

export type NodeFlags = {
  readonly dir?: string | undefined
  readonly state?: string | undefined
  readonly to?: string | undefined
  readonly json?: boolean
}

/** The state folder of the node that is meant. */
const folderOf = ({ dir = '.', state }: NodeFlags): string => (state === undefined ? join(resolve(dir), '.wippy') : resolve(state))

/** Where the node is that is meant. Throws CONTROL_ADDRESS. */
export const placeOf = (flags: NodeFlags): Place => {
  const { to } = flags
  if (to === undefined) return { folder: folderOf(flags) }
  const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(to) ?? []
  if (host !== '') return { host, port: Number(port), token: process.env.WIPPY_CONTROL_TOKEN ?? '' }
  throw new WippyError('CONTROL_ADDRESS', Kind.Invalid, `"${to}" is no address`, { hint: 'Write host:port.' })
}

export abstract class NodeCommand extends Command {
  static override baseFlags = {
    dir: string({ char: 'C', summary: 'The directory of the app whose node is meant.', helpValue: '<directory>' }),
    state: string({ summary: 'Its state folder, when that is not .wippy in there.', helpValue: '<folder>' }),
    to: string({ summary: 'A node elsewhere; its token is taken from WIPPY_CONTROL_TOKEN.', helpValue: 'host:port' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  /** Talks to the node. Throws NO_NODE, and what the node says. */
  protected async withNode(flags: NodeFlags, talk: (client: Client) => Promise<void>): Promise<void> {
    const client = await Client.connect(placeOf(flags))
    try {
      await waitingFor('waiting for the node', talk(client))
    } finally {
      client.close()
    }
  }

  /** Reads the state folder that is meant, whether a node runs there or not. */
  protected async withState(flags: NodeFlags, read: (folder: string) => Promise<void>): Promise<void> {
    await read(folderOf(flags))
  }
}
