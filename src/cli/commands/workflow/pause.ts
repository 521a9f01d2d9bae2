// wippy workflow pause ID

import { string } from '@oclif/core/args'
import { json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowPause extends WorkflowCommand {
  static override summary = 'Stop a workflow of the node that runs here until it is resumed.'
  static override description =
    'Messages to it and its timers wait, even across restarts of the node. Calls that it has made go on, and their answers wait.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowPause)
    await this.withNode(flags, async (client) => {
      const { id } = (await client.ask('workflow.pause', args)) as typeof args
      print(flags.json ? json({ $type: 'paused', v: 1, id, status: 'paused' }) : `${visible(id)} is paused`)
    })
  }
}
