// What `wippy run` does: starts the app, or one process of it.
//
// What was asked for decides what a problem means. When the entry to run has one, or needs an entry that has one, nothing runs. Otherwise what
// can run does, the problems are said, and the exit code is not 0 whatever happens then. An app that was asked for as a whole does not run
// without a service that it requires, nor beside another node with its state; one process of it does.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, Kind, WippyError } from '../error.ts'
import type { Config, Entry, Node, ProcessTerminal, Wippy } from '../index.ts'
import { type AppFlags, configure } from './configure.ts'
import { Exit } from './exit.ts'
import { faultsOf } from './faults.ts'
import { ageText } from './figures.ts'
import { lockdown } from './lockdown.ts'
import { type Loudness, logOf } from './log.ts'
import { onUnwritable, UNREAD } from './outlets.ts'
import { complain, counted, json, print, sayAll } from './output.ts'
import { waitingFor } from './progress.ts'
import { besideText, onlySeatFor, reachable, seatFor } from './reachable.ts'
import { computed } from './settle.ts'
import { listenForSignals } from './signals.ts'
import { swapText } from './swap.ts'
import { commandNamed, entryNamed, isWorkflow, mainCommand } from './target.ts'

const LEFT_BEHIND_MS = 1_000 // what a finished command leaves behind may take this long to end

export type RunFlags = AppFlags &
  Loudness & {
    /** A process to run, in place of a target. */
    readonly exec?: string | undefined
    readonly host?: string | undefined
    /** Whether files are taken in as they are saved. */
    readonly watch?: boolean | undefined
    /** The command it was asked for with, `run` when not said. */
    readonly command?: string
  }

type Asked = {
  readonly exec: string | undefined
  readonly target: string | undefined
  readonly host: string | undefined
  readonly silent: boolean
  readonly watch: boolean
  /** Hears which process has the terminal. */
  readonly attend: (entry: Entry) => void
  /** Hears that this process was ended by force. */
  readonly forced: () => void
}

/** Runs what the flags and the words behind them ask for, and ends the program. Throws what is to be said about a mistake. */
export const run = async (flags: RunFlags, words: readonly string[]): Promise<never> => {
  const signals = listenForSignals((code) => process.exit(code))
  const { exec, host, silent, watch = false, command = 'run' } = flags
  const isPacked = exec === undefined && words[0]?.endsWith('.wapp') === true
  const asked = isPacked ? words.slice(1) : words
  const target = exec === undefined ? asked[0] : undefined
  const args = target === undefined ? asked : asked.slice(1)
  const one = exec === undefined ? target : `-x ${exec}`
  const attended = { expected: one !== undefined, entry: null as Entry | null, isUnread: false }
  const attend = (entry: Entry): void => {
    attended.entry = entry
  }
  let [pressed, isForced] = [0, false]
  const forced = (): void => {
    isForced = true
  }

  const wippy = await import('../index.ts')
  const config = await (isPacked ? unpacked(words[0]!, flags) : configure(flags))
  const load = lockdown()
  const terminal = wippy.processTerminal(process, args)
  const log = logOf(config, flags, () => attended, wippy)
  const seat = await (one === undefined ? onlySeatFor(config, `wippy ${command}`) : seatFor(config, `wippy ${command} ${one}`))
  if (seat === null && !silent) complain(await besideText(config))
  const node = await waitingFor('starting', wippy.boot(config, { log, load }))
  signals.stopWith((code) => {
    pressed = code
    complain(`Stopping. What runs has ${ageText(config.shutdown.timeoutMs)} to end; press Ctrl-C again to end at once.`)
    seat?.is('stopping')
    void node.stop()
  })
  onUnwritable((code) => {
    if (attended.entry === null) return // services go on without
    pressed = code
    attended.isUnread = code === UNREAD
    void node.stop({ now: true })
  })
  const unreach = reachable(node, seat, one === undefined)
  if (watch) await node.follow((swap) => complain(swapText(swap, wippy.versionName(node.registry.current))))
  const outcome = await perform(node, wippy, { exec, host, silent, watch, target, attend, forced }, terminal).catch((error: Error) => error)
  await unreach()
  await Promise.race([node.stop(), setTimeout(LEFT_BEHIND_MS)])
  await node.stop({ now: true })
  seat?.leave()
  await terminal.flush()
  if (outcome !== 0 && log.hidden > 0 && !silent)
    complain(`${counted(log.hidden, 'warning or error', 'warnings and errors')} more in the log; "wippy run -c …" shows it.`)
  if (outcome instanceof Error) throw outcome
  process.exit(isForced && pressed !== 0 ? pressed : outcome)
}

/** The configuration of a packed app, whose state is in the working directory. Throws PACK_NOT_FOUND, PACK_FORMAT, PACK_VERSION, PACK_DAMAGED. */
export const unpacked = async (file: string, flags: AppFlags): Promise<Config> => {
  if (!existsSync(file)) {
    const hint = 'Give the file that "wippy pack" wrote.'
    throw new WippyError('PACK_NOT_FOUND', Kind.NotFound, `there is no file ${file}`, { hint })
  }
  const { unpack } = await import('../app/pack.ts')
  const state = resolve('.wippy')
  return configure({ ...flags, set: [`state=${state}`, ...(flags.set ?? [])] }, unpack(file, state))
}

/** Runs what was asked for; returns the exit code. */
const perform = async (node: Node, wippy: Wippy, asked: Asked, terminal: ProcessTerminal): Promise<number> => {
  const entries = [...node.registry.snapshot().entries()]
  const { causes, broken, stopped } = faultsOf(node.problems, entries, wippy.referencesOf)
  if (!asked.silent) sayAll(node.warnings, 'warning: ')
  sayAll(causes)
  if (stopped.length > 0) complain(`not started: ${stopped.join(', ')}`)
  const faulty = causes.length > 0
  try {
    const entry = entryOf(asked, entries, wippy)
    if (entry === null) return await serve(node, asked, faulty)
    if (broken.has(entry.id) || stopped.includes(entry.id)) return Exit.app
    if (isWorkflow(entry) && causes.some(({ code }) => code === 'STATE_OWNED')) {
      complain(`  → To start it on the node that runs here: wippy workflow start ${entry.id}`)
      return Exit.conflict
    }
    asked.attend(entry)
    const workflow = {
      began: (id: string): void => {
        if (!asked.silent) complain(`${entry.id} runs as workflow ${id}: if this ends early, it goes on with the next start of the app.`)
      },
      returned: (value: unknown): void => {
        if (typeof value === 'string' || (typeof value === 'object' && value !== null)) print(json(value))
      },
    }
    await computed(node)
    const options = { terminal, workflow, forced: asked.forced, ...(asked.host !== undefined && { host: asked.host }) }
    const code = await Promise.race([node.execute(entry.id, terminal.args, options), node.ended])
    return faulty ? code || Exit.app : code
  } catch (error) {
    if (faulty && (error as WippyError).code === 'TARGET_UNKNOWN') return Exit.app // it may stand in what could not be read
    if (causes.some((cause) => describe(cause) === describe(error))) return Exit.app
    throw error
  }
}

/** Keeps the services running until the node has ended; not without one that is required, unless files are followed that may mend it. */
const serve = async (node: Node, { silent, watch }: Asked, faulty: boolean): Promise<number> => {
  if (node.unstarted.length > 0 && !watch) {
    complain(`not without ${node.unstarted.join(', ')}\n  → With lifecycle.startup: optional the app runs without it.`)
    return Exit.app
  }
  const isUp = ({ state, retrying }: { readonly state: string; readonly retrying: boolean }): boolean => state === 'running' || retrying
  const up = [...node.parts.supervisor.services()].filter(([, status]) => isUp(status)).length
  const idle = node.scheduler.processes.size === 0 && up === 0
  if (idle && faulty && !watch) return Exit.app
  if (idle && !silent) complain(`${idleText(node)} Ctrl-C ends this.`)
  else if (process.stderr.isTTY && !silent) complain(`${counted(up, 'service')} up. Ctrl-C ends this.`)
  const code = await node.ended
  return faulty ? code || Exit.app : code
}

/** What an app is good for where nothing starts by itself. */
const idleText = (node: Node): string => {
  const kinds = new Set([...node.registry.snapshot().entries()].map(({ kind }) => kind))
  if (kinds.has('workflow.host') || kinds.has('temporal.worker')) return 'Ready for workflows: "wippy workflow start NAME" starts one.'
  return 'Nothing here starts by itself; "wippy run list" shows what can be run.'
}

/** The process entry that was asked for, or null for none. Throws TARGET_UNKNOWN. */
const entryOf = ({ exec, target }: Asked, entries: readonly Entry[], { didYouMean }: Wippy): Entry | null => {
  if (exec !== undefined) return entryNamed(exec, entries, didYouMean)
  return target === undefined ? mainCommand(entries) : commandNamed(target, entries, didYouMean)
}
