// What wippy ps does. A plain one goes without oclif, which takes longer to load than the node takes to answer: see main.ts.

import { parseArgs } from 'node:util'
import { type NodeFlags, withNode } from './node-place.ts'
import { json, print } from './output.ts'
import { type Listing, nodeText, processTable } from './process-list.ts'

/** The flags of a plain `wippy ps`; null for help, and for what has anything odd about it: oclif knows what to say of that. */
export const psFlags = (argv: readonly string[]): NodeFlags | null => {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { dir: { type: 'string', short: 'C' }, state: { type: 'string' }, to: { type: 'string' }, json: { type: 'boolean' } },
    })
    return values
  } catch {
    return null
  }
}

export const ps = (flags: NodeFlags): Promise<void> =>
  withNode(flags, async (client) => {
    const listing = (await client.ask('ps')) as Listing
    if (flags.json) return print(json({ $type: 'processes', v: 1, ...listing }))
    print(nodeText(listing.node))
    if (listing.processes.length > 0) print(processTable(listing.processes))
  })
