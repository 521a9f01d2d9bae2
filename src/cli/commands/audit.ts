// wippy audit

import { boolean, integer, string } from '@oclif/core/flags'
import type { AuditRecord } from '../../app/audit-view.ts'
import type { WippyError } from '../../error.ts'
import { NodeCommand } from '../node-command.ts'
import { endWhenUnread } from '../outlets.ts'
import { complain, jsonLine, print, table, visible } from '../output.ts'

const HEAD = ['time (UTC)', '', 'actor', 'action', 'resource', 'policy', 'by', 'process', 'times']

const cellsOf = ({ time, verdict, actor, action, resource, policy, entry, pid, times }: AuditRecord): readonly string[] =>
  [
    new Date(time).toISOString().slice(0, 23).replace('T', ' '),
    verdict,
    actor === '' ? '-' : actor,
    action,
    resource === '' ? '-' : resource,
    policy ?? '-',
    entry,
    pid === '' ? '-' : pid,
    times === 1 ? '' : `×${times}`,
  ].map(visible)

export default class Audit extends NodeCommand {
  static override summary = 'Show what was denied, and what was allowed and changed something.'
  static override description =
    `Reads the state folder, whether a node runs there or not; what a node that runs noted within the last moment is not in there yet. The newest come last.
Kept are the newest 50,000 of what was allowed and of what was denied, at most 32 MiB of each. Texts may have * for any run of characters.`
  static override examples = [
    '<%= config.bin %> audit --denied --since 1h',
    "<%= config.bin %> audit --actor ada --action 'registry.*' --json",
    '<%= config.bin %> audit --follow',
  ]
  static override flags = {
    actor: string({ summary: 'Only what this actor did: an id, operator, or an empty text for nobody.', helpValue: '<id>' }),
    action: string({ summary: 'Only this action.', helpValue: '<name>' }),
    resource: string({ summary: 'Only what was done to this.', helpValue: '<id>' }),
    denied: boolean({ summary: 'Only what was denied.' }),
    since: string({ summary: 'Only what is not older.', helpValue: '1h|<date>' }),
    limit: integer({ char: 'n', summary: 'How many at most, the newest of them.', default: 50, min: 1, max: 10_000 }),
    follow: boolean({ char: 'f', summary: 'Go on with what the node that runs here decides from now on, until Ctrl-C.' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Audit)
    const { actor, action, resource, since, limit, follow } = flags
    const query = { actor, action, resource, limit, since, ...(flags.denied && { verdict: 'deny' }) }
    const tell = (records: readonly AuditRecord[]): void => {
      if (flags.json) for (const record of records) print(jsonLine(record))
      else if (follow) for (const record of records) print(cellsOf(record).join('  '))
      else print(records.length === 0 ? 'There is nothing of that in the audit.' : table(HEAD, records.map(cellsOf)))
    }
    if (!follow && flags.to === undefined) {
      return this.withState(flags, async (folder) => {
        const { auditOf, auditQuery } = await import('../../app/audit-view.ts')
        tell((await auditOf(folder, auditQuery(query))).toReversed())
      })
    }
    endWhenUnread()
    return this.withNode(flags, async (client) => {
      const records: AuditRecord[] = []
      const take = (record: unknown): void => (follow ? tell([record as AuditRecord]) : void records.push(record as AuditRecord))
      const { lost } = (await client.ask('audit', { ...query, follow }, take).catch((error: WippyError) => {
        if (follow && error.code === 'NODE_GONE') return { lost: 0 } // until it ends: that is what was asked for
        throw error
      })) as { readonly lost: number }
      if (!follow) tell(records)
      if (lost > 0) complain(`${lost} records came faster than they could be shown`)
    })
  }
}
