// The body of a process whose code is here: what is sent to its pid is heard by the host.

import type { Body, Verdict } from '../kernel/body.ts'
import { singly } from '../kernel/bundle.ts'
import { EVENT, type Frames, MESSAGE, noFrames } from '../kernel/frame.ts'

export type Heard = {
  /** A message; the payload is only there during the call. */
  message(topic: string, payload: Uint8Array): void
  /** `pid.exit` and the like; from whom. */
  event(topic: string, from: string): void
}

const decoder = new TextDecoder()

export class ListeningBody implements Body {
  readonly outbox: Frames = noFrames()
  readonly spent = 0
  readonly backlog = 0
  readonly fault = null
  readonly #heard: Heard
  #isOver = false

  constructor(heard: Heard) {
    this.#heard = heard
  }

  /** From its next step on it has ended well. */
  finish(): void {
    this.#isOver = true
  }

  step(inbox: Frames): Verdict {
    for (const { kind, bytes, nameStart, nameEnd, topicEnd, payloadEnd } of singly(inbox)) {
      if (this.#isOver) break
      const topic = decoder.decode(bytes.subarray(nameEnd, topicEnd))
      if (kind === MESSAGE) this.#heard.message(topic, bytes.subarray(topicEnd, payloadEnd))
      else if (kind === EVENT) this.#heard.event(topic, decoder.decode(bytes.subarray(nameStart, nameEnd)))
    }
    return this.#isOver ? 'exit' : 'wait'
  }

  close(): void {}
}
