// Workflows: processes whose steps are written down (`workflow.lua`, and any `process.lua` with `meta.durable: true`), and the host half of
// the Lua module `workflow`.
//
//   F1 A spawn that a workflow repeats after a crash finds the child of the first time: a child's id comes from its parent's journal.
//   F2 A call that a workflow repeats has the key of the first time; one that must not be repeated fails with CALL_UNKNOWN instead.
//   F3 Timers of a workflow are the journal's: nobody holds them while it sleeps.
//   F4 A workflow runs the program it began with, whatever is deployed meanwhile, until it asks for another (`process.upgrade`).

import { createHash, randomInt, randomUUID } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import { Host } from '../kernel/host.ts'
import { textPayload } from '../kernel/payload.ts'
import type { Process } from '../kernel/process.ts'
import type { Ask } from '../kernel/release.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { decodeAll, encode, encodeAll, split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Program } from '../program.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import type { Reply } from '../request.ts'
import { scopeOf } from '../security/scope.ts'
import type { Beginning, Watcher } from '../workflow/card.ts'
import { cardOf } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { type Engine, workflowNotFound } from '../workflow/engine.ts'
import { idOf } from '../workflow/id.ts'
import type { Run } from '../workflow/run.ts'
import type { Reuse } from '../workflow/start.ts'
import type { Credentials } from './credentials.ts'
import type { Diversion } from './door.ts'
import { firstMessages } from './first-messages.ts'
import type { DurableLauncher, Launcher } from './launcher.ts'
import { limitsOf } from './limits.ts'
import { replyOf } from './outcome.ts'
import type { Call, Context, Service } from './service.ts'
import { contextOf } from './spawn-options.ts'

const SEEDS = 2 ** 32
const REFUSED: ReadonlySet<string> = new Set(['process.monitor', 'process.unmonitor', 'process.link', 'process.unlink'])
const RECORDS = 1000 // read at once

const refused = (code: string, kind: Kind, message: string, hint?: string): WippyError =>
  new WippyError(code, kind, message, { retryable: false, hint })

/** A program as it is stored, and its name. */
export const storedProgram = (program: Program): { readonly hash: string; readonly bytes: Uint8Array } => {
  const bytes = encode(program)
  return { bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 32) }
}

export const contextToBytes = ({ values, actor, scope, operator }: Context): Uint8Array =>
  encodeAll([values, actor ?? null, scope?.policies ?? null, operator === true])
export const contextFromBytes = (bytes: Uint8Array): Context => {
  const [values, actor, policies, operator] = decodeAll(bytes) as [Context['values'], Context['actor'] | null, string[] | null, boolean]
  return { values, operator, ...(actor && { actor }), ...(policies && { scope: scopeOf(policies) }) }
}

/** `meta.durable: true` makes any process durable. */
export const isDurable = (entry: Entry): boolean =>
  entry.kind === 'workflow.lua' || (entry.kind === 'process.lua' && entry.meta.durable === true)

type Wanted = {
  readonly id: string | null
  readonly reuse: Reuse
  readonly conflict: 'use' | 'fail'
  readonly search: Fields
  readonly memo: Fields
}
type Fields = Readonly<Record<string, unknown>>

const fieldsIn = (value: unknown): Fields =>
  isFields(value) ? value : value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [String(key), item])) : {}

const REUSE: Readonly<Record<string, Reuse>> = {
  allow_duplicate: 'allow',
  allow_duplicate_failed_only: 'failed',
  reject_duplicate: 'never',
}

/** Options of a spawner, `temporal.workflow.X` and `workflow.X` alike. */
const wantedOf = (options: unknown): Wanted => {
  const all = isFields(options) ? options : {}
  const given = fieldsIn(all.options)
  const option = (name: string): unknown => given[`workflow.${name}`] ?? given[`temporal.workflow.${name}`]
  const name = typeof all.name === 'string' ? all.name : null
  const id = option('id')
  const policy = option('id_conflict_policy')
  const mustBeNew = policy === 'fail' || option('execution_error_when_already_started') === true
  return {
    id: typeof id === 'string' ? id : name,
    reuse: REUSE[String(option('id_reuse_policy'))] ?? 'allow',
    conflict: mustBeNew ? 'fail' : 'use',
    search: fieldsIn(option('search_attributes')),
    memo: fieldsIn(option('memo')),
  }
}

export type WorkflowsOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly credentials: Credentials
  readonly operator: Context
}

export class Workflows implements DurableLauncher, Diversion {
  readonly #durables: Durables
  readonly #scheduler: Scheduler
  readonly #launcher: Launcher
  readonly #credentials: Credentials
  readonly #operator: Context

  /** `operator`: what those outside start runs with. */
  constructor(durables: Durables, { scheduler, launcher, credentials, operator }: WorkflowsOptions) {
    this.#credentials = credentials
    this.#operator = operator
    this.#durables = durables
    this.#scheduler = scheduler
    this.#launcher = launcher
  }

  takes(entry: Entry): boolean {
    return isDurable(entry)
  }

  async terminate(pid: Pid): Promise<boolean> {
    const id = this.#durables.letters.owns(pid) ? idOf(pid) : null
    if (id === null) return false
    await this.#durables.terminate(id)
    return true
  }

  get engine(): Engine {
    return this.#durables.engine
  }

  /** Sends a message to a workflow that runs, from nobody; it is durable when this resolves. */
  async signal(id: string, topic: string, payload: Uint8Array): Promise<void> {
    await this.#durables.letters.message('', await this.#pidOf(id), Buffer.from(topic), payload)
  }

  /** Asks a workflow to end; the wish is durable when this resolves. */
  async cancel(id: string, reason: string): Promise<void> {
    await this.#durables.letters.cancel('', await this.#pidOf(id), textPayload(reason))
  }

  /** Ends a workflow by force. Throws WORKFLOW_NOT_FOUND, also for one that has ended. */
  end(id: string): Promise<void> {
    return this.#durables.terminate(id)
  }

  async #pidOf(id: string): Promise<Pid> {
    const head = await this.engine.head(id)
    if (head === null) throw workflowNotFound(id)
    const { host } = cardOf(head.card)
    return (this.hostOf(host) ?? this.#launcher.host(host)).pidOf(id)
  }

  readonly headOf = async (id: string): Promise<{ readonly status: string; readonly result: Uint8Array | null } | null> => {
    const head = await this.#durables.engine.head(id)
    return head && { status: head.status, result: cardOf(head.card).result }
  }

  // starting --------------------------------------------------------------------------------------------------------------------------------

  async spawn(call: Call): Promise<readonly unknown[] | Reply> {
    const { head, rest } = split(call.raw, 3)
    const [host, how, options] = head
    if (typeof host !== 'string' || typeof how !== 'string') throw refused('SPAWN_INVALID', Kind.Invalid, 'no such spawn')
    const { caller } = call
    const { pid, process } = await this.#start(call.target, host, rest, contextOf(caller, options, this.#credentials), wantedOf(options), {
      parent: null,
      watchers: [],
      messages: firstMessages(isFields(options) ? options.messages : undefined).map((message) => ({ from: caller.pid, ...message })),
    })
    if (how === 'exec') return process === null ? this.#result(pid) : this.#resultOf(process)
    if (process !== null && how.endsWith('monitored')) this.#scheduler.links.monitor(caller.pid, pid)
    if (process !== null && how.includes('linked')) this.#scheduler.link(caller.pid, pid)
    return [pid]
  }

  /** Starts a workflow for somebody outside: the command line, a schedule. */
  async start(entry: string, host: string, args: Uint8Array, id: string | null): Promise<Pid> {
    const wanted: Wanted = { id, reuse: 'allow', conflict: 'fail', search: {}, memo: {} }
    return (await this.#start(entry, host, args, this.#operator, wanted, { parent: null, watchers: [], messages: [] })).pid
  }

  async #start(
    target: string,
    hostId: string,
    args: Uint8Array,
    context: Context,
    wanted: Wanted,
    family: {
      readonly parent: string | null
      readonly watchers: readonly Watcher[]
      readonly messages: readonly { readonly from: Pid; readonly topic: string; readonly payload: Uint8Array }[]
    },
  ): Promise<{ readonly pid: Pid; readonly process: Process | null }> {
    const entry = this.#launcher.processEntry(target)
    const host = this.hostOf(hostId) ?? this.#launcher.host(hostId)
    return this.#durables.start({
      id: wanted.id ?? randomUUID(),
      host,
      limits: limitsOf(entry, host.limits),
      entry: entry.id,
      code: storedProgram(this.#launcher.program(entry)),
      args,
      context: contextToBytes(this.#launcher.contextFor(entry, context)),
      conflict: wanted.conflict,
      reuse: wanted.reuse,
      search: wanted.search,
      memo: wanted.memo,
      ...family,
    })
  }

  /** The host of durable processes beside a host of this node; null when there is none. */
  hostOf(id: string): Host | null {
    const known = [...this.#launcher.hosts()].find(({ host }) => host.id === id)?.host
    if (known === undefined) return null
    const { limits } = known
    let host = this.#hosts.get(id)
    if (host === undefined) {
      host = new Host(id, limits)
      this.#hosts.set(id, host)
    }
    host.limits = limits
    return host
  }
  readonly #hosts = new Map<string, Host>()

  #resultOf({ pid }: Process): Promise<Reply> {
    return new Promise((resolve) => this.#scheduler.onExit(pid, (exit: Exit) => resolve(replyOf(exit))))
  }

  /** What one that has ended already ended with. */
  async #result(pid: Pid): Promise<Reply> {
    const head = await this.#durables.engine.head(idOf(pid)!)
    const result = head === null ? null : cardOf(head.card).result
    if (head === null || result === null) throw refused('WORKFLOW_NOT_FOUND', Kind.NotFound, `there is no workflow ${pid}`)
    return replyOf({ ok: head.status === 'completed', payload: result, error: null })
  }

  // asks of workflows -----------------------------------------------------------------------------------------------------------------------

  keyOf(process: Process, tag: number): string {
    const run = this.#durables.runOf(process)
    return run === null ? '' : `${run.id}/${run.card.start}/${tag}`
  }

  divert(ask: Ask): boolean {
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
    if (op === 'funcs.call' && run.isReasking && isOnce(ask.args())) return this.#fail(process, tag, unknownOutcome(ask.target))
    return false
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
    return this.#answered(process, tag, this.#startChild(run, process, target, tag, isExec ? null : ask.args(), isExec ? ask.args() : null))
  }

  async #startChild(
    run: Run,
    process: Process,
    target: string,
    tag: number,
    spawnArgs: Uint8Array | null,
    execArgs: Uint8Array | null,
  ): Promise<readonly unknown[] | null> {
    const { head, rest } = spawnArgs === null ? { head: [run.card.host, 'exec', false] as const, rest: execArgs! } : split(spawnArgs, 3)
    const [host, how, options] = head
    const wanted = wantedOf(options)
    const isExec = how === 'exec'
    const own = process.context as Context
    // its id comes from the journal: asked again, the same child is meant
    const id = wanted.id ?? `${run.id}/${run.card.start}/${tag}`
    const { pid } = await this.#start(
      target,
      String(host),
      rest,
      contextOf({ pid: process.pid, context: own }, options, this.#credentials),
      { ...wanted, id, reuse: wanted.id === null ? 'never' : wanted.reuse },
      {
        parent: run.id,
        watchers: [{ id: run.id, tag: isExec ? tag : 0, start: run.card.start }],
        messages: firstMessages(isFields(options) ? options.messages : undefined).map((message) => ({ from: process.pid, ...message })),
      },
    )
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

/** Whether the options of a call say that it may be made once at most. */
const isOnce = (args: Uint8Array): boolean => {
  const [options] = split(args, 1).head
  const given = isFields(options) ? fieldsIn(options.options) : {}
  return given['activity.at_most_once'] === true
}

const noWatching = (op: string): WippyError =>
  refused(
    'WORKFLOW_REFUSED',
    Kind.Invalid,
    `${op} is not possible within a workflow`,
    'Children are watched by themselves: their ends arrive as events.',
  )

const unknownOutcome = (target: string): WippyError =>
  refused('CALL_UNKNOWN', Kind.Unknown, `whether "${target}" was called is not known: the node stopped before it answered`)

export const workflowService = (durables: Durables, scheduler: Scheduler): Service => {
  const runOf = ({ caller, op }: Call): Run => {
    const process = scheduler.processes.find(caller.pid)
    const run = process === null ? null : durables.runOf(process)
    if (run) return run
    throw refused('WORKFLOW_NONE', Kind.Invalid, `${op} is only possible within a workflow`)
  }

  const version = (call: Call): readonly unknown[] => {
    runOf(call)
    const [lowest, highest] = call.args
    if (typeof lowest !== 'number' || typeof highest !== 'number' || lowest > highest)
      throw refused('WORKFLOW_VERSION', Kind.Invalid, 'workflow.version takes an id and two numbers, the lower one first')
    return [highest]
  }

  const size = async (call: Call): Promise<readonly unknown[]> => {
    const { id } = runOf(call)
    let bytes = 0
    for (let from = 1; ; from += RECORDS) {
      const records = await durables.engine.read(id, from, RECORDS)
      for (const record of records) bytes += record.length
      if (records.length < RECORDS) return [bytes]
    }
  }

  return {
    name: 'workflow',
    operations: {
      'workflow.info': (call) => {
        const { id, card, position } = runOf(call)
        const info = {
          workflow_id: id,
          run_id: `${id}/${card.start}`,
          workflow_type: card.entry,
          task_queue: card.host,
          namespace: 'default',
        }
        return [{ ...info, attempt: 1, history_length: position.seq - card.start + 1 }]
      },
      'workflow.exec': (call) => [runOf(call) && null],
      'workflow.version': version,
      'workflow.attrs': (call) => {
        const run = runOf(call)
        const [search, memo] = call.args
        run.describe({ ...run.card.search, ...fieldsIn(search) }, { ...run.card.memo, ...fieldsIn(memo) })
        return [true]
      },
      'workflow.history_size': size,
    },
  }
}
