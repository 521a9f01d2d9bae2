// wippy run: starts the app, or one process of it.
//
// What was asked for decides what a problem means. When the entry to run has one, or needs an entry that has one, nothing runs. Otherwise what
// can run does, the problems are said, and the exit code is not 0 whatever happens then.

import { boolean, string } from '@oclif/core/flags'
import type { Config } from '../../config.ts'
import type { WippyError } from '../../error.ts'
import type { Entry, Log, Node, ProcessTerminal } from '../../index.ts'
import { divide } from '../arguments.ts'
import { AppCommand } from '../base.ts'
import { faultsOf } from '../faults.ts'
import { lockdown } from '../lockdown.ts'
import { complain } from '../output.ts'
import { listenForSignals } from '../signals.ts'
import { commandNamed, entryNamed, mainCommand } from '../target.ts'

type Wippy = typeof import('../../index.ts')
type Asked = { readonly exec?: string; readonly target?: string; readonly host?: string; readonly silent: boolean }
type Loudness = { readonly console: boolean; readonly silent: boolean; readonly verbose: boolean }

export default class Run extends AppCommand {
  static override summary = 'Start the app in this directory, or one process of it.'
  static override description = `Without a target the command with meta.command.main runs; when there is none, the app's services start and stay until Ctrl-C.
With a target or -x the app starts, the process gets this terminal, and its result is the exit code: a number as it is, nothing or true 0, false or an error 1.

What stands behind the target goes to the process untouched. The first Ctrl-C asks everything to end, the second ends it.`
  static override usage = ['run [flags] [TARGET [ARGS...]]', 'run [flags] -x ns:entry [--] [ARGS...]', 'run list [--json]']
  static override examples = ['<%= config.bin %> run', '<%= config.bin %> run greet Ada --loud', '<%= config.bin %> run -x app:greet Ada']
  static override strict = false
  static override flags = {
    exec: string({ char: 'x', summary: 'Run this process.', helpValue: 'ns:entry' }),
    host: string({ summary: 'The terminal host it runs on, when there are several.', helpValue: 'ns:entry' }),
    console: boolean({ char: 'c', summary: 'Show the log also while a process has the terminal.' }),
    silent: boolean({ char: 's', summary: 'Show no log and no warnings.' }),
    verbose: boolean({ char: 'v', summary: 'Show all of the log.' }),
  }

  override async run(): Promise<void> {
    const signals = listenForSignals((code) => process.exit(code))
    const { own, rest } = divide(this.argv)
    const { flags, argv } = await this.parse(Run, [...own])
    const words = [...(argv as string[]), ...rest]
    const target = flags.exec === undefined ? words.shift() : undefined
    const asked: Asked = { ...flags, ...(target !== undefined && { target }) }

    const wippy = await import('../../index.ts')
    const config = await this.configure(flags)
    lockdown()
    const terminal = wippy.processTerminal(process.stdin, process.stdout, process.stderr, words)
    const node = await wippy.boot(config, { log: logOf(config, flags, asked, wippy) })
    signals.stopWith(() => {
      complain('Stopping. Press Ctrl-C again to end at once.')
      void node.stop()
    })
    const code = await this.#perform(node, wippy, asked, terminal).catch((error: Error) => error)
    await node.stop()
    await terminal.flush()
    if (code instanceof Error) throw code
    process.exit(code)
  }

  /** Runs what was asked for; returns the exit code. */
  async #perform(node: Node, wippy: Wippy, asked: Asked, terminal: ProcessTerminal): Promise<number> {
    const entries = [...node.registry.snapshot().entries()]
    const { causes, broken, stopped } = faultsOf(node.problems, entries, wippy.referencesOf)
    if (!asked.silent) this.sayAll(node.warnings, 'warning: ')
    this.sayAll(causes)
    if (stopped.length > 0) complain(`not started: ${stopped.join(', ')}`)

    const least = causes.length > 0 ? 1 : 0
    const entry = entryOf(asked, entries, causes, wippy)
    if (entry === null) {
      const idle = node.scheduler.processes.size === 0
      if (idle && least > 0) return least
      if (idle && !asked.silent) complain('Nothing here starts by itself; "wippy run list" shows what can be run. Ctrl-C ends this.')
      return Math.max(least, await node.ended)
    }
    if (broken.has(entry) || stopped.includes(entry)) return 1
    const options = { terminal, ...(asked.host !== undefined && { host: asked.host }) }
    return Math.max(least, await Promise.race([node.execute(entry, terminal.args, options), node.ended]))
  }
}

/** The process entry that was asked for, or null for none. Throws TARGET_UNKNOWN, unless what cannot be read may be what is missing. */
const entryOf = ({ exec, target }: Asked, entries: readonly Entry[], causes: readonly WippyError[], { didYouMean }: Wippy): string | null => {
  try {
    if (exec !== undefined) return entryNamed(exec, entries, didYouMean)
    return target === undefined ? mainCommand(entries) : commandNamed(target, entries, didYouMean)
  } catch (error) {
    if (causes.length === 0) throw error
    return ''
  }
}

/** The log on standard error. While a process has the terminal only warnings and errors are shown, unless more is asked for. */
const logOf = (config: Config, { console, silent, verbose }: Loudness, { exec, target }: Asked, { createLog }: Wippy): Log => {
  const attended = exec !== undefined || target !== undefined
  const { level, encoding } = config.logger
  const quiet = attended && !console && level !== 'error' ? 'warn' : level
  return createLog({
    write: (line) => {
      if (!silent) process.stderr.write(line)
    },
    now: Date.now,
    format: encoding,
    colour: process.stderr.isTTY === true && !process.env.NO_COLOR,
    level: verbose ? 'debug' : quiet,
  })
}
