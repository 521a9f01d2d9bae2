// Work on the threads that Node has for everybody: files, names and addresses wait for the same ones. So little of it is done at once, and whoever asks
// for much waits for itself.
//
//   T1 Of what takes long one thing is done at a time, of the rest two; that leaves a thread for others (Node has four).
//   T2 Who asks has one thing done at a time, and those who ask are served in turn. At most WAITING wait; more are refused.

import { Kind, WippyError } from '../error.ts'
import { FairQueue } from './fair-queue.ts'

const WAITING = 1000
const LONG_MS = 100

type Work = () => Promise<void>

class Lane {
  readonly #most: number
  readonly #waiting = new FairQueue<Work>()
  readonly #busy = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  get waiting(): number {
    return this.#waiting.size
  }

  add(by: string, work: Work): void {
    this.#waiting.add(by, work)
    this.#next()
  }

  #next(): void {
    const next = this.#busy.size < this.#most ? this.#waiting.take(this.#busy) : null
    if (next === null) return
    this.#busy.add(next.by)
    void next.item().then(() => {
      this.#busy.delete(next.by)
      this.#next()
    })
  }
}

export class Turns {
  readonly #short = new Lane(2)
  readonly #long = new Lane(1)

  /** Does work for `by` in its turn; `ms`: about how long it takes. Rejects as the work does, and with THREAD_FULL. */
  take<T>(by: string, ms: number, work: () => Promise<T>): Promise<T> {
    const lane = ms < LONG_MS ? this.#short : this.#long
    if (lane.waiting >= WAITING) {
      const message = `${lane.waiting} such jobs wait already`
      return Promise.reject(new WippyError('THREAD_FULL', Kind.RateLimited, message, { retryable: true, hint: 'Ask again later.' }))
    }
    return new Promise((resolve, reject) => lane.add(by, () => work().then(resolve, reject)))
  }
}

/** Of the program, as those threads are. */
export const turns = new Turns()
