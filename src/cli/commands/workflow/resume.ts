// wippy workflow resume ID

import { string } from '@oclif/core/args'
import { json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowResume extends WorkflowCommand {
  static override summary = 'Let a paused workflow go on.'
  static override description =
    'It takes in what has arrived meanwhile, and timers that were due fire. One that the node could not go on with is tried again.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowResume)
    await this.withNode(flags, async (client) => {
      const { id } = (await client.ask('workflow.resume', args)) as typeof args
      print(flags.json ? json({ $type: 'resumed', v: 1, id, status: 'running' }) : `${visible(id)} goes on`)
    })
  }
}
