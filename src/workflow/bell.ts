// What is due of one loaded workflow: the timers that it asked for, and attempts that are made again.

import { encode } from '../msgpack.ts'
import type { Note } from './attempts.ts'
import { OWN_TIMER } from './card.ts'
import type { Run } from './run.ts'
import type { Surroundings } from './surroundings.ts'

export class Bell {
  readonly #run: Run
  readonly #around: Surroundings
  readonly #rung = new Set<number>() // whose answer waits in the mailbox, or whose attempt is about to begin

  constructor(run: Run, around: Surroundings) {
    this.#run = run
    this.#around = around
  }

  /** Whether something that was due is not taken in yet. */
  get isBusy(): boolean {
    return this.#rung.size > 0
  }

  /** What was answered has been taken in. */
  answered(tags: readonly number[]): void {
    for (const tag of tags) this.#rung.delete(tag)
  }

  /** A timer is due. */
  ring(tag: number): void {
    const { card, ledger, taker } = this.#run
    const { limit = null } = card
    if (tag === OWN_TIMER && limit !== null && limit.dueMs <= this.#around.nowMs()) this.#around.timeUp(this.#run)
    if (taker === null || this.#rung.has(tag)) return
    if (ledger.timers.has(tag)) {
      this.#rung.add(tag)
      this.#around.delivery().reply(taker, tag, true, encode([true]))
    } else if (ledger.attempts.isWaiting(tag)) void this.#tryAgain({ what: 'begins', tag })
  }

  async #tryAgain(note: Note): Promise<void> {
    const { taker } = this.#run
    this.#rung.add(note.tag) // it is not given up meanwhile
    const hasBegun = await this.#run.attempted(note)
    await this.#around.sure()
    this.#rung.delete(note.tag)
    const open = this.#run.ledger.open.get(note.tag)
    if (hasBegun && open && taker) this.#around.release(taker, open.frame)
  }
}
