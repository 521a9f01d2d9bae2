// wippy workflow query ID NAME

import { string as text } from '@oclif/core/args'
import { integer, string } from '@oclif/core/flags'
import type { Answered } from '../../../app/workflow-past.ts'
import { json, print } from '../../output.ts'
import { jsonIn, WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowQuery extends WorkflowCommand {
  static override summary = 'Ask the code of a workflow a question, which its workflow.query(name, fn) answers.'
  static override description =
    `It is asked of a copy made from the journal, whether the app runs or not, and even if the workflow is paused or has ended:
nothing of the workflow changes.`
  static override examples = [
    '<%= config.bin %> workflow query order-17 total',
    `<%= config.bin %> workflow query order-17 item --input '{"n": 2}' --at 12`,
  ]
  static override args = {
    id: text({ required: true, description: 'The workflow.' }),
    name: text({ required: true, description: 'The name of the query.' }),
  }
  static override flags = {
    input: string({ summary: 'The argument of the query, as JSON.', helpValue: '<json>' }),
    at: integer({ summary: 'As it was after this record.', min: 1, helpValue: '<record>' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowQuery)
    const { input, at } = flags
    const asked = { ...args, ...(at !== undefined && { at }), ...(input !== undefined && { input: jsonIn(input, '--input') }) }
    await this.look<Answered>(flags, 'query', asked, (answered) =>
      print(json(flags.json ? { $type: 'answer', v: 1, ...answered } : answered.value)),
    )
  }
}
