// wippy workflow list

import { integer, string } from '@oclif/core/flags'
import type { WorkflowList as Listing } from '../../../app/workflow-view.ts'
import { complain, json, print } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'
import { workflowTable } from '../../workflow-text.ts'

export default class WorkflowList extends WorkflowCommand {
  static override summary = 'List the workflows of the app here, whether it runs or not.'
  static override examples = ['<%= config.bin %> workflow list --status running', '<%= config.bin %> workflow list --json']
  static override flags = {
    status: string({ summary: 'Only these.', options: ['running', 'completed', 'failed', 'cancelled', 'terminated'] }),
    after: string({ summary: 'Only those whose ids come after this one.', helpValue: '<id>' }),
    limit: integer({ summary: 'How many at most.', min: 1, max: 10_000, default: 1000, helpValue: '<n>' }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(WorkflowList)
    const { status, after, limit } = flags
    const asked = { limit, ...(status !== undefined && { status }), ...(after !== undefined && { after }) }
    await this.look<Listing>(flags, 'list', asked, ({ workflows, next }) => {
      if (flags.json) return print(json({ $type: 'workflows', v: 1, workflows, next }))
      print(workflows.length === 0 ? 'There is no such workflow. To start one: wippy workflow start ENTRY' : workflowTable(workflows))
      if (next !== null) complain(`There are more: --after ${next}`)
    })
  }
}
