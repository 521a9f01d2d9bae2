// The workflows of one node: started, loaded when something arrives for them, given up when they have nothing to do.
//
//   D1 A workflow is loaded at most once on a node. What is not loaded costs nothing but its place in the engine.
//   D2 Mail and timers are in the engine before anybody hears of them; a workflow that is loaded finds there what it missed.
//   D3 Loading is: newest checkpoint of this runtime, else the start; the records behind it, replayed; then what nobody answered is asked
//      again. A journal that is damaged, or does otherwise than it did, is left as it is and reported.

import { randomInt, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { DurableBody } from '../kernel/body.ts'
import type { Exit } from '../kernel/exit.ts'
import { processNotFound, terminated } from '../kernel/failure.ts'
import type { FrameCursor } from '../kernel/frame.ts'
import type { Host, HostLimits } from '../kernel/host.ts'
import { endedBy, TRUE } from '../kernel/payload.ts'
import type { Post } from '../kernel/post.ts'
import type { Process, SpawnSpec } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { encode } from '../msgpack.ts'
import { type Pid, parsePid } from '../pid.ts'
import { type Beginning, beginningOf, beginningToBytes, type Card, cardOf, cardToBytes, type Watcher } from './card.ts'
import { restore } from './checkpoint.ts'
import { type Effects, type Engine, type Head, hasEnded, noPages, workflowNotFound } from './engine.ts'
import { framesOf, Ledger } from './ledger.ts'
import { eventFrame, messageOf } from './mail.ts'
import { ORIGIN, type Parsed, type Position, parse, parseChain, RecordKind, seal } from './record.ts'
import { replay } from './replay.ts'
import { Run } from './run.ts'
import type { Committed, Surroundings } from './surroundings.ts'

const PAGE = 500 // records read at once
const DUE = 100 // timers looked at once
const SOONEST_MS = 1
const SEEDS = 2 ** 32
const LONGEST_ID = 255

/** What to do when a workflow with this id runs, or has run. */
export type Conflict = 'use' | 'fail'
export type Reuse = 'allow' | 'failed' | 'never'

export type Start = {
  readonly id: string
  readonly host: Host
  readonly limits: HostLimits
  readonly entry: string
  /** Hash and bytes of its program. */
  readonly code: { readonly hash: string; readonly bytes: Uint8Array }
  readonly args: Uint8Array
  readonly context: Uint8Array
  readonly parent?: string | null
  readonly watchers?: readonly Watcher[]
  /** Frames it finds waiting. */
  readonly messages?: readonly { readonly from: Pid | ''; readonly topic: string; readonly payload: Uint8Array }[]
  readonly search?: Readonly<Record<string, unknown>>
  readonly memo?: Readonly<Record<string, unknown>>
  readonly conflict?: Conflict
  readonly reuse?: Reuse
}

export type Started = { readonly pid: Pid; readonly isNew: boolean; readonly process: Process | null }

export type DurablesOptions = {
  readonly engine: Engine
  readonly scheduler: () => Scheduler
  readonly clock: Clock
  readonly runtime: string
  /** A body for a program, given as bytes. */
  readonly makeBody: (code: Uint8Array, limits: HostLimits) => DurableBody
  /** The host of a card, and whether it is one of this node's. */
  readonly hostOf: (id: string) => Host | null
  /** What a process inherits, from its bytes. */
  readonly contextOf: (bytes: Uint8Array) => unknown
  readonly report: (error: unknown) => void
  readonly checkpoints?: { readonly everyRecords: number; readonly everyBytes: number }
  /** Workflows kept loaded though they have nothing to do. */
  readonly kept?: number
}

export class Durables implements Post {
  readonly #options: DurablesOptions
  readonly #engine: Engine
  readonly #owner = randomUUID()
  readonly #around: Surroundings
  readonly #runs = new Map<string, Run>() // least recently used first
  readonly #loading = new Map<string, Promise<Run | null>>()
  readonly #broken = new Map<string, WippyError>() // left alone until the node starts again
  #cancelTimer: (() => void) | null = null
  #timerDueMs = Number.POSITIVE_INFINITY
  #isFiring = false
  #fireAgain = false
  #isStopped = false

  constructor(options: DurablesOptions) {
    this.#options = options
    this.#engine = options.engine
    const { clock, runtime, report, checkpoints = { everyRecords: 100, everyBytes: 256 * 1024 } } = options
    this.#around = {
      engine: options.engine,
      runtime,
      checkpoints,
      delivery: () => options.scheduler().delivery,
      nowMs: () => clock.nowMs(),
      pause: (ms) => new Promise((resolve) => void clock.setTimer(ms, resolve)),
      report,
      epochOf: (run) => run.position.epoch,
      workflowNamed: (frame) => this.#workflowNamed(frame),
      committed: (run, effects) => this.#committed(run, effects),
      lost: (run) => this.#lost(run),
    }
  }

  get engine(): Engine {
    return this.#engine
  }

  /** Workflows that are loaded. */
  get loaded(): number {
    return this.#runs.size
  }

  /** Takes up what was under way, and sets the clock for what sleeps. */
  async boot(): Promise<void> {
    for (let after = ''; ; ) {
      const ids = await this.#engine.waiting(after, PAGE)
      for (const id of ids) await this.#tryLoad(id)
      const last = ids.at(-1)
      if (last === undefined) break
      after = last
    }
    await this.#fireDue()
  }

  /** Gives all up, as they are; they go on when a node takes them up. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await Promise.allSettled(this.#loading.values())
    await Promise.all([...this.#runs.values()].map((run) => this.#giveUp(run)))
  }

  /**
   * Starts a workflow; resolves once its start is durable. One with this id that runs is used or refused, as `conflict` says.
   * Throws WORKFLOW_EXISTS, WORKFLOW_ID.
   */
  async start(start: Start): Promise<Started> {
    const { id, host, conflict = 'use', reuse = 'allow' } = start
    checkId(id)
    const pid = host.pidOf(id)
    await this.#engine.putCode(start.code.hash, start.code.bytes)
    for (;;) {
      const head = await this.#engine.head(id)
      if (head !== null && !mayStart(head, reuse)) {
        if (conflict === 'fail' || (hasEnded(head.status) && reuse !== 'never')) throw workflowExists(id, head.status)
        for (const { from, topic, payload } of start.messages ?? []) await this.message(from, pid, Buffer.from(topic), payload)
        return { pid, isNew: false, process: (await this.#tryLoad(id))?.process ?? null }
      }
      const run = await this.#begin(start, head)
      if (run !== null) return { pid, isNew: true, process: run.process }
    }
  }

  /** The loaded workflow with this id; loads it when it runs. Throws what keeps it from being loaded. */
  async load(id: string): Promise<Run | null> {
    const known = this.#runs.get(id)
    if (known) return known
    const broken = this.#broken.get(id)
    if (broken) throw broken
    if (this.#isStopped) return null
    let loading = this.#loading.get(id)
    if (loading === undefined) {
      loading = this.#load(id).finally(() => this.#loading.delete(id))
      this.#loading.set(id, loading)
    }
    return loading
  }

  /** The run of a process, when it is a workflow of this node. */
  runOf(process: Process): Run | null {
    const run = process.attachment instanceof RunAttachment ? process.attachment.run : null
    return run
  }

  // the ways in -----------------------------------------------------------------------------------------------------------------------------

  owns(pid: Pid): boolean {
    return idOf(pid) !== null && this.#options.hostOf(parsePid(pid)!.host) !== null
  }

  send(from: Process, to: Pid, topic: Uint8Array, payload: Uint8Array, tag: number): void {
    const { delivery } = this.#options.scheduler()
    const answer = (error: unknown): void => {
      if (tag === 0) return
      if (error === null) delivery.reply(from, tag, true, TRUE)
      else delivery.fail(from, tag, error instanceof WippyError ? error : processNotFound(to))
    }
    const isWritten = this.runOf(from)?.isMailed(tag) === true
    const work = isWritten ? this.#isThere(to) : this.message(from.pid, to, topic, payload)
    work.then(() => answer(null), answer)
  }

  async message(from: Pid | '', to: Pid, topic: Uint8Array, payload: Uint8Array): Promise<void> {
    await this.#post(to, messageOf(from, topic, payload))
  }

  async cancel(from: Pid | '', to: Pid, reason: Uint8Array): Promise<void> {
    await this.#post(to, eventFrame(from, 'pid.cancel', false, reason))
  }

  /** Ends a workflow from outside, whatever it does. Throws WORKFLOW_NOT_FOUND. */
  async terminate(id: string): Promise<void> {
    const run = await this.load(id)
    if (run === null) throw workflowNotFound(id)
    const error = terminated()
    await this.#end(run, 'terminated', { ok: false, payload: endedBy(encode(error)), error })
    if (run.process !== null && run.process.state !== 'ended') this.#options.scheduler().fail(run.process.pid, error)
  }

  /** A new run begins in the same journal, and takes over what waits for the old one and who waits for its end. */
  async succeed(run: Run, code: Start['code'], beginning: Beginning): Promise<void> {
    await this.#engine.putCode(code.hash, code.bytes)
    const { seq } = run.position
    const card: Card = { ...run.card, entry: beginning.entry, code: code.hash, start: seq + 1, mark: null, startedMs: this.#around.nowMs() }
    const cleared = [...run.ledger.timers.keys()]
    if (!(await run.note(RecordKind.start, beginningToBytes(beginning), card, 'running', { cleared }))) return
    const exits = run.process?.exits ?? []
    this.#runs.delete(run.id)
    if (run.process !== null) this.#options.scheduler().retire(run.process)
    const next = await this.load(run.id)
    if (next?.process) next.process.exits = [...(next.process.exits ?? []), ...exits]
  }

  // starting and loading --------------------------------------------------------------------------------------------------------------------

  async #begin(start: Start, head: Head | null): Promise<Run | null> {
    const { id, host, entry, code, args, context, limits, parent = null, watchers = [], search = {}, memo = {}, messages = [] } = start
    const before: Position = head ?? ORIGIN
    const beginning: Beginning = { entry, host: host.id, args, seed: randomInt(SEEDS), context, limits }
    const card: Card = {
      entry,
      host: host.id,
      code: code.hash,
      start: before.seq + 1,
      startedMs: this.#around.nowMs(),
      endedMs: null,
      owner: this.#owner,
      parent,
      watchers,
      mark: null,
      result: null,
      search,
      memo,
    }
    const content = {
      kind: RecordKind.start,
      code: Buffer.from(code.hash, 'hex'),
      nowMs: card.startedMs,
      ...NO_STEP,
      input: beginningToBytes(beginning),
    }
    const record = seal(before, before.epoch + 1, content)
    const mail = messages.map(({ from, topic, payload }) => ({ to: id, frame: messageOf(from, Buffer.from(topic), payload) }))
    const effects: Effects = {
      status: 'running',
      active: true,
      card: cardToBytes(card),
      mail,
      taken: [],
      timers: [],
      cleared: [],
      pages: noPages,
    }
    if (!(await this.#engine.append(id, head, record, effects))) return null
    const run = this.#newRun(id, host.pidOf(id), record, card, code.bytes, limits, null, new Ledger(), {
      steps: 0,
      fuel: 0,
      pieces: new Set<string>(),
    })
    this.#spawn(run, beginning, host)
    void run.pull()
    return run
  }

  async #tryLoad(id: string): Promise<Run | null> {
    try {
      return await this.load(id)
    } catch (error) {
      if (!this.#broken.has(id)) this.#options.report(error)
      if (error instanceof WippyError) this.#broken.set(id, error)
      return null
    }
  }

  async #load(id: string): Promise<Run | null> {
    for (;;) {
      const head = await this.#engine.head(id)
      if (head === null || head.status !== 'running') return null
      const run = await this.#rebuild(head)
      if (run !== null) return run
    }
  }

  /** Null when the journal grew meanwhile. */
  async #rebuild(head: Head): Promise<Run | null> {
    const { id } = head
    const card = cardOf(head.card)
    const host = this.#options.hostOf(card.host)
    if (host === null) throw hostMissing(id, card.host)
    const code = await this.#engine.code(card.code)
    if (code === null) throw codeMissing(id, card.code)
    const beginning = beginningOf((await this.#recordAt(id, card.start)).input)
    const mark = card.mark !== null && card.mark.runtime === this.#options.runtime ? card.mark : null
    const kept = mark === null ? null : await restore(this.#engine, id, mark)
    const body = this.#options.makeBody(code, beginning.limits)
    const ledger = kept?.ledger ?? new Ledger()
    let last: Position = await this.#recordAt(id, kept === null ? card.start : mark!.seq)
    if (kept !== null) body.restore(kept.state)
    const sum = { verdict: 'wait', steps: kept?.steps ?? 0, fuel: kept?.fuel ?? 0 }
    try {
      while (last.seq < head.seq) {
        const records = parseChain(id, last, await this.#engine.read(id, last.seq + 1, Math.min(PAGE, head.seq - last.seq)))
        const newest = records.at(-1)
        if (newest === undefined) throw incomplete(id, last.seq + 1)
        const part = replay(id, body, records, ledger)
        if (part.steps > 0) sum.verdict = part.verdict
        sum.steps += part.steps
        sum.fuel += part.fuel
        last = newest
      }
    } catch (error) {
      body.close()
      throw error
    }
    const run = this.#newRun(id, host.pidOf(id), last, card, code, beginning.limits, body, ledger, {
      ...sum,
      pieces: kept?.names ?? new Set<string>(),
    })
    if (
      card.owner !== this.#owner &&
      !(await run.note(RecordKind.own, Buffer.from(this.#owner), { ...card, owner: this.#owner }, 'running'))
    ) {
      body.close()
      return null
    }
    if (sum.steps === 0) this.#spawn(run, beginning, host)
    else this.#resume(run, beginning, host, sum.verdict === 'again')
    void run.pull()
    const now = this.#around.nowMs()
    for (const [tag, { dueMs }] of ledger.timers) if (dueMs <= now) run.fire(tag)
    return run
  }

  async #recordAt(id: string, seq: number): Promise<Parsed> {
    const [bytes] = await this.#engine.read(id, seq, 1)
    if (bytes === undefined) throw incomplete(id, seq)
    return parse(bytes, `record ${seq} of workflow "${id}"`)
  }

  #newRun(
    id: string,
    pid: Pid,
    position: Position,
    card: Card,
    code: Uint8Array,
    limits: HostLimits,
    body: DurableBody | null,
    ledger: Ledger,
    rest: { readonly steps: number; readonly fuel: number; readonly pieces: ReadonlySet<string> },
  ): Run {
    const made = body ?? this.#options.makeBody(code, limits)
    return new Run({ id, pid, position, card, body: made, ledger, code: Buffer.from(card.code, 'hex'), ...rest }, this.#around)
  }

  #specOf(run: Run, { entry, context, limits, args, seed }: Beginning, host: Host): SpawnSpec {
    return {
      host,
      limits,
      body: run.body,
      entry,
      startedAt: run.card.startedMs,
      uniq: run.id,
      args,
      seed,
      context: this.#options.contextOf(context),
      attachment: new RunAttachment(run),
      commit: run.commit,
      onExit: (exit) => this.#exited(run, exit),
    }
  }

  #spawn(run: Run, beginning: Beginning, host: Host): void {
    run.process = this.#options.scheduler().spawn(this.#specOf(run, beginning, host))
    this.#keep(run)
  }

  #resume(run: Run, beginning: Beginning, host: Host, isSpent: boolean): void {
    const scheduler = this.#options.scheduler()
    run.isReasking = true
    try {
      run.process = scheduler.resume(this.#specOf(run, beginning, host), framesOf(run.ledger.unanswered()), isSpent)
    } finally {
      run.isReasking = false
    }
    this.#keep(run)
    for (const [tag, { mailed }] of run.ledger.open) if (mailed) scheduler.delivery.reply(run.process, tag, true, TRUE)
  }

  // what follows a commit -------------------------------------------------------------------------------------------------------------------

  #committed(run: Run, { timers, mail, ended }: Committed): void {
    for (const { to } of mail) void this.#hint(to)
    for (const { dueMs } of timers) this.#arm(dueMs)
    if (ended) this.#runs.delete(run.id)
    else this.#keep(run)
  }

  /** Something waits for a workflow in the engine. */
  async #hint(id: string): Promise<void> {
    if (this.#isStopped) return
    const run = this.#runs.get(id) ?? (await this.#tryLoad(id))
    await run?.pull()
  }

  #keep(run: Run): void {
    this.#runs.delete(run.id)
    this.#runs.set(run.id, run)
    const { kept = 1000 } = this.#options
    if (this.#runs.size <= kept) return
    for (const idle of this.#runs.values()) {
      if (this.#runs.size <= kept) return
      if (idle.isIdle) void this.#giveUp(idle)
    }
  }

  async #giveUp(run: Run): Promise<void> {
    this.#runs.delete(run.id)
    const closed = run.close()
    if (run.process !== null && run.process.state === 'waiting') this.#options.scheduler().retire(run.process)
    await closed
    if (run.process !== null) this.#options.scheduler().retire(run.process)
  }

  #lost(run: Run): void {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id)
    if (run.process !== null) this.#options.scheduler().retire(run.process)
    this.#options.report(fenced(run.id))
  }

  /** A process ended that did not say so itself: by a link, or by force. */
  #exited(run: Run, exit: Exit): void {
    if (!run.isClosed) void this.#end(run, 'failed', exit)
  }

  async #end(run: Run, status: string, exit: Exit): Promise<void> {
    this.#runs.delete(run.id)
    const card: Card = { ...run.card, endedMs: this.#around.nowMs(), result: exit.payload, mark: null }
    const mail = run.endMail(exit)
    if (await run.note(RecordKind.end, exit.payload, card, status, { mail })) for (const { to } of mail) void this.#hint(to)
  }

  // mail and timers -------------------------------------------------------------------------------------------------------------------------

  async #post(to: Pid, frame: Uint8Array): Promise<void> {
    const id = idOf(to)
    if (id === null) throw processNotFound(to)
    try {
      await this.#engine.post(id, frame)
    } catch (error) {
      throw error instanceof WippyError && error.code === 'WORKFLOW_NOT_FOUND' ? processNotFound(to) : error
    }
    void this.#hint(id)
  }

  async #isThere(to: Pid): Promise<void> {
    const head = await this.#engine.head(idOf(to)!)
    if (head === null || hasEnded(head.status)) throw processNotFound(to)
  }

  #workflowNamed(frame: FrameCursor): string | null {
    const text = Buffer.from(frame.bytes.subarray(frame.nameStart, frame.nameEnd)).toString()
    const pid = this.#options.scheduler().delivery.resolve(text)
    return pid !== null && this.owns(pid) ? idOf(pid) : null
  }

  #arm(dueMs: number): void {
    if (this.#isStopped || dueMs >= this.#timerDueMs) return
    this.#cancelTimer?.()
    this.#timerDueMs = dueMs
    this.#cancelTimer = this.#options.clock.setTimer(Math.max(SOONEST_MS, dueMs - this.#around.nowMs()), () => {
      this.#timerDueMs = Number.POSITIVE_INFINITY
      void this.#fireDue()
    })
  }

  /** Fires what is due and sets the clock for the next one. */
  async #fireDue(): Promise<void> {
    if (this.#isFiring) {
      this.#fireAgain = true
      return
    }
    this.#isFiring = true
    try {
      do {
        this.#fireAgain = false
        await this.#fireOnce()
      } while (this.#fireAgain && !this.#isStopped)
    } catch (error) {
      this.#options.report(error)
    } finally {
      this.#isFiring = false
    }
  }

  async #fireOnce(): Promise<void> {
    const now = this.#around.nowMs()
    for (let limit = DUE; !this.#isStopped; limit *= 2) {
      const due = await this.#engine.due(now, limit)
      for (const { id, tag } of due) (this.#runs.get(id) ?? (await this.#tryLoad(id)))?.fire(tag)
      if (due.length < limit) break
    }
    const next = await this.#engine.nextDue(now)
    if (next !== null) this.#arm(next)
  }
}

/** What hangs on the process of a workflow. */
export class RunAttachment {
  readonly run: Run
  readonly terminal = null
  constructor(run: Run) {
    this.run = run
  }
}

const NO_STEP = { fuel: 0, spent: 0, verdict: 'wait', output: new Uint8Array(0), mailed: [] } as const
const SERIAL = /^0x[0-9a-f]{5,}$/

/** The workflow a pid names, or null when it is the pid of an ordinary process. */
export const idOf = (pid: Pid): string | null => {
  const parts = parsePid(pid)
  return parts === null || SERIAL.test(parts.uniq) ? null : parts.uniq
}

const mayStart = ({ status }: Head, reuse: Reuse): boolean =>
  hasEnded(status) && (reuse === 'allow' || (reuse === 'failed' && status !== 'completed'))

const checkId = (id: string): void => {
  const isFine = id !== '' && Buffer.byteLength(id) <= LONGEST_ID && !SERIAL.test(id) && !/[\u0000-\u001f|{}]/.test(id) && id.isWellFormed()
  if (isFine) return
  throw new WippyError('WORKFLOW_ID', Kind.Invalid, `"${id.slice(0, 80)}" cannot be the id of a workflow`, {
    retryable: false,
    hint: `An id has 1 to ${LONGEST_ID} bytes, no control characters, none of | { }, and does not look like 0x00001.`,
  })
}

export const workflowExists = (id: string, status: string): WippyError =>
  new WippyError('WORKFLOW_EXISTS', Kind.AlreadyExists, `workflow "${id}" exists already: it is ${status}`, {
    retryable: false,
    details: { id, status },
  })

const hostMissing = (id: string, host: string): WippyError =>
  new WippyError('WORKFLOW_HOST', Kind.NotFound, `workflow "${id}" runs on host "${host}", which is not there`, {
    hint: 'Add the host again; the workflow goes on from where it stopped.',
  })

const codeMissing = (id: string, code: string): WippyError =>
  new WippyError('WORKFLOW_CODE', Kind.NotFound, `the program ${code} of workflow "${id}" is not stored`, { retryable: false })

const incomplete = (id: string, seq: number): WippyError =>
  new WippyError('JOURNAL_CORRUPT', Kind.Internal, `record ${seq} of workflow "${id}" is missing`, { retryable: false })

const fenced = (id: string): WippyError =>
  new WippyError('WORKFLOW_FENCED', Kind.Conflict, `workflow "${id}" goes on elsewhere: another node appended to its journal`, {
    retryable: false,
  })
