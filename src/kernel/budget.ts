// A body that may spend only so much fuel in its whole life: what goes beyond ends it, wherever it stands. It knows what it spent, and held at most.

import type { Body, Fault, Verdict } from './body.ts'
import type { Frames } from './frame.ts'

export class Budget implements Body {
  readonly #body: Body
  readonly #total: number
  #left: number
  #fault: Fault | null = null
  /** The most bytes it held after a step. */
  peakBytes = 0

  constructor(body: Body, fuel: number) {
    this.#body = body
    this.#total = fuel
    this.#left = fuel
  }

  step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    const verdict = this.#body.step(inbox, Math.min(fuel, this.#left), nowMs)
    this.#left -= Math.max(this.#body.spent, 0)
    this.peakBytes = Math.max(this.peakBytes, this.heldBytes)
    if (this.#left > 0 || verdict === 'exit' || verdict === 'fault') return verdict
    this.#fault = { reason: 'fuel', message: `out of fuel: it may spend ${this.#total} units` }
    return 'fault'
  }

  /** Fuel of all its steps. */
  get total(): number {
    return this.#total - this.#left
  }
  get heldBytes(): number {
    return this.#body.heldBytes ?? 0
  }
  get outbox(): Frames {
    return this.#body.outbox
  }
  get spent(): number {
    return this.#body.spent
  }
  get backlog(): number {
    return this.#body.backlog
  }
  get fault(): Fault | null {
    return this.#fault ?? this.#body.fault
  }
  idle(): void {
    this.#body.idle()
  }
  close(): void {
    this.#body.close()
  }
}
