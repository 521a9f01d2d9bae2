// What a journal says, as data for people and programs: what a workflow was given, asked, sent, was answered, and how it ended.
//
// Nothing is run. Answers are told with the ask they belong to, when that is part of what was read.

import { ASK, EVENT, EXIT, FrameCursor, MESSAGE, REPLY, SEND } from '../kernel/frame.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { type Note, noteOf } from './attempts.ts'
import { beginningOf } from './card.ts'
import { framesOf, labelOf } from './ledger.ts'
import { type Parsed, RecordKind } from './record.ts'

const READ_BYTES = 16 * 1024 // a longer payload is only measured
const MOST_ASKS = 10_000 // that are remembered without an answer; the oldest are forgotten

export type EventKind =
  | 'begins'
  | 'resumes'
  | 'paused'
  | 'unpaused'
  | 'forked'
  | 'receives'
  | 'hears'
  | 'asks'
  | 'sends'
  | 'answered'
  | 'ends'
  | 'fails'
  | 'tried'
  | 'beats'
  | 'rests'

export type StoryEvent = {
  readonly event: EventKind
  /** An entry, an operation, or a topic. */
  readonly name: string
  /** What is asked of, sent to, or received from; may be empty. */
  readonly other: string
  /** Of answers, events and ends. */
  readonly ok?: boolean
  /** Of asks and answers: the same number belongs together. Of a fork: the record. */
  readonly tag: number
  /** What was asked when this answers it: an operation, or "send"; empty when the ask is not part of what was read. */
  readonly asked: string
  readonly bytes: number
  /** Null when it is too long to be shown, or no values at all. */
  readonly values: readonly unknown[] | null
}

/** One record and what it tells. */
export type Told = {
  readonly record: number
  readonly epoch: number
  readonly kind: keyof typeof RecordKind
  readonly timeMs: number
  readonly fuel: number
  readonly events: readonly StoryEvent[]
}

const NAMES = Object.fromEntries(Object.entries(RecordKind).map(([name, kind]) => [kind, name])) as Readonly<
  Record<RecordKind, keyof typeof RecordKind>
>
const BARE: Readonly<Partial<Record<RecordKind, EventKind>>> = {
  [RecordKind.own]: 'resumes',
  [RecordKind.pause]: 'paused',
  [RecordKind.resume]: 'unpaused',
}

const valuesOf = (payload: Uint8Array): readonly unknown[] | null => {
  if (payload.length > READ_BYTES) return null
  try {
    return decodeAll(payload)
  } catch {
    return null // what a process sends may be no values: that is for its receiver to find out
  }
}

const eventOf = (event: EventKind, name: string, payload: Uint8Array, more: Partial<StoryEvent> = {}): StoryEvent => ({
  ...{ event, name, other: '', tag: 0, asked: '' },
  ...{ bytes: payload.length, values: valuesOf(payload) },
  ...more,
})

const payloadOf = ({ bytes, topicEnd, payloadEnd }: FrameCursor): Uint8Array => bytes.subarray(topicEnd, payloadEnd)

/** Reads records in order and tells them. */
export class Story {
  readonly #asked = new Map<number, { readonly op: string; readonly target: string }>()

  tell(record: Parsed): Told {
    const { seq, epoch, kind, nowMs, spent } = record
    return { record: seq, epoch, kind: NAMES[kind], timeMs: nowMs, fuel: spent, events: this.#events(record) }
  }

  #events(record: Parsed): StoryEvent[] {
    if (record.kind === RecordKind.start) {
      this.#asked.clear() // tags begin anew with each run
      const { entry, host, args } = beginningOf(record.input)
      return [eventOf('begins', entry, args, { other: host })]
    }
    if (record.kind === RecordKind.fork) {
      const [id, seq] = decodeAll(record.input)
      return [eventOf('forked', String(id), new Uint8Array(0), { tag: Number(seq) })]
    }
    const bare = BARE[record.kind]
    if (bare) return [eventOf(bare, '', new Uint8Array(0))]
    if (record.kind === RecordKind.note) return [this.#noted(noteOf(record.input))]
    if (record.kind === RecordKind.end) {
      const ended = eventOf('ends', '', record.input)
      return [{ ...ended, ok: ended.values !== null && (ended.values[1] ?? null) === null }]
    }
    return [...this.#taken(record.input), ...this.#wanted(record.output)]
  }

  /** What became of an attempt. Its values: the error, and when the next one is due; or what a heartbeat said. */
  #noted(note: Note): StoryEvent {
    const { op = '', target = '' } = this.#asked.get(note.tag) ?? {}
    const about = { tag: note.tag, asked: op }
    if (note.what === 'begins') return eventOf('tried', target, new Uint8Array(0), about)
    if (note.what === 'rests') return eventOf('rests', target, new Uint8Array(0), about)
    if (note.what === 'beats') return eventOf('beats', target, note.details, about)
    return eventOf('fails', target, encodeAll([note.error, note.dueMs]), { ...about, ok: false })
  }

  *#taken(input: Uint8Array): Generator<StoryEvent> {
    const frame = new FrameCursor().over(framesOf(input))
    while (frame.next()) {
      const [name, topic] = labelOf(frame)
      const ok = frame.flag === 1
      if (frame.kind === MESSAGE) yield eventOf('receives', topic, payloadOf(frame), { other: name })
      else if (frame.kind === EVENT) yield eventOf('hears', topic, payloadOf(frame), { other: name, ok })
      else if (frame.kind === REPLY) {
        const { op = '', target = '' } = this.#asked.get(frame.tag) ?? {}
        if (op !== 'time.ticker') this.#asked.delete(frame.tag)
        yield eventOf('answered', target, payloadOf(frame), { ok, tag: frame.tag, asked: op })
      }
    }
  }

  *#wanted(output: Uint8Array): Generator<StoryEvent> {
    const frame = new FrameCursor().over(framesOf(output))
    while (frame.next()) {
      const { kind, tag } = frame
      const [name, topic] = labelOf(frame)
      if (kind === ASK) {
        this.#remember(tag, name, topic)
        yield eventOf('asks', name, payloadOf(frame), { other: topic, tag })
      } else if (kind === SEND) {
        this.#remember(tag, 'send', name)
        yield eventOf('sends', topic, payloadOf(frame), { other: name, tag })
      } else if (kind === EXIT) {
        yield eventOf('ends', '', payloadOf(frame), { ok: frame.flag === 1 })
        return // nothing counts behind it
      }
    }
  }

  #remember(tag: number, op: string, target: string): void {
    if (tag === 0) return
    this.#asked.set(tag, { op, target })
    if (this.#asked.size <= MOST_ASKS) return
    for (const oldest of this.#asked.keys()) return void this.#asked.delete(oldest)
  }
}
