// wippy workflow journal ID

import { string } from '@oclif/core/args'
import { integer } from '@oclif/core/flags'
import type { Journal } from '../../../app/workflow-view.ts'
import { complain, json, print } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'
import { timelineText } from '../../workflow-text.ts'

export default class WorkflowJournal extends WorkflowCommand {
  static override summary = 'Show the journal of a workflow, record by record.'
  static override description = 'Each record is checked: its checksum, and that it follows the one before it.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }
  static override flags = {
    from: integer({ summary: 'From this record on.', min: 1, default: 1, helpValue: '<record>' }),
    limit: integer({ summary: 'How many at most.', min: 1, max: 10_000, default: 1000, helpValue: '<n>' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowJournal)
    const { from, limit } = flags
    await this.look<Journal>(flags, 'journal', { ...args, from, limit }, (journal) => {
      if (flags.json) return print(json({ $type: 'journal', v: 1, ...journal }))
      print(timelineText(journal.records, journal.records[0]?.time ?? ''))
      if (journal.next !== null) complain(`There are more: --from ${journal.next}`)
    })
  }
}
