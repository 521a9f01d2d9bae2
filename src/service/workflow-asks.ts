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
import { decodeAll, encode, encodeAll, split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { isFields } from '../registry/entry.ts'
import type { Beginning } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { childId } from '../workflow/id.ts'
import type { Run } from '../workflow/run.ts'
import { isMonitored } from '../workflow/watching.ts'
import { ACTIVITIES, type Activities } from './activities.ts'
import type { Credentials } from './credentials.ts'
import type { Diversion } from './door.ts'
import { firstMessages } from './first-messages.ts'
import type { Launcher } from './launcher.ts'
import { limitsOf } from './limits.ts'
import { isDurable } from './runnable.ts'
import type { Call, Caller, Context, Operation } from './service.ts'
import { contextOf } from './spawn-options.ts'
import { contextToBytes, storedProgram } from './stored-start.ts'
import type { WorkflowMonitors } from './workflow-monitors.ts'
import { workflowOptionsOf } from './workflow-options.ts'
import type { Workflows } from './workflows.ts'

const SEEDS = 2 ** 32
const REFUSED: ReadonlySet<string> = new Set(['process.link', 'process.unlink'])

const refused = (code: string, kind: Kind, message: string, hint?: string): WippyError =>
  new WippyError(code, kind, message, { retryable: false, hint })

export type WorkflowAsksOptions = {
  readonly durables: Durables
  readonly workflows: Workflows
  readonly activities: Activities
  readonly monitors: WorkflowMonitors
  /** What answers an ask. */
  readonly operation: (op: string) => Promise<Operation>
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
  readonly #monitors: WorkflowMonitors
  readonly #operation: WorkflowAsksOptions['operation']

  constructor({ durables, workflows, activities, monitors, operation, scheduler, launcher, credentials }: WorkflowAsksOptions) {
    this.#monitors = monitors
    this.#operation = operation
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
    if (op === 'process.cancel' && run.isMailed(tag)) return this.#answered(process, tag, Promise.resolve([true]))
    if (REFUSED.has(op)) return this.#fail(process, tag, noLinks(op))
    if (op === 'process.monitor') return this.#answered(process, tag, this.#monitors.monitor(run, ask.target).then(yes))
    if (op === 'process.unmonitor') {
      this.#monitors.unmonitor(run, ask.target)
      return this.#answered(process, tag, Promise.resolve([true]))
    }
    if (op === 'process.spawn' || op === 'workflow.exec') return this.#spawnChild(run, ask, call)
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
  #spawnChild(run: Run, ask: Ask, call: Call): boolean {
    const { process, tag, op, target } = ask
    const isExec = op === 'workflow.exec'
    try {
      if (!isDurable(this.#launcher.processEntry(target))) {
        if (isExec) return this.#fail(process, tag, refused('ENTRY_NO_WORKFLOW', Kind.Invalid, `"${target}" is no workflow`))
        return this.#spawnWatched(run, process, call)
      }
    } catch (error) {
      return this.#fail(process, tag, error)
    }
    const { head, rest } = isExec ? { head: [run.card.host, 'exec', false], rest: ask.args() } : split(ask.args(), 3)
    const [host, how, options] = head
    const child = { target, tag, host: String(host), isExec: how === 'exec', options, args: rest }
    return this.#answered(process, tag, this.#startChild(run, process, child))
  }

  /** An ordinary process, whose end has to be heard of whatever happens. Links are refused; what is not watched is spawned as ever. */
  #spawnWatched(run: Run, process: Process, call: Call): boolean {
    const { head, rest } = split(call.raw, 3)
    const [host, how, options] = head
    if (String(how).includes('linked')) return this.#fail(process, call.tag, noLinks(`process.${String(how)}`))
    if (!isMonitored(how)) return false
    const args = [host, 'spawn', options, ...decodeAll(rest)]
    const spawned = this.#operation('process.spawn').then(async (spawn) => {
      const { caller, op, target, tag, key, attempt } = call
      const answer = await spawn({ caller, op, target, tag, key, attempt, raw: encodeAll(args), args })
      if ('ok' in answer) throw refused('SPAWN_INVALID', Kind.Invalid, 'no such spawn')
      this.#monitors.follow(run, answer[0] as Pid)
      return answer
    })
    return this.#answered(process, call.tag, spawned)
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
    if (run.isClosed) await this.#durables.post.bereave(run, pid)
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

const yes = (): readonly unknown[] => [true]

const noLinks = (op: string): WippyError =>
  refused(
    'WORKFLOW_REFUSED',
    Kind.Invalid,
    `${op} is not supported in workflow context`,
    'Use process.monitor: ends arrive as events. Those of children do by themselves.',
  )
