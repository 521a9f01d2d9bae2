// How many calls of one function run at once, and how many wait for their turn; beyond that a call is refused.

import { Kind, WippyError } from '../error.ts'
import { type Entry, fieldsOf, isFields } from '../registry/entry.ts'

const RUNNING = 1000 // calls at once, unless the function's pool says otherwise
const WAITING = 10_000

export class CallPool {
  readonly #id: string
  readonly #limit: number
  readonly #waiting = new Set<() => void>() // first come, first served
  #running = 0

  /** Reads `pool: { max_size | workers | size }` of a function. */
  constructor(entry: Entry) {
    const { pool } = fieldsOf(entry)
    const wanted = isFields(pool) ? (pool.max_size ?? pool.workers ?? pool.size) : undefined
    this.#id = entry.id
    this.#limit = typeof wanted === 'number' && wanted >= 1 ? wanted : RUNNING
  }

  /** Takes a place. False when there is none. */
  enter(): boolean {
    if (this.#running >= this.#limit) return false
    this.#running++
    return true
  }

  /** Calls `entered` when a place is taken for it; the returned function gives up waiting. Throws FUNCTION_BUSY. */
  wait(entered: () => void): () => void {
    if (this.#waiting.size >= WAITING) {
      const message = `${this.#running} calls of "${this.#id}" run and ${WAITING} wait`
      throw new WippyError('FUNCTION_BUSY', Kind.RateLimited, message, { retryable: true })
    }
    this.#waiting.add(entered)
    return () => this.#waiting.delete(entered)
  }

  /** Gives a place up: to who has waited longest, if anybody has. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#running--
      return
    }
    this.#waiting.delete(next)
    next()
  }
}

const pools = new WeakMap<Entry, CallPool>()

/** The pool of a function: the same for everybody who calls this version of it. */
export const poolOf = (entry: Entry): CallPool => {
  let pool = pools.get(entry)
  if (pool === undefined) {
    pool = new CallPool(entry)
    pools.set(entry, pool)
  }
  return pool
}
