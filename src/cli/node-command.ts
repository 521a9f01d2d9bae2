// What commands share that work on a running node.

import { string as word } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean, string } from '@oclif/core/flags'
import type { Client } from '../control/client.ts'
import { folderOf, type NodeFlags, placed, withNode } from './node-place.ts'

export { type NodeFlags, placeOf } from './node-place.ts'

/** How a command is told which process it is about. */
export const processArgument = word({ required: true, description: 'Its pid, the number at the end of the pid, or a registered name.' })

export abstract class NodeCommand extends Command {
  static override baseFlags = {
    dir: string({ char: 'C', summary: 'The directory of the app whose node to use.', helpValue: '<directory>' }),
    state: string({ summary: 'The state folder of the node. Default: what its configuration says, or .wippy.', helpValue: '<folder>' }),
    to: string({ summary: 'A node elsewhere; its token is taken from WIPPY_CONTROL_TOKEN.', helpValue: 'host:port' }),
    json: boolean({ summary: 'As JSON.' }),
  }

  /** Talks to the node. Throws NO_NODE, and what the node says. */
  protected withNode(flags: NodeFlags, talk: (client: Client) => Promise<void>): Promise<void> {
    return withNode(flags, talk)
  }

  /** Reads the state folder that is meant, whether a node runs there or not. */
  protected async withState(flags: NodeFlags, read: (folder: string) => Promise<void>): Promise<void> {
    await read(folderOf(await placed(flags)))
  }
}
