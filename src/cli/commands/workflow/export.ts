// wippy workflow export ID -o FILE

import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Exported } from '../../../app/workflow-past.ts'
import { Kind, WippyError } from '../../../error.ts'
import { json, print, visible } from '../../output.ts'
import { whyRefused } from '../../refusal.ts'
import { writeWhole } from '../../whole-file.ts'
import { WorkflowCommand } from '../../workflow-command.ts'

export default class WorkflowExport extends WorkflowCommand {
  static override summary = 'Write a workflow to a file: its journal, its code, and what waits for it.'
  static override description = 'The file needs nothing else to be replayed or imported. What is in it is not encrypted.'
  static override examples = ['<%= config.bin %> workflow export order-17 -o order-17.wippy']
  static override args = { id: text({ required: true, description: 'The workflow.' }) }
  static override flags = {
    output: string({ char: 'o', required: true, summary: 'The file to write; an existing one is replaced.', helpValue: '<file>' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowExport)
    await this.look<Exported>(flags, 'export', args, ({ id, records, status, file }) => {
      write(flags.output, file)
      const told = { $type: 'exported', v: 1, id, records, status, file: flags.output, bytes: file.length }
      print(flags.json ? json(told) : `${visible(id)} was written to ${flags.output}: ${records} records, ${file.length} bytes`)
    })
  }
}

const write = (path: string, bytes: Uint8Array): void => {
  try {
    writeWhole(path, bytes, 0o600)
  } catch (cause) {
    throw new WippyError('EXPORT_FILE', Kind.Invalid, `cannot be written: ${whyRefused(cause as Error)}`, {
      where: { file: path },
      hint: 'Name a file in a folder that is there: -o FILE.',
    })
  }
}
