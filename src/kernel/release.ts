// What a step wants, done in the order it was written: sends are delivered, asks go through the door, the exit is noted.

import type { Delivery } from './delivery.ts'
import type { Exit } from './exit.ts'
import { doorBroken, malformedFrame } from './failure.ts'
import { ASK, EXIT, FrameCursor, type Frames, SEND, SENDS } from './frame.ts'
import type { Observer } from './observer.ts'
import { type EncodeError, endedBy } from './payload.ts'
import type { Process } from './process.ts'
import type { Texts } from './texts.ts'

/** What a process asks for, as the door sees it. One object serves all asks: it is good until the door returns. */
export class Ask {
  process!: Process
  op = ''
  target = ''
  /** 0: nobody waits for an answer. */
  tag = 0
  readonly #frame: FrameCursor

  constructor(frame: FrameCursor) {
    this.#frame = frame
  }

  /** The arguments, a msgpack array: a copy, to be kept. */
  args(): Uint8Array {
    return this.#frame.bytes.slice(this.#frame.topicEnd, this.#frame.payloadEnd)
  }

  /** The same where it lies, good until the door returns. */
  look(): Uint8Array {
    return this.#frame.bytes.subarray(this.#frame.topicEnd, this.#frame.payloadEnd)
  }
}

/** Answers with `Delivery.reply`, `fail` or `push`, at once or later. */
export type AskDoor = (ask: Ask) => void

type ReleaseParts = {
  readonly encodeError: EncodeError
  readonly observer: Observer
  readonly delivery: Delivery
  readonly door: AskDoor
  readonly texts: Texts
}

export class Release {
  /** Asks passed so far, and the bytes they came with. */
  asked = 0
  askedBytes = 0
  readonly #delivery: Delivery
  readonly #door: AskDoor
  readonly #texts: Texts
  readonly #parts: ReleaseParts
  readonly #frame = new FrameCursor()
  readonly #ask = new Ask(this.#frame)

  constructor(parts: ReleaseParts) {
    this.#parts = parts
    this.#delivery = parts.delivery
    this.#door = parts.door
    this.#texts = parts.texts
  }

  /** Returns how the process ends, or null when it goes on. */
  perform(process: Process, outbox: Frames): Exit | null {
    const frame = this.#frame.over(outbox)
    while (frame.next()) {
      if (frame.kind === SEND) this.#delivery.send(process, frame)
      else if (frame.kind === ASK) this.#pass(process, frame)
      else if (frame.kind === SENDS && this.#delivery.sendAll(process, frame)) continue
      else if (frame.kind === EXIT)
        return { ok: frame.flag === 1, payload: frame.bytes.slice(frame.topicEnd, frame.payloadEnd), error: null }
      else return this.#malformed()
    }
    return frame.malformed ? this.#malformed() : null
  }

  #pass(process: Process, frame: FrameCursor): void {
    const ask = this.#ask
    this.asked++
    this.askedBytes += frame.payloadEnd - frame.topicEnd
    ask.process = process
    ask.op = this.#texts.of(frame.bytes, frame.nameStart, frame.nameEnd)
    ask.target = this.#texts.of(frame.bytes, frame.nameEnd, frame.topicEnd)
    ask.tag = frame.tag
    try {
      this.#door(ask)
    } catch (cause) {
      this.#parts.observer.broken(process, cause)
      if (ask.tag !== 0) this.#delivery.fail(process, ask.tag, doorBroken(ask.op))
    }
  }

  #malformed(): Exit {
    const error = malformedFrame()
    return { ok: false, payload: endedBy(this.#parts.encodeError(error)), error }
  }
}
