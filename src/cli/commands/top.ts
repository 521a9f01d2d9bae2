// wippy top

import { setTimeout } from 'node:timers/promises'
import { integer } from '@oclif/core/flags'
import type { Client } from '../../control/client.ts'
import { NodeCommand } from '../node-command.ts'
import { endWhenUnread } from '../outlets.ts'
import { fitted, json, print } from '../output.ts'
import { type Listed, type Listing, nodeText, processTable } from '../process-list.ts'

const CLEAR = '\x1b[H\x1b[J'
const SECOND = 1_000

type Sample = { readonly listing: Listing; readonly atMs: number }

const sample = async (client: Client): Promise<Sample> => ({ listing: (await client.ask('ps')) as Listing, atMs: performance.now() })

/** Fuel per second between two samples, by pid. */
const ratesOf = (before: Sample, after: Sample): Map<string, number> => {
  const spent = new Map(before.listing.processes.map(({ pid, fuel }) => [pid, fuel]))
  const seconds = (after.atMs - before.atMs) / SECOND
  return new Map(after.listing.processes.map(({ pid, fuel }) => [pid, Math.max(0, fuel - (spent.get(pid) ?? 0)) / seconds]))
}

export default class Top extends NodeCommand {
  static override summary = 'Show which processes of the node that runs here do most.'
  static override description =
    'Sorted by the work of the last second. On a terminal it goes on until Ctrl-C; elsewhere, and with --json, it looks once.'
  static override flags = { lines: integer({ char: 'n', summary: 'How many processes.', default: 20, min: 1 }) }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Top)
    const live = process.stdout.isTTY === true && !flags.json
    endWhenUnread()
    await this.withNode(flags, async (client) => {
      let before = await sample(client)
      do {
        await setTimeout(SECOND)
        const after = await sample(client)
        const rates = ratesOf(before, after)
        const rate = ({ pid }: Listed): number => rates.get(pid) ?? 0
        const busiest = [...after.listing.processes].sort((a, b) => rate(b) - rate(a)).slice(0, flags.lines)
        if (flags.json)
          print(json({ $type: 'top', v: 1, node: after.listing.node, processes: busiest.map((one) => ({ ...one, rate: rate(one) })) }))
        else {
          const text = `${nodeText(after.listing.node)}\n${processTable(busiest, rates)}`
          const { columns, rows } = process.stdout // 0 where the terminal does not know its size
          print(live ? CLEAR + fitted(text, { columns: columns || 80, rows: (rows || 24) - 1 }) : text)
        }
        before = after
      } while (live)
    })
  }
}
