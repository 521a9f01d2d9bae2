// What a step has for other workflows, as mail that becomes durable together with the record of the step: a crash neither loses it nor
// sends it twice.
//
//   Only what the step may do, and what its receiver has room for, becomes mail. The rest is left to the release of the step, which refuses it.

import { ASK, EXIT, FrameCursor, type Frames, SEND } from '../kernel/frame.ts'
import { textPayload } from '../kernel/payload.ts'
import type { Process } from '../kernel/process.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Pid } from '../pid.ts'
import type { Engine } from './engine.ts'
import { idOf } from './id.ts'
import { labelOf, valuesOf } from './ledger.ts'
import { eventFrame, messageFrame } from './mail.ts'

/** `tag`: of the SEND or ASK. */
export type Letter = { readonly to: string; readonly tag: number; readonly frame: Uint8Array }

export type DispatchOptions = {
  readonly engine: Engine
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

  /** Those of a process's letters that their receivers have room for. */
  async fitting(letters: readonly Letter[]): Promise<readonly Letter[]> {
    const receivers = [...new Set(letters.map(({ to }) => to))]
    const room = new Map(await Promise.all(receivers.map(async (to) => [to, await this.#roomOf(to)] as const)))
    return letters.filter(({ to }) => {
      const left = room.get(to)!
      room.set(to, left - 1)
      return left > 0
    })
  }

  async #roomOf(to: string): Promise<number> {
    try {
      return await this.#options.engine.room(to)
    } catch {
      return Number.POSITIVE_INFINITY // the engine is away: the record waits for it, and its mail with it
    }
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
