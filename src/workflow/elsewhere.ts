// Other starts of nodes, looked at from time to time by who waits until one of them is there no more.

import type { Clock } from '../clock.ts'

const LOOK_MS = 2000

export type ElsewhereOptions = {
  /** Those that are there. */
  readonly others: () => Promise<ReadonlySet<string>>
  readonly clock: Clock
  readonly report: (error: unknown) => void
}

export class Elsewhere {
  readonly #options: ElsewhereOptions
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>() // by the start that is waited for
  #cancelLook: (() => void) | null = null
  #isLooking = false
  #isStopped = false

  constructor(options: ElsewhereOptions) {
    this.#options = options
  }

  /** Resolves when a start of a node is there no more. */
  gone(start: string): Promise<void> {
    const known = this.#waiting.get(start) ?? Promise.withResolvers<void>()
    this.#waiting.set(start, known)
    this.#cancelLook?.()
    void this.#look()
    return known.promise
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelLook?.()
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return
    this.#isLooking = true
    const { others, clock, report } = this.#options
    try {
      const there = await others()
      for (const [start, { resolve }] of this.#waiting) {
        if (there.has(start)) continue
        this.#waiting.delete(start)
        resolve()
      }
    } catch (error) {
      report(error)
    }
    this.#isLooking = false
    if (this.#waiting.size > 0 && !this.#isStopped) this.#cancelLook = clock.setTimer(LOOK_MS, () => void this.#look())
  }
}
