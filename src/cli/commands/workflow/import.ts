// wippy workflow import FILE

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Imported } from '../../../app/workflow-copies.ts'
import { REQUEST_BYTES } from '../../../control/protocol.ts'
import { Kind, WippyError } from '../../../error.ts'
import { complain, json, print, visible } from '../../output.ts'
import { readArchive, WorkflowCommand } from '../../workflow-command.ts'

const MOST_BYTES = REQUEST_BYTES - 4096 // beside it goes its name

export default class WorkflowImport extends WorkflowCommand {
  static override summary = 'Bring an exported workflow into the node that runs here.'
  static override description =
    `One that has not ended is paused, since it may still be under way where it comes from: "resume" lets it go on.
With --id it is another workflow that goes its own way: what it asks for again has keys of its own. The file brings its code, which runs with
the rights that the workflow had: import what you trust.`
  static override examples = [
    '<%= config.bin %> workflow import order-17.wippy',
    '<%= config.bin %> workflow import order-17.wippy --id try-1',
  ]
  static override args = { file: text({ required: true, description: 'A file that export wrote.' }) }
  static override flags = { id: string({ summary: 'Its id here; the same as before otherwise.', helpValue: '<id>' }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowImport)
    const file = readArchive(args.file)
    if (file.length > MOST_BYTES) throw tooLarge(args.file)
    await this.withNode(flags, async (client) => {
      const asked = { file, name: args.file, ...(flags.id !== undefined && { id: flags.id }) }
      const imported = (await client.ask('workflow.import', asked)) as Imported
      if (flags.json) return print(json({ $type: 'imported', v: 1, ...imported }))
      const { id, status, records } = imported
      print(`${visible(id)} was taken in: ${records} records, ${status}`)
      if (status === 'paused') complain(`To let it go on: wippy workflow resume ${visible(id)}`)
    })
  }
}

const tooLarge = (file: string): WippyError =>
  new WippyError('ARCHIVE_LARGE', Kind.Invalid, `${file} is larger than ${MOST_BYTES} bytes, which is what a node takes in at once`, {
    where: { file },
    hint: 'It can be looked at and replayed as it is: wippy workflow replay FILE.',
  })
