// wippy workflow start ENTRY

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import { json, print, visible } from '../../output.ts'
import { jsonIn, WorkflowCommand } from '../../workflow-command.ts'

type Started = { readonly id: string; readonly entry: string; readonly host: string; readonly pid: string; readonly status: string }

export default class WorkflowStart extends WorkflowCommand {
  static override summary = 'Start a workflow on the node that runs here.'
  static override description =
    'It survives the end of the node, and goes on from where it was. The id of a running workflow is refused; that of an ended one begins a new run.'
  static override examples = [`<%= config.bin %> workflow start app:order --id order-17 --input '{"amount": 5}'`]
  static override args = { entry: text({ required: true, description: 'A workflow.lua entry, or a process with meta.durable: true.' }) }
  static override flags = {
    id: string({ summary: 'Its id; a random one otherwise.', helpValue: '<id>' }),
    input: string({ summary: 'The argument of its main, as JSON.', helpValue: '<json>' }),
    host: string({ summary: 'Its host, when there are several.', helpValue: 'ns:entry' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowStart)
    const { id, input, host } = flags
    await this.withNode(flags, async (client) => {
      const asked = {
        ...args,
        ...(id !== undefined && { id }),
        ...(host !== undefined && { host }),
        ...(input !== undefined && { input: jsonIn(input, '--input') }),
      }
      const started = (await client.ask('workflow.start', asked)) as Started
      if (flags.json) print(json({ $type: 'started', v: 1, ...started }))
      else print(`${visible(started.id)} was started: ${visible(started.entry)} on ${visible(started.host)}`)
    })
  }
}
