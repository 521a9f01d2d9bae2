// A clock that stands still until it is told to go on.

import type { Clock } from '../../src/clock.ts'

type Timer = { readonly at: number; readonly fn: () => void }

export class FakeClock implements Clock {
  #now: number
  readonly #timers: Set<Timer> = new Set()

  constructor(nowMs = Date.UTC(2024, 11, 29, 15, 4, 5)) {
    this.#now = nowMs
  }

  nowMs(): number {
    return this.#now
  }

  setTimer(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get waiting(): number {
    return this.#timers.size
  }

  /** Goes to the next timer and fires it; false when there is none. */
  next(): boolean {
    const [timer] = [...this.#timers].sort((a, b) => a.at - b.at)
    if (!timer) return false
    this.#timers.delete(timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.fn()
    return true
  }

  /** Lets time pass, firing what falls due in order. */
  advance(ms: number): void {
    const until = this.#now + ms
    while ([...this.#timers].some((timer) => timer.at <= until)) this.next()
    this.#now = until
  }

  /** Time passes and nobody notices, as when a program is busy. */
  skip(ms: number): void {
    this.#now += ms
  }
}
