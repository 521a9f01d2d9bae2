// What commands share that work on a running node.

import { Command } from '@oclif/core/command'
import { boolean, string } from '@oclif/core/flags'
import type { Client } from '../control/client.ts'
import { folderOf, type NodeFlags, placed, withNode } from './node-place.ts'

export { type NodeFlags, placeOf } from './node-place.ts'

export abstract class NodeCommand extends Command {
  static override baseFlags = {
    dir: string({ char: 'C', summary: 'The directory of the app whose node is meant.', helpValue: '<directory>' }),
    state: string({ summary: 'Its state folder; otherwise .wippy in there, or what its configuration says.', helpValue: '<folder>' }),
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
