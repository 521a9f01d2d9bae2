// What a step has for other workflows, as mail that becomes durable together with the record of the step: a crash neither loses it nor
// sends it twice.
//
//   Only what the step may do becomes mail. What it may not do is left to its release, which refuses it.

import { ASK, EXIT, FrameCursor, type Frames, SEND } from '../kernel/frame.ts'
import { textPayload } from '../kernel/payload.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Pid } from '../pid.ts'
import { idOf } from './id.ts'
import { labelOf, valuesOf } from './ledger.ts'
import { eventFrame, messageFrame } from './mail.ts'

/** `tag`: of the SEND or ASK. */
export type Letter = { readonly to: string; readonly tag: number; readonly frame: Uint8Array }

export type DispatchOptions = {
  readonly scheduler: () => Scheduler
  /** Whether a pid is that of a workflow. */
  readonly owns: (pid: Pid) => boolean
  readonly mayCancel: (from: Process, to: Pid) => boolean
}

export class Dispatch {
  readonly #options: DispatchOptions

  constructor(options: DispatchOptions) {
    this.#options = options
  }

  /** The mail in what a process wants. */
  lettersIn(from: Process, outbox: Frames): Letter[] {
    const cursor = new FrameCursor().over(outbox)
    const letters: Letter[] = []
    while (cursor.next() && cursor.kind !== EXIT) {
      const letter = cursor.tag === 0 ? null : this.#letterOf(from, cursor)
      if (letter !== null) letters.push(letter)
    }
    return letters
  }

  #letterOf(from: Process, cursor: FrameCursor): Letter | null {
    if (cursor.kind !== SEND && cursor.kind !== ASK) return null
    const { tag } = cursor
    const [name, target] = labelOf(cursor)
    if (cursor.kind === SEND) {
      const to = this.#workflow(name)
      const isSent = to !== null && this.#options.scheduler().delivery.maySend(from, to, cursor)
      return isSent ? { to: idOf(to)!, tag, frame: messageFrame(from.pid, cursor) } : null
    }
    const to = name === 'process.cancel' ? this.#workflow(target) : null
    if (to === null || !this.#options.mayCancel(from, to)) return null
    const [reason] = valuesOf(cursor)
    return { to: idOf(to)!, tag, frame: eventFrame(from.pid, 'pid.cancel', false, textPayload(typeof reason === 'string' ? reason : '')) }
  }

  /** The workflow of a pid or a registered name. */
  #workflow(text: string): Pid | null {
    const pid = this.#options.scheduler().delivery.resolve(text)
    return pid !== null && this.#options.owns(pid) ? pid : null
  }
}
