// wippy workflow show ID

import { string } from '@oclif/core/args'
import { integer } from '@oclif/core/flags'
import type { StateShown } from '../../../app/workflow-past.ts'
import type { WorkflowShown } from '../../../app/workflow-view.ts'
import { json, print } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'
import { stateText } from '../../workflow-past-text.ts'
import { workflowText } from '../../workflow-text.ts'

export default class WorkflowShow extends WorkflowCommand {
  static override summary = 'Show a workflow: its state, its result, and what it did.'
  static override description = 'It is read from the journal, whether the app runs or not. The last 200 records are shown.'
  static override examples = ['<%= config.bin %> workflow show order-17', '<%= config.bin %> workflow show order-17 --at 12']
  static override args = { id: string({ required: true, description: 'The workflow.' }) }
  static override flags = {
    at: integer({ summary: 'How it was after this record: where its code stood, and its variables.', min: 1, helpValue: '<record>' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowShow)
    const { at } = flags
    if (at !== undefined) {
      return this.look<StateShown>(flags, 'state', { ...args, at }, (state) =>
        print(flags.json ? json({ $type: 'workflow-state', v: 1, ...state }) : stateText(state)),
      )
    }
    await this.look<WorkflowShown>(flags, 'show', args, (shown) =>
      print(flags.json ? json({ $type: 'workflow', v: 1, ...shown }) : workflowText(shown)),
    )
  }
}
