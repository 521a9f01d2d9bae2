// Spans on their way to the collector.
//
//   O1 At most 2,048 spans wait; one that ends while as many wait is lost, and counted.
//   O2 They leave every two seconds, or as soon as 512 wait, one request after another. While the collector takes none they wait, and are sent
//      again later each time, up to a minute; what it refuses for good is lost.
//   O3 What goes wrong is said once, and when it is over, with how many were lost; nothing else hears of it.

import type { Clock } from '../clock.ts'
import type { Outcome } from './collector.ts'
import type { Span } from './span.ts'

const MOST_WAITING = 2_048
const MOST_AT_ONCE = 512
const PAUSE_MS = 2_000
const LONGEST_PAUSE_MS = 60_000

export type OutletOptions = {
  readonly clock: Clock
  readonly send: (spans: readonly Span[]) => Promise<Outcome>
  /** Hears that spans do not arrive, and why. */
  readonly failing: (why: string) => void
  /** Hears that they do again, and how many were lost. */
  readonly mended: (lost: number) => void
}

export class Outlet {
  readonly #options: OutletOptions
  #waiting: Span[] = []
  #lost = 0
  #isFailing = false
  #pauseMs = PAUSE_MS
  #forget: (() => void) | null = null
  #sending: Promise<void> | null = null

  constructor(options: OutletOptions) {
    this.#options = options
  }

  add(span: Span): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#lost++
      this.#fail(`${MOST_WAITING} spans wait already`)
      return
    }
    this.#waiting.push(span)
    if (this.#sending) return
    if (this.#waiting.length === MOST_AT_ONCE && !this.#isFailing) this.#begin()
    else this.#forget ??= this.#options.clock.setTimer(this.#pauseMs, () => this.#begin())
  }

  /** Sends what waits; what is not taken at once is lost. */
  async close(): Promise<void> {
    this.#forget?.()
    await this.#sending
    this.#forget?.()
    while (this.#waiting.length > 0 && (await this.#sendSome()));
    this.#waiting = []
  }

  #begin(): void {
    this.#forget?.()
    this.#forget = null
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = null
      if (this.#waiting.length > 0) this.#forget = this.#options.clock.setTimer(this.#pauseMs, () => this.#begin())
    })
  }

  /** Until too few wait for a request that cannot wait, or one is not taken. */
  async #sendAll(): Promise<void> {
    do {
      if (!(await this.#sendSome())) return
    } while (this.#waiting.length >= MOST_AT_ONCE)
  }

  /** Whether the collector takes spans. */
  async #sendSome(): Promise<boolean> {
    const spans = this.#waiting.slice(0, MOST_AT_ONCE)
    const outcome = await this.#options.send(spans)
    if (outcome.is === 'later') {
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
      this.#fail(outcome.why)
      return false
    }
    this.#waiting = this.#waiting.slice(spans.length)
    this.#pauseMs = PAUSE_MS
    const rejected = outcome.is === 'taken' ? outcome.rejected : spans.length
    this.#lost += rejected
    if (rejected > 0) this.#fail(outcome.why)
    else this.#mend()
    return true
  }

  #fail(why: string): void {
    if (this.#isFailing) return
    this.#isFailing = true
    this.#options.failing(why)
  }

  #mend(): void {
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#options.mended(this.#lost)
    this.#lost = 0
  }
}
