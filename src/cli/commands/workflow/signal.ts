// wippy workflow signal ID TOPIC [VALUE]

import { string } from '@oclif/core/args'
import { json, print, visible } from '../../output.ts'
import { jsonIn, WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowSignal extends WorkflowCommand {
  static override summary = 'Send a message to a workflow of the node that runs here.'
  static override description = 'It is on the disk when this command ends, and arrives once, even if the node dies before that.'
  static override examples = [`<%= config.bin %> workflow signal order-17 approved '{"by": "ann"}'`]
  static override args = {
    id: string({ required: true, description: 'The workflow.' }),
    topic: string({ required: true, description: 'The topic of the message.' }),
    value: string({ description: 'What it carries, as JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowSignal)
    await this.withNode(flags, async (client) => {
      const { value, ...asked } = args
      const sent = (await client.ask('workflow.signal', {
        ...asked,
        ...(value !== undefined && { value: jsonIn(value, 'the value') }),
      })) as typeof asked
      if (flags.json) print(json({ $type: 'signalled', v: 1, ...sent }))
      else print(`"${visible(sent.topic)}" was sent to ${visible(sent.id)}`)
    })
  }
}
