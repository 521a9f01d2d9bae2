// What a workflow waits for, told from its steps alone: asks and sends without an answer, and timers. The same records give the same ledger.
//
//   G1 An ask is open from the record that contains it to the record that takes its answer in; only open asks are asked again.
//   G2 A timer's time counts from the start of the step that asked for it: it does not depend on who looks at the clock, or when.

import { ASK, areWithin, EVENT, EXIT, FrameCursor, type Frames, MESSAGE, REPLY, SEND } from '../kernel/frame.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { Attempts, type Note } from './attempts.ts'
import type { Ended } from './ended.ts'
import { type Watched, Watching } from './watching.ts'

const MOST_TIMERS = 10_000
const TIMERS: ReadonlySet<string> = new Set(['time.sleep', 'time.after', 'time.ticker'])
const CALLS: ReadonlySet<string> = new Set(['funcs.call', 'contract.call'])
const CHILDREN: ReadonlySet<string> = new Set(['process.spawn', 'workflow.exec'])
const BY_MAIL: ReadonlySet<string> = new Set(['workflow.exec', 'process.spawn', 'send'])
const WATCHES: ReadonlySet<string> = new Set(['process.monitor', 'process.unmonitor', 'process.spawn'])
const NOTHING = new Uint8Array(0)
const decoder = new TextDecoder()

/** `frame`: the whole ASK or SEND, to be released again. `mailed`: it became mail of the receiver with its own record. */
export type Open = { readonly seq: number; readonly op: string; readonly frame: Uint8Array; readonly mailed: boolean }
/** `everyMs` is 0 for what fires once. */
export type Due = { readonly dueMs: number; readonly everyMs: number }

/** A step as its record has it. `mailed`: the tags of what became mail with it. */
export type Taken = {
  readonly seq: number
  readonly nowMs: number
  readonly input: Frames
  readonly output: Frames
  readonly mailed: ReadonlySet<number>
}

export type Change = {
  /** Numbers of mail that the step took in; answers that were mail are not among them. */
  readonly taken: readonly number[]
  /** Tags whose answers the step took in. */
  readonly answered: readonly number[]
  readonly timers: readonly { readonly tag: number; readonly dueMs: number }[]
  readonly cleared: readonly number[]
  readonly ended: Ended | null
}

/** The bytes of frames that lie where they say; none of those that do not. */
export const bytesOf = (frames: Frames): Uint8Array => (areWithin(frames) ? frames.bytes.slice(frames.start, frames.end) : NOTHING)

/** All of some bytes as frames, in place. */
export const framesOf = (bytes: Uint8Array): Frames => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  start: 0,
  end: bytes.length,
})

/** The text of a frame's name and topic: of an ask, its operation and target. */
export const labelOf = ({ bytes, nameStart, nameEnd, topicEnd }: FrameCursor): readonly [name: string, topic: string] => [
  decoder.decode(bytes.subarray(nameStart, nameEnd)),
  decoder.decode(bytes.subarray(nameEnd, topicEnd)),
]

/** The values of a frame's payload; none when they cannot be read. */
export const valuesOf = ({ bytes, topicEnd, payloadEnd }: FrameCursor): readonly unknown[] => {
  try {
    return decodeAll(bytes.subarray(topicEnd, payloadEnd))
  } catch {
    return []
  }
}

/** Whole milliseconds of a duration in nanoseconds, as an ask gives it; 0 when it is none. */
const millisecondsOf = (value: unknown): number => {
  const ns = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : 0
  return ns > 0 ? Math.ceil(ns / 1e6) : 0
}

export class Ledger {
  readonly open = new Map<number, Open>()
  readonly timers = new Map<number, Due>()
  readonly attempts: Attempts
  /** Whether it ever wanted a child. */
  hasChildren = false
  readonly watching: Watching
  /** The start of a node that goes on with it; empty when its journal does not say. */
  owner: string
  readonly #frame = new FrameCursor()

  constructor(owner = '', attempts = new Attempts(), watching = new Watching()) {
    this.owner = owner
    this.attempts = attempts
    this.watching = watching
  }

  /** Another start of a node goes on with it. */
  owned(owner: string): void {
    this.owner = owner
    this.attempts.interrupted()
  }

  /** Takes one step in. */
  step({ seq, nowMs, input, output, mailed }: Taken): Change {
    const change = { taken: [] as number[], answered: [] as number[], timers: new Map<number, number>(), cleared: new Set<number>() }
    const frame = this.#frame.over(input)
    while (frame.next()) {
      if (frame.kind !== REPLY) {
        if (frame.tag !== 0 && frame.kind <= EVENTS) change.taken.push(frame.tag)
        if (frame.kind === EVENT && this.watching.size > 0) this.#heard(frame)
        continue
      }
      change.answered.push(frame.tag)
      this.#watched(frame)
      this.#answered(frame.tag, nowMs, change)
    }
    let ended: Ended | null = null
    frame.over(output)
    while (frame.next() && ended === null) {
      if (frame.kind === EXIT) ended = { ok: frame.flag === 1, payload: frame.bytes.slice(frame.topicEnd, frame.payloadEnd) }
      else if (frame.kind === ASK) this.#asked(frame, { seq, nowMs, mailed }, change)
      else if (frame.kind === SEND && frame.tag !== 0) this.#opened(frame, 'send', { seq, mailed })
    }
    const timers = [...change.timers].map(([tag, dueMs]) => ({ tag, dueMs }))
    return { taken: change.taken, answered: change.answered, timers, cleared: [...change.cleared], ended }
  }

  /** The frames of open asks that somebody has to answer again, in the order in which they were asked. */
  unanswered(): Uint8Array {
    const again = [...this.open].filter(([tag, { mailed }]) => !mailed && !this.#isTimed(tag)).map(([, { frame }]) => frame)
    return Buffer.concat(again)
  }

  /** Takes in what was noted between two steps. */
  note(note: Note): Pick<Change, 'timers' | 'cleared'> {
    this.attempts.take(note)
    if (!this.attempts.of(note.tag) || note.what === 'beats') return { timers: [], cleared: [] }
    return note.what !== 'begins' ? { timers: [{ tag: note.tag, dueMs: note.dueMs }], cleared: [] } : { timers: [], cleared: [note.tag] }
  }

  /** Whether anything is open that is neither a timer nor mail, nor waits to be tried again. */
  get isBusy(): boolean {
    for (const tag of this.open.keys()) if (!this.#isTimed(tag)) return true
    return false
  }

  /** Whether a node that starts has to take it up: something is to be done for it, or waited for. */
  get isActive(): boolean {
    return this.isBusy || this.watching.size > 0
  }

  /** Whether a message it sent is on its way. */
  get isSending(): boolean {
    for (const { op } of this.open.values()) if (op === 'send') return true
    return false
  }

  /** Whether the end of a process may be one that it waits for: it watches it, or what it asked for may come to that. */
  mayWatch(pid: Pid): boolean {
    if (this.watching.has(pid)) return true
    for (const { op } of this.open.values()) if (WATCHES.has(op)) return true
    return false
  }

  /** Everything that waits for its time. */
  due(): { readonly tag: number; readonly dueMs: number }[] {
    return [...[...this.timers].map(([tag, { dueMs }]) => ({ tag, dueMs })), ...this.attempts.waiting()]
  }

  /** Asks that somebody is answering now; what children and timers answer comes by itself. */
  underWay(): number[] {
    return [...this.open].filter(([tag, { op, mailed }]) => !mailed && !BY_MAIL.has(op) && !this.#isTimed(tag)).map(([tag]) => tag)
  }

  #isTimed(tag: number): boolean {
    return this.timers.has(tag) || this.attempts.isWaiting(tag)
  }

  toBytes(): Uint8Array {
    const open = [...this.open].map(([tag, { seq, op, frame, mailed }]) => [tag, seq, op, frame, mailed])
    const timers = [...this.timers].map(([tag, { dueMs, everyMs }]) => [tag, dueMs, everyMs])
    return encodeAll([open, timers, this.attempts.stored(), this.hasChildren, this.watching.all(), this.owner])
  }

  static fromBytes(bytes: Uint8Array): Ledger {
    const [open, timers, attempts, hasChildren, watching, owner] = decodeAll(bytes) as [
      readonly [number, number, string, Uint8Array, boolean][],
      readonly [number, number, number][],
      ConstructorParameters<typeof Attempts>[0],
      boolean,
      readonly (Watched | Pid)[],
      string | undefined,
    ]
    const watched = watching.map((one): Watched => (typeof one === 'string' ? [one, ''] : one)) // pids alone are of earlier versions
    const ledger = new Ledger(owner, new Attempts(attempts), new Watching(watched))
    ledger.hasChildren = hasChildren
    for (const [tag, seq, op, frame, mailed] of open) ledger.open.set(tag, { seq, op, frame, mailed })
    for (const [tag, dueMs, everyMs] of timers) ledger.timers.set(tag, { dueMs, everyMs })
    return ledger
  }

  #heard(frame: FrameCursor): void {
    const [from, topic] = labelOf(frame)
    if (topic === 'pid.exit') this.watching.ended(from)
  }

  #watched(reply: FrameCursor): void {
    const open = this.open.get(reply.tag)
    if (reply.flag !== 1 || open === undefined || !WATCHES.has(open.op)) return
    const ask = new FrameCursor().over(framesOf(open.frame))
    ask.next()
    const [op, target] = labelOf(ask)
    const how = op === 'process.spawn' ? valuesOf(ask)[1] : null
    this.watching.answered(op, target, { how, answer: valuesOf(reply)[0], on: this.owner })
  }

  #answered(tag: number, nowMs: number, { timers, cleared }: Clocks): void {
    const isFirst = this.open.delete(tag)
    if (this.attempts.over(tag)) cleared.add(tag)
    const timer = this.timers.get(tag)
    if (timer === undefined || (timer.everyMs > 0 && isFirst)) return
    if (timer.everyMs === 0) {
      this.timers.delete(tag)
      cleared.add(tag)
      return
    }
    // ticks that were missed are not made up for
    const next = timer.dueMs + timer.everyMs
    const dueMs = next > nowMs ? next : Math.ceil(nowMs) + timer.everyMs
    this.timers.set(tag, { dueMs, everyMs: timer.everyMs })
    timers.set(tag, dueMs)
  }

  #asked(frame: FrameCursor, step: Pick<Taken, 'seq' | 'nowMs' | 'mailed'>, clocks: Clocks): void {
    const { nowMs } = step
    const { timers, cleared } = clocks
    const [op] = labelOf(frame)
    if (op === 'time.stop' || op === 'funcs.cancel') {
      this.#canceled(Number(valuesOf(frame)[0]), clocks)
      return
    }
    if (frame.tag === 0) return
    this.#opened(frame, op, step)
    if (CHILDREN.has(op)) this.hasChildren = true
    if (CALLS.has(op)) this.attempts.asked(frame.tag, nowMs)
    const ms = TIMERS.has(op) && this.timers.size < MOST_TIMERS ? millisecondsOf(valuesOf(frame)[0]) : 0
    if (ms === 0) return
    const dueMs = Math.ceil(nowMs) + ms
    this.timers.set(frame.tag, { dueMs, everyMs: op === 'time.ticker' ? ms : 0 })
    timers.set(frame.tag, dueMs)
    cleared.delete(frame.tag)
  }

  /** Who asked has lost interest: nothing is asked again. */
  #canceled(tag: number, { timers, cleared }: Clocks): void {
    this.open.delete(tag)
    const wasWaiting = this.attempts.over(tag)
    if (!this.timers.delete(tag) && !wasWaiting) return
    timers.delete(tag)
    cleared.add(tag)
  }

  #opened({ bytes, at, payloadEnd, tag }: FrameCursor, op: string, { seq, mailed }: Pick<Taken, 'seq' | 'mailed'>): void {
    const frame = new Uint8Array((payloadEnd - at + 3) & ~3)
    frame.set(bytes.subarray(at, payloadEnd))
    this.open.set(tag, { seq, op, frame, mailed: mailed.has(tag) })
  }
}

/** When which timers are due from now on, and which are not any more. */
type Clocks = { readonly timers: Map<number, number>; readonly cleared: Set<number> }

const EVENTS = MESSAGE + 2 // MESSAGE, REPLY, EVENT: what mail can be
