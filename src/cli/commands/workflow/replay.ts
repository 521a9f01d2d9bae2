// wippy workflow replay ID|FILE

import { existsSync, statSync } from 'node:fs'
import { string as text } from '@oclif/core/args'
import { string } from '@oclif/core/flags'
import type { Replayed } from '../../../app/workflow-past.ts'
import { Exit } from '../../exit.ts'
import { json, print } from '../../output.ts'
import { Quit } from '../../quit.ts'
import { readArchive, WorkflowCommand } from '../../workflow-command.ts'
import { replayText } from '../../workflow-past-text.ts'

export default class WorkflowReplay extends WorkflowCommand {
  static override summary = 'Run a workflow again from its journal, without effects, and tell whether it does the same.'
  static override description =
    `It uses the code that the workflow began with; with --code, that of an app's files, which tells what a deploy would do to it.
What differs first is shown: the record, both sides, and the lines of Lua. The exit code is then ${Exit.conflict}.`
  static override examples = [
    '<%= config.bin %> workflow replay order-17',
    '<%= config.bin %> workflow replay order-17 --code .',
    '<%= config.bin %> workflow replay order-17.wippy --code . --entry app:order',
  ]
  static override args = { workflow: text({ required: true, description: 'The workflow, or a file that export wrote.' }) }
  static override flags = {
    code: string({ summary: 'Replay on the code in the files of the app there.', helpValue: '<directory>' }),
    entry: string({ summary: 'The entry of that app, when its name has changed.', helpValue: 'ns:entry', dependsOn: ['code'] }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(WorkflowReplay)
    const { workflow } = args
    const tell = (replayed: Replayed): void => {
      print(flags.json ? json({ $type: 'replay', v: 1, ...replayed }) : replayText(replayed))
      if (!replayed.same) throw new Quit(Exit.conflict)
    }
    if (existsSync(workflow) && statSync(workflow).isFile()) {
      const { openFile } = await import('../../../app/workflow-copies.ts')
      const { replay } = await import('../../../app/workflow-past.ts')
      const { id, entry, engine } = await openFile(readArchive(workflow), workflow)
      return tell(await replay(engine, { id, ...(await codeOf(flags, entry)) }))
    }
    const entry = flags.code === undefined || flags.entry !== undefined ? '' : await this.#entryOf(workflow, flags)
    await this.look<Replayed>(flags, 'replay', { id: workflow, ...(await codeOf(flags, entry)) }, tell)
  }

  async #entryOf(id: string, flags: Parameters<WorkflowReplay['look']>[0]): Promise<string> {
    let entry = ''
    await this.look<{ readonly entry: string }>(flags, 'show', { id }, (shown) => {
      entry = shown.entry
    })
    return entry
  }
}

const codeOf = async (
  { code, entry }: { code?: string | undefined; entry?: string | undefined },
  otherwise: string,
): Promise<{ code?: Uint8Array }> => {
  if (code === undefined) return {}
  const { programIn } = await import('../../../app/workflow-past.ts')
  return { code: await programIn(code, entry ?? otherwise) }
}
