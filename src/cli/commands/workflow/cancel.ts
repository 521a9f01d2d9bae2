// wippy workflow cancel ID

import { string } from '@oclif/core/args'
import { json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowCancel extends WorkflowCommand {
  static override summary = 'Ask a workflow of the node that runs here to end.'
  static override description = 'It hears of it as an event, and decides itself whether and when it ends.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowCancel)
    await this.withNode(flags, async (client) => {
      const { id } = (await client.ask('workflow.cancel', args)) as typeof args
      print(flags.json ? json({ $type: 'cancelled', v: 1, id }) : `${visible(id)} was asked to end`)
    })
  }
}
