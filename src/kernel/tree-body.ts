// The body of a supervisor's process. A supervisor has no code: its process is what others watch, link to, name, cancel and kill.
//
// What it hears it hands to its tree, which acts on other processes only. Messages to it are read and forgotten.

import type { Body, Verdict } from './body.ts'
import { EVENT, FrameCursor, type Frames, noFrames } from './frame.ts'

const CANCEL = 'pid.cancel'

export class TreeBody implements Body {
  readonly outbox: Frames = noFrames()
  readonly spent = 0
  readonly backlog = 0
  readonly fault = null
  readonly #frame = new FrameCursor()
  readonly #cancel: () => void
  #isOver = false

  /** `cancel` is called when somebody asks it to end. */
  constructor(cancel: () => void) {
    this.#cancel = cancel
  }

  /** From its next step on it has ended well. */
  finish(): void {
    this.#isOver = true
  }

  step(inbox: Frames): Verdict {
    if (this.#isCancelled(inbox)) this.#cancel()
    return this.#isOver ? 'exit' : 'wait'
  }

  close(): void {}

  #isCancelled(inbox: Frames): boolean {
    const frame = this.#frame.over(inbox)
    let found = false
    while (frame.next()) found ||= frame.kind === EVENT && topicOf(frame) === CANCEL
    return found
  }
}

const decoder = new TextDecoder()
const topicOf = ({ bytes, nameEnd, topicEnd }: FrameCursor): string => decoder.decode(bytes.subarray(nameEnd, topicEnd))
