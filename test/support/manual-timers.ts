// Timers that only fire when a test says so.

type Timer = { readonly at: number; readonly fn: () => void }

export class ManualTimers {
  nowMs = 0
  #timers: Timer[] = []

  readonly setTimer = (ms: number, fn: () => void): (() => void) => {
    const timer = { at: this.nowMs + ms, fn }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** How long each timer still waits, soonest first. */
  get waits(): number[] {
    return this.#timers.map(({ at }) => at - this.nowMs).sort((a, b) => a - b)
  }

  /** Lets time pass; timers fire in order, those they set included. */
  pass(ms: number): void {
    const end = this.nowMs + ms
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.nowMs = due.at
      this.#timers = this.#timers.filter((timer) => timer !== due)
      due.fn()
    }
    this.nowMs = end
  }
}
