// The clock of the workflows of one node: one timer, set for the earliest of all that sleep.
//
// What is due is in the engine before anybody hears of it, and stays there until a record has taken it in: to ring twice does no harm, and
// what was missed while the node was down is found by the next look.

import type { Clock } from '../clock.ts'
import type { Engine } from './engine.ts'
import type { Partitions } from './partition.ts'

const DUE = 100 // timers looked at once
const SOONEST_MS = 1

export type AlarmOptions = {
  readonly engine: Engine
  readonly clock: Clock
  /** Whose workflows it wakes. */
  readonly parts: () => Partitions
  /** Hands a timer that is due to its workflow. */
  readonly ring: (id: string, tag: number) => Promise<void>
  readonly report: (error: unknown) => void
}

export class Alarm {
  readonly #options: AlarmOptions
  #cancelTimer: (() => void) | null = null
  #dueMs = Number.POSITIVE_INFINITY
  #isRinging = false
  #ringAgain = false
  #isStopped = false

  constructor(options: AlarmOptions) {
    this.#options = options
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelTimer?.()
  }

  /** Something is due then. */
  arm(dueMs: number): void {
    if (this.#isStopped || dueMs >= this.#dueMs) return
    const { clock } = this.#options
    this.#cancelTimer?.()
    this.#dueMs = dueMs
    this.#cancelTimer = clock.setTimer(Math.max(SOONEST_MS, dueMs - clock.nowMs()), () => {
      this.#dueMs = Number.POSITIVE_INFINITY
      void this.look()
    })
  }

  /** Rings for what is due and sets the clock for what comes next. */
  async look(): Promise<void> {
    if (this.#isRinging) {
      this.#ringAgain = true
      return
    }
    this.#isRinging = true
    try {
      do {
        this.#ringAgain = false
        await this.#ringOnce()
      } while (this.#ringAgain && !this.#isStopped)
    } catch (error) {
      this.#options.report(error)
    } finally {
      this.#isRinging = false
    }
  }

  async #ringOnce(): Promise<void> {
    const { engine, clock, ring, parts } = this.#options
    const now = clock.nowMs()
    for (let limit = DUE; !this.#isStopped; limit *= 2) {
      const due = await engine.due(now, limit, parts())
      await Promise.all(due.map(({ id, tag }) => ring(id, tag)))
      if (due.length < limit) break
    }
    const next = await engine.nextDue(now, parts())
    if (next !== null) this.arm(next)
  }
}
