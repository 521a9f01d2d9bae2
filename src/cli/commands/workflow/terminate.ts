// wippy workflow terminate ID

import { string } from '@oclif/core/args'
import { json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowTerminate extends WorkflowCommand {
  static override summary = 'End a workflow of the node that runs here, whatever it is doing.'
  static override description = 'Its code is not asked. Whoever waits for it is told; what it did stays done.'
  static override args = { id: string({ required: true, description: 'The workflow.' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowTerminate)
    await this.withNode(flags, async (client) => {
      const { id } = (await client.ask('workflow.terminate', args)) as typeof args
      print(flags.json ? json({ $type: 'terminated', v: 1, id, status: 'terminated' }) : `${visible(id)} was ended`)
    })
  }
}
