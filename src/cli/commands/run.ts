// wippy run: starts the app, or one process of it.
//
// What was asked for decides what a problem means. When the entry to run has one, or needs an entry that has one, nothing runs. Otherwise what
// can run does, the problems are said, and the exit code is not 0 whatever happens then.

import { setTimeout } from 'node:timers/promises'
import { boolean, string } from '@oclif/core/flags'
import { describe, type WippyError } from '../../error.ts'
import type { Entry, Node, ProcessTerminal, Wippy } from '../../index.ts'
import { AppCommand } from '../base.ts'
import { faultsOf } from '../faults.ts'
import { lockdown } from '../lockdown.ts'
import { logOf } from '../log.ts'
import { complain } from '../output.ts'
import { listenForSignals } from '../signals.ts'
import { swapText } from '../swap.ts'
import { commandNamed, entryNamed, mainCommand } from '../target.ts'

const LEFT_BEHIND_MS = 1_000 // what a finished command leaves behind may take this long to end

type Asked = {
  readonly exec: string | undefined
  readonly target: string | undefined
  readonly host: string | undefined
  readonly silent: boolean
  readonly watch: boolean
}

export const runFlags = {
  exec: string({ char: 'x', summary: 'Run this process.', helpValue: 'ns:entry' }),
  host: string({ summary: 'The terminal host it runs on, when there are several.', helpValue: 'ns:entry' }),
  console: boolean({ char: 'c', summary: 'Show the log also while a process has the terminal.' }),
  silent: boolean({ char: 's', summary: 'Show no log and no warnings.' }),
  verbose: boolean({ char: 'v', summary: 'Show all of the log.' }),
}

export default class Run extends AppCommand {
  static override summary = 'Start the app in this directory, or one process of it.'
  static override description =
    `Without a target the command with meta.command.main runs; when there is none, the app's services start and stay until Ctrl-C.
With a target or -x the app starts, the process gets this terminal, and its result is the exit code: a number as it is, nothing or true 0, false or an error 1.

What stands behind the target goes to the process untouched. The first Ctrl-C asks everything to end, the second ends it.`
  static override usage = ['run [flags] [TARGET [ARGS...]]', 'run [flags] -x ns:entry [--] [ARGS...]', 'run list [--json]']
  static override examples = ['<%= config.bin %> run', '<%= config.bin %> run greet Ada --loud', '<%= config.bin %> run -x app:greet Ada']
  static override strict = false
  static override flags = {
    ...runFlags,
    watch: boolean({ summary: 'Take files in as they are saved, while the app runs.' }),
  }

  /** Whether files are followed in any case. */
  protected readonly watches: boolean = false
  #running: Entry | null = null // the process that has the terminal

  override async run(): Promise<void> {
    const signals = listenForSignals((code) => process.exit(code))
    const end = this.argv.indexOf('--') // put there by guardArguments
    const rest = this.argv.slice(end + 1)
    const { flags, argv } = await this.parse(Run, this.argv.slice(0, end))
    const words = [...(argv as string[]), ...rest]
    const target = flags.exec === undefined ? words.shift() : undefined
    const watch = this.watches || flags.watch
    const asked: Asked = { ...flags, target, watch }

    const wippy = await import('../../index.ts')
    const config = await this.configure(flags)
    lockdown()
    const terminal = wippy.processTerminal(process.stdin, process.stdout, process.stderr, words)
    const expected = flags.exec !== undefined || target !== undefined
    const log = logOf(config, { ...flags, console: flags.console || this.watches }, () => ({ expected, entry: this.#running }), wippy)
    const node = await wippy.boot(config, { log })
    signals.stopWith(() => {
      complain('Stopping. Press Ctrl-C again to end at once.')
      void node.stop()
    })
    if (watch) await node.follow((swap) => complain(swapText(swap, wippy.versionName(node.registry.current))))
    const outcome = await this.#perform(node, wippy, asked, terminal).catch((error: Error) => error)
    await Promise.race([node.stop(), setTimeout(LEFT_BEHIND_MS)])
    await node.stop({ now: true })
    await terminal.flush()
    if (outcome !== 0 && log.hidden > 0 && !flags.silent)
      complain(`${log.hidden} warnings and errors were logged; "wippy run -c …" shows them.`)
    if (outcome instanceof Error) throw outcome
    process.exit(outcome)
  }

  /** Runs what was asked for; returns the exit code. */
  async #perform(node: Node, wippy: Wippy, asked: Asked, terminal: ProcessTerminal): Promise<number> {
    const entries = [...node.registry.snapshot().entries()]
    const { causes, broken, stopped } = faultsOf(node.problems, entries, wippy.referencesOf)
    if (!asked.silent) this.sayAll(node.warnings, 'warning: ')
    this.sayAll(causes)
    if (stopped.length > 0) complain(`not started: ${stopped.join(', ')}`)
    const faulty = causes.length > 0
    try {
      const entry = entryOf(asked, entries, wippy)
      if (entry === null) return await this.#serve(node, asked, faulty)
      if (broken.has(entry.id) || stopped.includes(entry.id)) return 1
      this.#running = entry
      const options = { terminal, ...(asked.host !== undefined && { host: asked.host }) }
      const code = await Promise.race([node.execute(entry.id, terminal.args, options), node.ended])
      return faulty ? code || 1 : code
    } catch (error) {
      if (faulty && (error as WippyError).code === 'TARGET_UNKNOWN') return 1 // it may stand in what could not be read
      if (causes.some((cause) => describe(cause) === describe(error))) return 1
      throw error
    }
  }

  /** Keeps the services running until the node has ended. */
  async #serve(node: Node, { silent, watch }: Asked, faulty: boolean): Promise<number> {
    const idle = node.scheduler.processes.size === 0
    if (idle && faulty && !watch) return 1
    if (idle && !silent) complain('Nothing here starts by itself; "wippy run list" shows what can be run. Ctrl-C ends this.')
    const code = await node.ended
    return faulty ? code || 1 : code
  }
}

/** The process entry that was asked for, or null for none. Throws TARGET_UNKNOWN. */
const entryOf = ({ exec, target }: Asked, entries: readonly Entry[], { didYouMean }: Wippy): Entry | null => {
  if (exec !== undefined) return entryNamed(exec, entries, didYouMean)
  return target === undefined ? mainCommand(entries) : commandNamed(target, entries, didYouMean)
}
