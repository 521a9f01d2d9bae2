// wippy workflow show ID

import { string } from '@oclif/core/args'
import type { WorkflowShown } from '../../../app/workflow-view.ts'
import { json, print } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'
import { workflowText } from '../../workflow-text.ts'

export default class WorkflowShow extends WorkflowCommand {
  static override summary = 'Show a workflow: how it is, what it ended with, what it did.'
  static override description = 'Read from its journal, whether the app runs or not. The last 200 records are told.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowShow)
    await this.look<WorkflowShown>(flags, 'show', args, (shown) =>
      print(flags.json ? json({ $type: 'workflow', v: 1, ...shown }) : workflowText(shown)),
    )
  }
}
