// Who waits for a connection: in the order of arrival, so many, for so long.

import type { Clock } from '../clock.ts'
import { canceled, tooManyWait, unavailable, waitedTooLong } from './fault.ts'

/** So many are in at once, so many wait, each so long. */
export type LineLimits = { readonly places: number; readonly waiting: number; readonly patienceMs: number }

type Waiting = { readonly enter: () => void; readonly refuse: (error: Error) => void }

export class Line {
  readonly #clock: Clock
  readonly #limits: LineLimits
  readonly #waiting = new Set<Waiting>()
  #taken = 0
  #isClosed = false
  waited = 0
  waitedMs = 0

  constructor(clock: Clock, limits: LineLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  get taken(): number {
    return this.#taken
  }

  /** Resolves, when it is the caller's turn, with what ends it. Throws SQL_QUEUE_FULL, SQL_BUSY, SQL_CANCELED, SQL_UNAVAILABLE. */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#isClosed) throw unavailable('the database has been closed')
    if (signal.aborted) throw canceled()
    if (this.#taken >= this.#limits.places) await this.#wait(signal)
    else this.#taken++
    let isIn = true
    return () => {
      if (isIn) this.#next()
      isIn = false
    }
  }

  /** Refuses who waits and who comes. */
  close(): void {
    this.#isClosed = true
    for (const { refuse } of this.#waiting) refuse(unavailable('the database has been closed'))
    this.#waiting.clear()
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const { waiting, patienceMs } = this.#limits
    if (this.#waiting.size >= waiting) throw tooManyWait(`${waiting} queries wait for the database already`)
    const { promise, resolve: enter, reject: refuse } = Promise.withResolvers<void>()
    const place = { enter, refuse }
    const leave = (error: Error) => {
      this.#waiting.delete(place)
      refuse(error)
    }
    const stop = () => leave(canceled())
    this.#waiting.add(place)
    signal.addEventListener('abort', stop)
    const began = this.#clock.nowMs()
    const forget = this.#clock.setTimer(patienceMs, () => leave(waitedTooLong(`no connection was free for ${patienceMs} ms`)))
    try {
      await promise
    } finally {
      forget()
      signal.removeEventListener('abort', stop)
      this.waited++
      this.waitedMs += this.#clock.nowMs() - began
    }
  }

  #next(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#taken--
      return
    }
    this.#waiting.delete(next)
    next.enter()
  }
}
