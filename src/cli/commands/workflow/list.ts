// wippy workflow list

import { integer, string } from '@oclif/core/flags'
import type { WorkflowList as Listing } from '../../../app/workflow-view.ts'
import { complain, json, print } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'
import { workflowTable } from '../../workflow-text.ts'

export default class WorkflowList extends WorkflowCommand {
  static override summary = 'List the workflows of the app here, whether it runs or not.'
  static override examples = [
    '<%= config.bin %> workflow list --status running',
    '<%= config.bin %> workflow list --where customer=42 --json',
  ]
  static override flags = {
    status: string({
      summary: 'Only those with this status.',
      options: ['running', 'paused', 'completed', 'failed', 'cancelled', 'terminated'],
    }),
    entry: string({ summary: 'Only workflows of this entry.', helpValue: '<namespace:name>' }),
    where: string({
      summary: 'Only those with this search attribute; repeatable, and then with all of them.',
      multiple: true,
      helpValue: '<key=value>',
    }),
    since: string({ summary: 'Only those started then or later; the oldest first.', helpValue: '<time>' }),
    until: string({ summary: 'Only those started before; the oldest first.', helpValue: '<time>' }),
    after: string({ summary: 'Only those after this place, as "next" shows it.', helpValue: '<place>' }),
    limit: integer({ summary: 'How many at most.', min: 1, max: 10_000, default: 1000, helpValue: '<n>' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(WorkflowList)
    const { status, entry, where, since, until, after, limit } = flags
    const asked = Object.fromEntries(
      Object.entries({ status, entry, where, since, until, after, limit }).filter(([, value]) => value !== undefined),
    )
    await this.look<Listing>(flags, 'list', asked, ({ workflows, next }) => {
      if (flags.json) return print(json({ $type: 'workflows', v: 1, workflows, next }))
      print(workflows.length === 0 ? 'There is no such workflow. To start one: wippy workflow start ENTRY' : workflowTable(workflows))
      if (next !== null) complain(`There are more: --after ${next}`)
    })
  }
}
