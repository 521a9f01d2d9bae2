// The workflows of a node for those outside: started, signalled, cancelled, ended, and what they ended with.
//
//   F4 A workflow runs the program it began with, whatever is deployed meanwhile, until it asks for another (`process.upgrade`).

import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import { Host } from '../kernel/host.ts'
import { textPayload } from '../kernel/payload.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encodeAll, split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import type { Reply } from '../request.ts'
import { cardOf } from '../workflow/card.ts'
import type { Durables } from '../workflow/durables.ts'
import { type Engine, workflowNotFound } from '../workflow/engine.ts'
import { idOf } from '../workflow/id.ts'
import type { Interventions } from '../workflow/interventions.ts'
import { nextTime, type Scheduled, scheduledId } from '../workflow/schedule.ts'
import type { Start } from '../workflow/start.ts'
import type { Started } from '../workflow/starts.ts'
import type { Credentials } from './credentials.ts'
import { firstMessages } from './first-messages.ts'
import { type DurableLauncher, type Launcher, WORKFLOW_HOSTS } from './launcher.ts'
import { limitsOf } from './limits.ts'
import { replyOf } from './outcome.ts'
import { scheduleOf } from './schedule-text.ts'
import type { Call, Context } from './service.ts'
import { contextOf } from './spawn-options.ts'
import { contextToBytes, storedProgram } from './stored-start.ts'
import { plainStart, type WorkflowOptions, workflowOptionsOf } from './workflow-options.ts'
import { WorkflowWatchers } from './workflow-watchers.ts'

const PROCESS_HOST: typeof WORKFLOW_HOSTS = ['process.host']

const refused = (code: string, kind: Kind, message: string): WippyError => new WippyError(code, kind, message, { retryable: false })

/** A workflow somebody wants. */
export type Wanted = Pick<Start, 'args' | 'parent' | 'birth' | 'watchers' | 'messages'> & {
  readonly entry: string
  readonly host: string
  readonly context: Context
  readonly options: WorkflowOptions
}

export type WorkflowsOptions = {
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly credentials: Credentials
  readonly operator: Context
  readonly clock: Clock
}

export class Workflows implements DurableLauncher {
  readonly watchers: WorkflowWatchers
  readonly #durables: Durables
  readonly #scheduler: Scheduler
  readonly #launcher: Launcher
  readonly #credentials: Credentials
  readonly #operator: Context
  readonly #clock: Clock

  /** `operator`: what those outside start runs with. */
  constructor(durables: Durables, { scheduler, launcher, credentials, operator, clock }: WorkflowsOptions) {
    this.#clock = clock
    this.#credentials = credentials
    this.#operator = operator
    this.#durables = durables
    this.#scheduler = scheduler
    this.#launcher = launcher
    this.watchers = new WorkflowWatchers(durables, scheduler)
  }

  owns(pid: Pid): boolean {
    return this.#durables.post.owns(pid)
  }

  async terminate(pid: Pid): Promise<boolean> {
    const id = this.owns(pid) ? idOf(pid) : null
    if (id === null) return false
    await this.#durables.interventions.terminate(id)
    return true
  }

  /** What names this start of this node in journals. */
  get owner(): string {
    return this.#durables.owner
  }

  get engine(): Engine {
    return this.#durables.engine
  }

  /** Sends a message to a workflow that runs, from nobody; it is durable when this resolves. */
  async signal(id: string, topic: string, payload: Uint8Array): Promise<void> {
    await this.#durables.post.message('', await this.#pidOf(id), Buffer.from(topic), payload)
  }

  /** Asks a workflow to end; the wish is durable when this resolves. */
  async cancel(id: string, reason: string): Promise<void> {
    await this.#durables.post.cancel('', await this.#pidOf(id), textPayload(reason))
  }

  get interventions(): Interventions {
    return this.#durables.interventions
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
    if (caller.context.within !== undefined || this.#scheduler.budgetOf(caller.pid)?.isBoundless === false) {
      throw refused('BUDGET_DURABLE', Kind.PermissionDenied, `"${call.target}" is durable: it would outlive the budget of who starts it`)
    }
    if (how !== 'spawn' && how !== 'exec') this.#scheduler.links.needRoom(caller.pid)
    const { pid } = await this.begin({
      ...{ entry: call.target, host, args: rest, parent: null, watchers: [] },
      context: contextOf(caller, options, this.#credentials),
      options: workflowOptionsOf(options),
      messages: firstMessages(isFields(options) ? options.messages : undefined).map((message) => ({ from: caller.pid, ...message })),
    })
    if (how === 'exec') return this.#resultOf(idOf(pid)!)
    this.watchers.started(caller.pid, pid, how)
    return [pid]
  }

  async launch(
    { id: entry, kind }: Entry,
    host: string | undefined,
    args: Uint8Array,
  ): Promise<{ readonly id: string; readonly ended: Promise<Exit> }> {
    const id = randomUUID()
    const hasOwn = [...this.#launcher.hosts()].some((known) => WORKFLOW_HOSTS.includes(known.kind))
    const kinds = kind === 'workflow.lua' || hasOwn ? WORKFLOW_HOSTS : PROCESS_HOST
    await this.start(entry, host ?? this.#launcher.only(...kinds).id, args, id)
    return { id, ended: this.#exitOf(id) }
  }

  /** Starts a workflow for somebody outside: the command line, a schedule. */
  async start(entry: string, host: string, args: Uint8Array, id: string | null): Promise<Pid> {
    const options: WorkflowOptions = { ...plainStart, id, conflict: 'fail' }
    const { pid } = await this.begin({ entry, host, args, context: this.#operator, options, parent: null, watchers: [], messages: [] })
    return pid
  }

  /** Starts one as somebody wants it. Throws what `Durables.start`, `processEntry` and `host` throw. */
  async begin({ entry: target, host: hostId, args, context, options, ...family }: Wanted): Promise<Started> {
    const entry = this.#launcher.processEntry(target)
    const { id: known } = this.#launcher.host(hostId)
    const host = this.hostOf(known) ?? this.#launcher.host(known)
    const id = options.id ?? randomUUID()
    const schedule = options.cron === null ? null : this.#firstOf(id, options.cron)
    return this.#durables.start({
      id: schedule === null ? id : scheduledId(schedule),
      schedule,
      host,
      limits: limitsOf(entry, host.limits),
      entry: entry.id,
      code: storedProgram(this.#launcher.program(entry)),
      args,
      context: contextToBytes(this.#launcher.contextFor(entry, context)),
      ...{ conflict: options.conflict, reuse: options.reuse, search: options.search, memo: options.memo },
      ...{ delayMs: options.delayMs, executionMs: options.executionMs, runMs: options.runMs },
      closing: options.closing ?? (entry.kind === 'workflow.lua' ? 'terminate' : 'abandon'),
      ...family,
    })
  }

  /** The first run of what runs again and again: none overlaps another, and one makes up for those that were missed. */
  #firstOf(id: string, cron: string): Scheduled {
    const schedule = scheduleOf({ id, cron, timezone: 'UTC', overlap: 'skip', catchUp: true, isDeclared: false })
    return { ...schedule, atMs: nextTime(schedule, this.#clock.nowMs())! }
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

  /** What one ends with, wherever it runs. */
  async #resultOf(id: string): Promise<Reply> {
    return replyOf(await this.#exitOf(id))
  }

  async #exitOf(id: string): Promise<Exit> {
    const { status, card } = await this.#durables.ended(id)
    return { ok: status === 'completed', payload: cardOf(card).result ?? encodeAll([]), error: null }
  }
}
