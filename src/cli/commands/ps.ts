// wippy ps

import { NodeCommand } from '../node-command.ts'
import { json, print } from '../output.ts'
import { type Listing, nodeText, processTable } from '../process-list.ts'

export default class Ps extends NodeCommand {
  static override summary = 'List the processes of the node that runs here.'
  static override examples = ['<%= config.bin %> ps', '<%= config.bin %> ps -C ../shop --json']

  override async run(): Promise<void> {
    const { flags } = await this.parse(Ps)
    await this.withNode(flags, async (client) => {
      const listing = (await client.ask('ps')) as Listing
      if (flags.json) return print(json({ $type: 'processes', v: 1, ...listing }))
      print(nodeText(listing.node))
      if (listing.processes.length > 0) print(processTable(listing.processes))
    })
  }
}
