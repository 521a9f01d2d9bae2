// wippy workflow cancel ID

import { string } from '@oclif/core/args'
import { complain, json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowCancel extends WorkflowCommand {
  static override summary = 'Ask a workflow of the node that runs here to end.'
  static override description = 'It receives an event, and decides itself whether and when it ends.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowCancel)
    await this.withNode(flags, async (client) => {
      const { id, status } = (await client.ask('workflow.cancel', args)) as typeof args & { readonly status: string }
      if (flags.json) return print(json({ $type: 'cancelled', v: 1, id, status }))
      print(`${visible(id)} was asked to end`)
      if (status === 'paused') complain(`It is paused, and hears of it once it goes on: wippy workflow resume ${visible(id)}`)
    })
  }
}
