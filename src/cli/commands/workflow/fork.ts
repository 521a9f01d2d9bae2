// wippy workflow fork ID RECORD

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Forked } from '../../../app/workflow-copies.ts'
import { Kind, WippyError } from '../../../error.ts'
import { json, print, visible } from '../../output.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

/** The record a word names. Throws WORKFLOW_RECORD. */
const recordNamed = (word: string): number => {
  if (/^[1-9]\d*$/.test(word)) return Number(word)
  throw new WippyError('WORKFLOW_RECORD', Kind.Invalid, `"${visible(word)}" is no record`, {
    hint: 'Records are numbered from 1: "wippy workflow journal ID" shows them.',
  })
}

export default class WorkflowFork extends WorkflowCommand {
  static override summary = 'Start a workflow on the node that runs here, from where another one was after a record.'
  static override description =
    `The other one stays as it is. What it had asked for without an answer is asked again, with new keys, and children are started
anew; messages that had been sent are not sent again. Messages that wait for the other one, and its children, stay the other one's.`
  static override examples = ['<%= config.bin %> workflow fork order-17 12 --id order-17-again']
  static override args = {
    id: text({ required: true, description: 'The workflow.' }),
    record: text({ required: true, description: 'The last record to take over; "wippy workflow journal ID" shows them.' }),
  }
  static override flags = { id: string({ summary: 'The id of the new one; a random one otherwise.', helpValue: '<id>' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowFork)
    const behind = recordNamed(args.record)
    await this.withNode(flags, async (client) => {
      const asked = { id: args.id, record: behind, ...(flags.id !== undefined && { as: flags.id }) }
      const forked = (await client.ask('workflow.fork', asked)) as Forked
      const { id, from, record } = forked
      print(flags.json ? json({ $type: 'forked', v: 1, ...forked }) : `${visible(id)} goes on from record ${record} of ${visible(from)}`)
    })
  }
}
