// How much a check may do. A source that asks for more is left half checked, and says so.

/** Thrown when there is nothing left; `check` catches it. */
export class Exhausted extends Error {}

/**
 * Steps for each byte of a source, for any source, and at most. A step is an expression looked at, or two types compared; code that people
 * write takes one for two bytes or more.
 */
const PER_BYTE = 8
const ANY_WAY = 50_000
const MOST = 1_000_000

export class Work {
  #left: number

  constructor(bytes: number) {
    this.#left = Math.min(MOST, ANY_WAY + bytes * PER_BYTE)
  }

  /** Counts steps. Throws Exhausted. */
  spend(steps = 1): void {
    this.#left -= steps
    if (this.#left < 0) throw new Exhausted()
  }
}
