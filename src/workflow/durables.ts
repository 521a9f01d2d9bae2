// The workflows of one node: started, gone on with, ended. What is in memory is in loaded.ts, how it comes there in taking-up.ts, what is sent
// to them in post-office.ts, what wakes them in alarm.ts.
//
//   D5 Others hear of mail, timers and ends once these are durable, and not before.

import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import type { Process } from '../kernel/process.ts'
import type { Pid } from '../pid.ts'
import { Alarm } from './alarm.ts'
import { type Beginning, beginningToBytes, type Card, cutsWith, limitOf, type Writer } from './card.ts'
import { Dispatch } from './dispatch.ts'
import type { Ended } from './ended.ts'
import { Endings } from './endings.ts'
import type { Engine, Head } from './engine.ts'
import { Inquiries } from './inquiry.ts'
import { Interventions } from './interventions.ts'
import { framesOf } from './ledger.ts'
import { Loaded } from './loaded.ts'
import { closingMail, endMail } from './mail.ts'
import { PostOffice } from './post-office.ts'
import { Programs } from './programs.ts'
import { RecordKind } from './record.ts'
import type { Run } from './run.ts'
import { RunAttachment } from './run-process.ts'
import { Share } from './share.ts'
import { exchanged, ownTimer, type Start } from './start.ts'
import { type Started, Starts } from './starts.ts'
import type { Committed, Surroundings } from './surroundings.ts'
import { TakingUp, type WorkflowNode } from './taking-up.ts'

const INSIST_MS = 1000
const LEASE_MS = 6000

export type DurablesOptions = WorkflowNode & {
  readonly clock: Clock
  /** Whether a process may cancel another one. */
  readonly mayCancel: (from: Process, to: Pid) => boolean
  readonly report: (error: unknown) => void
  readonly checkpoints?: { readonly everyRecords: number; readonly everyBytes: number }
  /** Workflows kept loaded though they have nothing to do. */
  readonly kept?: number
  /** For how long a node that says nothing keeps its workflows from others. */
  readonly leaseMs?: number
  /** For how long runs that are over are kept in a journal that goes on; for ever unless it is said. */
  readonly keptMs?: number
}

export class Durables {
  readonly post: PostOffice
  readonly interventions: Interventions
  readonly inquiries: Inquiries
  readonly programs: Programs
  readonly #options: DurablesOptions
  readonly #engine: Engine
  readonly #owner = randomUUID()
  readonly #around: Surroundings
  readonly #loaded: Loaded
  readonly #alarm: Alarm
  readonly #share: Share
  readonly #endings: Endings
  readonly #takingUp: TakingUp
  readonly #starts: Starts

  constructor(options: DurablesOptions) {
    this.#options = options
    this.#engine = options.engine
    this.programs = new Programs(options.engine)
    const { engine, scheduler, clock, runtime, report, mayCancel, kept = 1000, leaseMs = LEASE_MS } = options
    const { checkpoints = { everyRecords: 100, everyBytes: 256 * 1024 } } = options
    this.#around = {
      engine,
      runtime,
      checkpoints,
      delivery: () => scheduler().delivery,
      nowMs: () => clock.nowMs(),
      pause: (ms) => new Promise((resolve) => void clock.setTimer(ms, resolve)),
      report,
      sure: () => this.sure(),
      release: (process, frame) => scheduler().release(process, framesOf(frame)),
      dispatch: new Dispatch({ engine, scheduler, owns: (pid) => this.post.owns(pid), mayCancel }),
      committed: (run, effects) => this.#committed(run, effects),
      lost: (run) => this.#lost(run),
      insist: (work) => this.#insist(work),
      orphaned: (run) => this.#give(this.interventions.terminate(run.id)),
      timeUp: (run) => this.#give(this.interventions.timeUp(run.id)),
    }
    this.#loaded = new Loaded({ scheduler, clock, read: (id) => this.#takingUp.read(id), kept, report })
    this.#endings = new Endings(engine)
    this.#alarm = new Alarm({
      ...{ engine, clock, report },
      parts: () => this.#share.parts,
      ring: (id, tag) => this.#loaded.reach(id, (run) => run.bell.ring(tag)),
    })
    const about = { loaded: this.#loaded, alarm: this.#alarm, endings: this.#endings }
    this.#share = new Share({ engine, clock, report, node: this.#owner, leaseMs, ...about })
    this.#takingUp = new TakingUp({
      ...{ node: options, around: this.#around, loaded: this.#loaded, share: this.#share, writer: this.#writer },
      exited: (run, exit) => this.#exited(run, exit),
    })
    this.inquiries = new Inquiries(options, () => clock.nowMs())
    this.interventions = new Interventions({
      ...{ engine, clock, scheduler },
      loaded: this.#loaded,
      programs: this.programs,
      end: (run, status, ended) => this.#end(run, status, ended),
      hint: (id) => void this.#share.hint(id),
      arm: (dueMs) => this.#alarm.arm(dueMs),
      unbegun: (card) => options.unbegun?.(card),
    })
    this.post = new PostOffice({
      engine,
      scheduler,
      isOurs: (host) => options.hostOf(host) !== null,
      isWritten: (from, tag) => this.runOf(from)?.isMailed(tag) ?? null,
      hint: (id) => void this.#share.hint(id),
    })
    this.#starts = new Starts({
      ...{ engine, loaded: this.#loaded, share: this.#share, takingUp: this.#takingUp, alarm: this.#alarm },
      ...{ programs: this.programs, post: this.post, interventions: this.interventions },
      ...{ writer: this.#writer, keptMs: this.#keptMs, nowMs: this.#around.nowMs },
    })
  }

  get engine(): Engine {
    return this.#engine
  }

  /** What names this start of this node in journals and leases. */
  get owner(): string {
    return this.#owner
  }

  get #writer(): Writer {
    return { owner: this.#owner, runtime: this.#options.runtime }
  }

  get #keptMs(): number {
    return this.#options.keptMs ?? Number.POSITIVE_INFINITY
  }

  #begun(beginning: Beginning): Beginning {
    return { ...beginning, ...this.#writer }
  }

  /** Workflows that are loaded. */
  get loaded(): number {
    return this.#loaded.size
  }

  /** Finds out which workflows are this node's. */
  join(): Promise<void> {
    return this.#share.join()
  }

  /** Takes up what was under way, and sets the clock for what sleeps. */
  boot(): Promise<void> {
    return this.#share.begin()
  }

  /** Gives all up; they go on when a node takes them up, which others may do at once. Without `now` calls under way may come to their end. */
  stop({ now = false }: { readonly now?: boolean } = {}): Promise<void> {
    return this.#share.leave(now)
  }

  /** Whether a workflow is one that this node goes on with. */
  has(id: string): boolean {
    return this.#share.has(id)
  }

  /** Whether what one node does for all is this node's. */
  get isFirst(): boolean {
    return this.#share.has('')
  }

  /** Null when this node's leases hold; else resolves once it is known which workflows are its own, and the others have been given up. */
  sure(): Promise<void> | null {
    return this.#share.sure()
  }

  /** The head of a workflow once it has ended, wherever it runs; `signal`: nobody waits any longer. Throws WORKFLOW_NOT_FOUND. */
  ended(id: string, signal?: AbortSignal): Promise<Head> {
    return this.#endings.of(id, signal)
  }

  /**
   * Starts a workflow; resolves once its start is durable. One with this id that runs is used or refused, as `conflict` says.
   * Throws WORKFLOW_EXISTS, WORKFLOW_ID.
   */
  start(start: Start): Promise<Started> {
    return this.#starts.start(start)
  }

  /** The run of a process, when it is a workflow of this node. */
  runOf(process: Process): Run | null {
    return process.attachment instanceof RunAttachment ? process.attachment.run : null
  }

  /** Exchanges the program of a run that has not begun. False when its journal stands elsewhere by now. */
  exchange(head: Head, code: Start['code'], beginning: Beginning): Promise<boolean> {
    return this.programs.during(code, () => {
      const { record, effects } = exchanged(head, code, this.#begun(beginning), this.#around.nowMs())
      return this.#engine.append(head.id, head, record, effects)
    })
  }

  /** A new run begins in the same journal, and takes over what waits for the old one and who waits for its end. */
  async succeed(run: Run, code: Start['code'], beginning: Beginning): Promise<void> {
    await this.programs.during(code, () => this.#succeed(run, code, beginning))
  }

  async #succeed(run: Run, code: Start['code'], beginning: Beginning): Promise<void> {
    await run.going()
    const nowMs = this.#around.nowMs()
    const { untilMs = null, runMs = null } = run.card.limit ?? {}
    const limit = limitOf(untilMs, runMs, nowMs)
    const cuts = cutsWith(run.card.cuts ?? [], { seq: run.next, ms: nowMs }, this.#keptMs)
    const card: Card = { ...run.card, entry: beginning.entry, code: code.hash, start: run.next, mark: null, startedMs: nowMs, limit, cuts }
    const cleared = run.ledger.due().map(({ tag }) => tag)
    if (!(await run.note(RecordKind.start, beginningToBytes(this.#begun(beginning)), card, 'running', { cleared, timers: ownTimer(card) })))
      return
    const [, ...waiting] = run.process?.exits ?? [] // the first is the old run's own
    this.#loaded.drop(run)
    if (run.process !== null) this.#options.scheduler().retire(run.process)
    const next = await this.#loaded.tryLoad(run.id)
    if (next?.process) next.process.exits = [...(next.process.exits ?? []), ...waiting]
  }

  /** Does it until it is done; null when the node stops before. */
  async #insist<T>(work: () => Promise<T>): Promise<T | null> {
    while (!this.#loaded.isStopped) {
      try {
        return await work()
      } catch (error) {
        this.#options.report(error)
        await this.#around.pause(INSIST_MS)
      }
    }
    return null
  }

  /** Somebody's end that nobody waits for: it may have come by itself meanwhile. */
  #give(end: Promise<void>): void {
    end.catch((error) => {
      if (!(error instanceof WippyError && error.code === 'WORKFLOW_NOT_FOUND')) this.#options.report(error)
    })
  }

  // what follows a commit -------------------------------------------------------------------------------------------------------------------

  #committed(run: Run, { timers, mail, ended }: Committed): void {
    for (const { to } of mail) void this.#share.hint(to)
    for (const { dueMs } of timers) this.#alarm.arm(dueMs)
    if (ended) {
      this.#loaded.drop(run)
      this.#endings.tell(run.id)
      if (run.isOver) this.#options.over(run.id)
    } else this.#loaded.keep(run)
  }

  #lost(run: Run): void {
    this.#loaded.drop(run)
    if (run.process !== null) this.#options.scheduler().retire(run.process)
    this.#options.report(fenced(run.id))
    void this.#share.hint(run.id) // whoever appended to it need not go on with it
  }

  /** A process ended that did not say so itself: by a link, or by force. */
  #exited(run: Run, exit: Exit): void {
    if (!run.isClosed) void this.#end(run, 'failed', exit)
  }

  async #end(run: Run, status: string, exit: Ended): Promise<boolean> {
    const children = await this.#insist(() => closingMail(this.#engine, run.id, run.card))
    if (children === null || run.isClosed) return false
    const card: Card = { ...run.card, endedMs: this.#around.nowMs(), result: exit.payload, mark: null }
    const mail = [...endMail(run.id, run.card, exit), ...children]
    if (!(await run.note(RecordKind.end, exit.payload, card, status, { mail }))) return false
    this.#loaded.drop(run) // not before: who looked for it would take it up again
    this.#options.over(run.id)
    for (const to of [run.id, ...mail.map(({ to }) => to)]) void this.#share.hint(to)
    return true
  }
}

const fenced = (id: string): WippyError =>
  new WippyError('WORKFLOW_FENCED', Kind.Conflict, `workflow "${id}" goes on elsewhere: another node appended to its journal`, {
    retryable: false,
  })
