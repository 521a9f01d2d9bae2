// wippy run. Most of the time it is reached without oclif: see main.ts.

import { boolean, string } from '@oclif/core/flags'
import { AppCommand } from '../base.ts'
import type { RunFlags } from '../run.ts'

export const runFlags = {
  exec: string({ char: 'x', summary: 'Run this process.', helpValue: 'ns:entry' }),
  host: string({ summary: 'The terminal host it runs on, when there are several.', helpValue: 'ns:entry' }),
  console: boolean({ char: 'c', summary: 'Show the log even while a process has the terminal.' }),
  silent: boolean({ char: 's', summary: 'Show no log and no warnings.' }),
  verbose: boolean({ char: 'v', summary: 'Show all of the log.' }),
}

export default class Run extends AppCommand {
  static override summary = 'Start the app in this directory, or one process of it.'
  static override description =
    `Without a target the command with meta.command.main runs; when there is none, the app's services start and stay until Ctrl-C.
With a target or -x the app starts, the process gets this terminal, and its result is the exit code: a number as it is, nothing or true 0, false or an error 1.

What stands behind the target goes to the process; only -o ns:entry:field=value, --set section.path=value and --profile NAME are taken there, too, unless they stand behind --. The first Ctrl-C asks everything to end, the second ends it.`
  static override usage = [
    'run [flags] [TARGET [ARGS...]]',
    'run [flags] FILE.wapp [TARGET [ARGS...]]',
    'run [flags] -x ns:entry [--] [ARGS...]',
    'run list [--json]',
  ]
  static override examples = ['<%= config.bin %> run', '<%= config.bin %> run greet Ada --loud', '<%= config.bin %> run -x app:greet Ada']
  static override strict = false
  static override flags = {
    ...runFlags,
    watch: boolean({ summary: 'Take in files when they are saved, while the app runs.' }),
  }

  /** Flags that count as given. */
  protected readonly always: Partial<RunFlags> = {}

  override async run(): Promise<void> {
    const end = this.argv.indexOf('--') // put there by guardArguments
    const rest = this.argv.slice(end + 1)
    const { flags, argv } = await this.parse(Run, this.argv.slice(0, end))
    const { run } = await import('../run.ts')
    await run({ ...flags, ...this.always }, [...(argv as string[]), ...rest])
  }
}
