// One loaded workflow: its process, the end of its journal, its ledger.
//
//   K3 What a step wants is released after its record is durable and while this node's leases hold: `commit` resolves then, and not before.
//   W2 When the engine says that the journal stands elsewhere, somebody else owns it: the process is given up, nothing of its step leaves.

import type { Commit, DurableBody, Step } from '../kernel/body.ts'
import type { Process } from '../kernel/process.ts'
import type { Pid } from '../pid.ts'
import { type Note, noteToBytes } from './attempts.ts'
import { Bell } from './bell.ts'
import { type Card, cardToBytes, OWN_TIMER, traitsOf } from './card.ts'
import { Departure } from './departure.ts'
import type { Letter } from './dispatch.ts'
import { type Ended, endOf, statusOf } from './ended.ts'
import { type Effects, hasEnded, noPages } from './engine.ts'
import { Intake } from './intake.ts'
import { Journal } from './journal.ts'
import { bytesOf, type Change, framesOf, type Ledger } from './ledger.ts'
import { closingMail, endMail } from './mail.ts'
import { Marks } from './marks.ts'
import { notice, noticed, timersToBytes } from './notice.ts'
import { Pause } from './pause.ts'
import { type Content, type Position, RecordKind } from './record.ts'
import { ownTimer } from './start.ts'
import type { Surroundings } from './surroundings.ts'

const NOTHING = new Uint8Array(0)
const NEVER = new Promise<never>(() => {}) // of a step that nobody will see

/** What a run goes on from. */
export type Origin = {
  readonly id: string
  readonly pid: Pid
  readonly position: Position
  readonly card: Card
  readonly body: DurableBody
  readonly ledger: Ledger
  readonly code: Uint8Array
  readonly steps: number
  readonly fuel: number
  /** Pieces of its last checkpoint, and those of one that is of no use to it. */
  readonly pieces: ReadonlySet<string>
  readonly stale: readonly string[]
}

/** A step that was taken in, and the record of it. */
type Taken = {
  readonly change: Change
  readonly step: Step
  readonly mail: Effects['mail']
  readonly ended: Ended | null
  readonly content: Content & { readonly seq: number }
}

export class Run {
  readonly id: string
  readonly pid: Pid
  readonly ledger: Ledger
  readonly body: DurableBody
  process: Process | null = null
  card: Card
  readonly #journal: Journal
  readonly #around: Surroundings
  readonly #code: Uint8Array
  readonly #marks: Marks
  #isClosed = false
  #isOver = false // its last record is on its way
  #isGivenUp = false
  readonly #pause = new Pause()
  readonly #departure: Departure
  #mailed: ReadonlySet<number> = new Set()
  readonly #intake: Intake
  readonly bell: Bell

  constructor(origin: Origin, around: Surroundings) {
    this.id = origin.id
    this.pid = origin.pid
    this.ledger = origin.ledger
    this.body = origin.body
    this.card = origin.card
    this.#journal = new Journal(origin.id, origin.position, around)
    this.#around = around
    this.#code = origin.code
    this.#marks = new Marks(origin, around)
    this.#departure = new Departure(
      () => this.ledger.underWay(),
      () => this.#isClosed || this.#pause.isOn,
    )
    this.#intake = new Intake(this, around)
    this.bell = new Bell(this, around)
  }

  get position(): Position {
    return this.#journal.position
  }

  /** The number of its next record, whatever is being written. */
  get next(): number {
    return this.#journal.next
  }

  /** Whether its last record has been made. */
  get isOver(): boolean {
    return this.#isOver
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether nothing is left to do before something arrives: it may be given up and loaded again. */
  get isIdle(): boolean {
    const { process } = this
    if (process === null || process.state !== 'waiting' || !process.mailbox.isEmpty || this.#journal.isWriting) return false
    if (process.exits !== null && process.exits.length > 1) return false // somebody here waits for its end
    return !this.#intake.isBusy && !this.bell.isBusy && !this.ledger.isBusy
  }

  readonly commit: Commit = (inbox, step) => {
    const input = bytesOf(inbox)
    const letters = this.process === null ? [] : this.#around.dispatch.lettersIn(this.process, step.outbox)
    return letters.length === 0 && !this.#pause.isOn ? this.#commit(input, step, letters) : this.#commitLater(input, step, letters)
  }

  async #commitLater(input: Uint8Array, step: Step, letters: readonly Letter[]): Promise<void> {
    const mail = await this.#around.dispatch.fitting(letters)
    await this.going()
    await this.#commit(input, step, mail)
  }

  #commit(input: Uint8Array, step: Step, mail: readonly Letter[]): Promise<void> {
    if (this.#isClosed) return NEVER
    const seq = this.#journal.next
    this.#mailed = new Set(mail.map(({ tag }) => tag))
    const change = this.ledger.step({ seq, nowMs: step.nowMs, input: framesOf(input), output: step.outbox, mailed: this.#mailed })
    this.#marks.stepped(step.spent)
    const content: Content = {
      kind: RecordKind.step,
      code: this.#code,
      nowMs: step.nowMs,
      fuel: step.fuel,
      spent: step.spent,
      verdict: step.verdict,
      input,
      output: bytesOf(step.outbox),
      mailed: [...this.#mailed],
    }
    const ended = endOf(step.verdict, change.ended, this.body.fault)
    this.#isOver ||= ended !== null
    const effects = this.#effectsOf({ change, step, mail, ended, content: { ...content, seq } })
    return new Promise((resolve, reject) => {
      const appended = ended === null ? this.#append(content, effects) : this.#appendLast(content, effects)
      appended.then(async (isOurs) => {
        if (!isOurs) return
        await this.#around.sure()
        if (!this.#isGivenUp) {
          this.bell.answered(change.answered)
          resolve()
          if (ended !== null) this.#isClosed = true
          if (this.#intake.mayWait) void this.pull() // first: who pulls is not given up
        }
        this.#around.committed(this, { timers: effects.timers, mail: effects.mail, ended: ended !== null || this.#isGivenUp })
        if (this.isLeaving) setImmediate(() => this.#departure.look()) // what the step asked for is released before
      }, reject)
    })
  }

  /** What it can be found by from its next record on. Throws WORKFLOW_ATTRIBUTES. */
  describe(search: Card['search'], memo: Card['memo']): void {
    const card = { ...this.card, search, memo }
    traitsOf(card)
    this.card = card
  }

  /** Whether what has this tag, of the step released last, became mail. */
  isMailed(tag: number): boolean {
    return this.#mailed.has(tag)
  }

  /** Hands over mail that waits in the engine. */
  async pull(): Promise<void> {
    if (this.#pause.isOn) return this.check() // it may have been resumed elsewhere
    await this.#intake.pull()
  }

  /** Its process, while that takes mail. */
  get taker(): Process | null {
    return this.#isClosed || this.#pause.isOn ? null : this.process
  }

  orphaned(): void {
    this.#around.orphaned(this)
  }

  /** A call is made by who goes on with it. */
  async rest(tag: number): Promise<void> {
    await this.#departure.rest(() => this.attempted({ what: 'rests', tag, dueMs: Math.floor(this.#around.nowMs()) }))
  }

  /** Writes down what became of an attempt at what it asked for. False when nobody waits for that any more. */
  async attempted(note: Note): Promise<boolean> {
    await this.going()
    if (this.#isOver || this.#isClosed || !this.ledger.open.has(note.tag)) return false
    const changed = this.ledger.note(note)
    const effects = { ...noticed('running', this.card, changed), active: this.ledger.isActive }
    const content = this.#notice(RecordKind.note, noteToBytes(note))
    if (!(await this.#append(content, effects))) return false
    this.#around.committed(this, { timers: changed.timers, mail: [], ended: this.#isGivenUp })
    this.#departure.look()
    return true
  }

  /** Appends a record that is no step. False when somebody else owns the journal, or its last record is on its way. */
  note(kind: RecordKind, input: Uint8Array, card: Card, status: string, more: Partial<Effects> = {}): Promise<boolean> {
    if (this.#isOver) return this.#journal.settled().then(() => false)
    this.card = card
    const isLast = hasEnded(status) || kind === RecordKind.start // no step follows
    if (isLast) this.#isClosed = this.#isOver = true
    if (kind === RecordKind.own) this.ledger.owned(card.owner)
    const effects = noticed(status, card, isLast ? { ...more, pages: this.#marks.useless } : more)
    return this.#append(this.#notice(kind, input), effects)
  }

  #notice(kind: RecordKind, input: Uint8Array): Content {
    return notice({ kind, code: this.#code, nowMs: this.#around.nowMs(), input })
  }

  /** The step at hand is its last one that anybody sees before `resume`; one more may wait to be written. */
  pause(): Promise<boolean> {
    if (!this.#isOver) this.#pause.begin()
    const timers = this.#timers()
    return this.note(RecordKind.pause, timersToBytes(timers), this.card, 'paused', { cleared: timers.map(({ tag }) => tag) })
  }

  async resume(): Promise<boolean> {
    const timers = this.#timers()
    const goOn = this.#pause.lift() // it may be paused again before this is written; what is written meanwhile comes behind it
    if (!(await this.note(RecordKind.resume, NOTHING, this.card, 'running', { timers }))) return false
    goOn()
    void this.pull()
    this.#around.committed(this, { timers, mail: [], ended: false })
    return true
  }

  #timers(): Effects['timers'] {
    return [...this.ledger.due(), ...ownTimer(this.card)]
  }

  /** Resolves when it is not paused, or not any more. */
  going(): Promise<void> {
    return this.#pause.over()
  }

  /** No call is begun for it any more: who goes on with it begins them. Resolves when those that were begun are over. */
  leave(): Promise<void> {
    return this.#departure.begin()
  }

  get isLeaving(): boolean {
    return this.#departure.hasBegun
  }

  /** Finds out whether its journal stands where it left it. */
  check(): void {
    void this.#journal.isAsItWas().then((isAsItWas) => {
      if (isAsItWas || this.#isClosed) return
      this.#isClosed = true
      this.#around.lost(this)
    }, this.#around.report)
  }

  /** Gives it up, and waits until what it was writing is written. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#isGivenUp = true
    await this.#journal.close()
  }

  /** What becomes durable with a step. */
  #effectsOf({ change, step, mail, ended, content }: Taken): Effects {
    const taken = this.#intake.taken(change)
    const pages = ended === null ? this.#checkpoint(content) : this.#lastPages(ended, step.nowMs)
    const begins = typeof this.card.beginMs === 'number'
    if (begins) this.card = { ...this.card, beginMs: null }
    return {
      status: ended === null ? 'running' : statusOf(ended),
      active: ended === null && (step.verdict === 'again' || this.ledger.isActive),
      traits: traitsOf(this.card),
      card: cardToBytes(this.card),
      mail: ended === null ? mail : [...mail, ...endMail(this.id, this.card, ended)],
      taken,
      timers: begins ? [...change.timers, ...ownTimer(this.card)] : change.timers,
      cleared: begins ? [...change.cleared, OWN_TIMER] : change.cleared,
      pages,
    }
  }

  /** Takes a checkpoint when it is time for one. */
  #checkpoint({ seq, input, output }: Taken['content']): Effects['pages'] {
    const taken = this.#marks.take(seq, input.length + output.length, this.body, this.ledger)
    if (taken === null) return noPages
    this.card = { ...this.card, mark: taken.mark }
    return taken.pages
  }

  /** Its card says how it ended; its checkpoints are of no use any more. */
  #lastPages({ payload }: Ended, endedMs: number): Effects['pages'] {
    this.card = { ...this.card, endedMs, result: payload, mark: null }
    return this.#marks.useless
  }

  /** The record of an end, with which its children hear of it. */
  async #appendLast(content: Content, effects: Effects): Promise<boolean> {
    const mayHaveChildren = this.ledger.hasChildren || this.card.start > 1
    const mail = mayHaveChildren ? await this.#around.insist(() => closingMail(this.#around.engine, this.id, this.card)) : []
    return mail !== null && this.#append(content, { ...effects, mail: [...effects.mail, ...mail] })
  }

  /** False when the journal is somebody else's by now. */
  async #append(content: Content, effects: Effects): Promise<boolean> {
    const isOurs = await this.#journal.append(content, effects)
    this.#isClosed ||= !isOurs
    if (!isOurs && !this.#isGivenUp) this.#around.lost(this)
    return isOurs
  }
}
