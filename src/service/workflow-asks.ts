// What a workflow asks for that is done otherwise than for other processes.
//
//   F1 A spawn that a workflow repeats after a crash finds the child of the first time: a child's id comes from its parent's journal.
//   F2 A call that a workflow repeats has the key of the first time; how often, activities.ts decides.
//   F3 Timers of a workflow are the journal's: nobody holds them while it sleeps.
//   F4 What works for workflows has no effect while it is not known whether they are still this node's.

import { randomInt } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import type { Process } from '../kernel/process.ts'
import type { Ask } from '../kernel/release.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encode, split } from '../msgpack.ts'
import { isFields } from '../registry/entry.ts'
import type { Beginning } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { childId } from '../workflow/id.ts'
import type { Run } from '../workflow/run.ts'
import { ACTIVITIES, type Activities } from './activities.ts'
import type { Credentials } from './credentials.ts'
import type { Diversion } from './door.ts'
import { firstMessages } from './first-messages.ts'
import type { Launcher } from './launcher.ts'
import { limitsOf } from './limits.ts'
import type { Call, Caller, Context } from './service.ts'
import { contextOf } from './spawn-options.ts'
import { contextToBytes, storedProgram } from './stored-start.ts'
import { workflowOptionsOf } from './workflow-options.ts'
import { isDurable, type Workflows } from './workflows.ts'

const SEEDS = 2 ** 32
const REFUSED: ReadonlySet<string> = new Set(['process.monitor', 'process.unmonitor', 'process.link', 'process.unlink'])

const refused = (code: string, kind: Kind, message: string, hint?: string): WippyError =>
  new WippyError(code, kind, message, { retryable: false, hint })

export type WorkflowAsksOptions = {
  readonly durables: Durables
  readonly workflows: Workflows
  readonly activities: Activities
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly credentials: Credentials
}

type Child = {
  readonly target: string
  readonly tag: number
  readonly host: string
  readonly isExec: boolean
  readonly options: unknown
  readonly args: Uint8Array
}

export class WorkflowAsks implements Diversion {
  readonly #durables: Durables
  readonly #workflows: Workflows
  readonly #scheduler: Scheduler
  readonly #launcher: Launcher
  readonly #credentials: Credentials
  readonly #activities: Activities

  constructor({ durables, workflows, activities, scheduler, launcher, credentials }: WorkflowAsksOptions) {
    this.#durables = durables
    this.#workflows = workflows
    this.#scheduler = scheduler
    this.#launcher = launcher
    this.#credentials = credentials
    this.#activities = activities
  }

  keyOf(process: Process, tag: number): string {
    const run = this.#durables.runOf(process)
    return run === null ? '' : `${run.id}/${run.card.start}/${tag}`
  }

  /** A call that a workflow made has its key, and so has what that calls. */
  gate({ context }: Caller): Promise<void> | null {
    return context.values.idempotency_key === undefined ? null : this.#durables.sure()
  }

  divert(ask: Ask, call: Call): boolean {
    const { process, op, tag } = ask
    const run = this.#durables.runOf(process)
    if (run === null) return false
    if (op === 'time.stop') return true
    if (run.ledger.timers.has(tag)) {
      if (op === 'time.ticker') this.#scheduler.delivery.reply(process, tag, true, encode([false]))
      return true
    }
    if (REFUSED.has(op)) return this.#fail(process, tag, noWatching(op))
    if (op === 'process.spawn' || op === 'workflow.exec') return this.#spawnChild(run, ask)
    if (op === 'process.upgrade') return this.#answered(process, tag, this.#upgrade(run, process, ask.target, ask.args()))
    if (!ACTIVITIES.has(op) || tag === 0) return false
    if (run.isLeaving) void run.rest(tag)
    else void this.#activities.make(run, process, call)
    return true
  }

  #fail(process: Process, tag: number, error: unknown): true {
    const wippy = error instanceof WippyError ? error : refused('INTERNAL', Kind.Internal, String(error))
    if (tag !== 0) this.#scheduler.delivery.fail(process, tag, wippy)
    return true
  }

  /** Answers later with what a promise fails with; what it resolves with, if that is values. */
  #answered(process: Process, tag: number, work: Promise<readonly unknown[] | null>): true {
    work.then(
      (values) => values && tag !== 0 && this.#scheduler.delivery.reply(process, tag, true, encode(values)),
      (error) => this.#fail(process, tag, error),
    )
    return true
  }

  /** A child with a journal of its own; anything else is spawned as by any process. */
  #spawnChild(run: Run, ask: Ask): boolean {
    const { process, tag, op, target } = ask
    const isExec = op === 'workflow.exec'
    try {
      if (!isDurable(this.#launcher.processEntry(target))) {
        return isExec ? this.#fail(process, tag, refused('ENTRY_NO_WORKFLOW', Kind.Invalid, `"${target}" is no workflow`)) : false
      }
    } catch (error) {
      return this.#fail(process, tag, error)
    }
    const { head, rest } = isExec ? { head: [run.card.host, 'exec', false], rest: ask.args() } : split(ask.args(), 3)
    const [host, how, options] = head
    const child = { target, tag, host: String(host), isExec: how === 'exec', options, args: rest }
    return this.#answered(process, tag, this.#startChild(run, process, child))
  }

  async #startChild(run: Run, process: Process, { target, tag, host, isExec, options, args }: Child): Promise<readonly unknown[] | null> {
    const wanted = workflowOptionsOf(options)
    const birth = this.keyOf(process, tag) // from the journal, as its id: asked again, the same child is meant
    const { pid } = await this.#workflows.begin({
      ...{ entry: target, host, args, parent: run.id },
      context: contextOf({ pid: process.pid, context: process.context as Context }, options, this.#credentials),
      options: { ...wanted, id: wanted.id ?? childId(run.id, run.card.start, tag) },
      birth,
      watchers: [{ id: run.id, tag: isExec ? tag : 0, start: run.card.start }],
      messages: firstMessages(isFields(options) ? options.messages : undefined).map((message) => ({ from: process.pid, ...message })),
    })
    if (run.isClosed) await this.#durables.letters.bereave(run, pid)
    return isExec ? null : [pid]
  }

  /** The next run of the same workflow, in the same journal. */
  async #upgrade(run: Run, process: Process, target: string, args: Uint8Array): Promise<null> {
    const entry = this.#launcher.processEntry(target || process.entry)
    if (!isDurable(entry)) throw refused('ENTRY_NO_WORKFLOW', Kind.Invalid, `"${entry.id}" is no workflow`)
    const code = storedProgram(this.#launcher.program(entry))
    const limits = limitsOf(entry, process.host.limits)
    this.#launcher.body(this.#launcher.program(entry), limits).close() // it must compile before the old run is given up
    const context = contextToBytes(this.#launcher.contextFor(entry, process.context as Context))
    const beginning: Beginning = { entry: entry.id, host: run.card.host, args, seed: randomInt(SEEDS), context, limits }
    await this.#durables.succeed(run, code, beginning)
    return null
  }
}

const noWatching = (op: string): WippyError =>
  refused(
    'WORKFLOW_REFUSED',
    Kind.Invalid,
    `${op} is not supported in workflow context`,
    'Children are watched by themselves: their ends arrive as events.',
  )
