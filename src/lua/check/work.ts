// How much a check may do. A source that asks for more is left half checked, and says so.

/** Thrown when there is nothing left; `check` catches it. */
export class Exhausted extends Error {}

/** Steps for each byte of a source, and for any source. A step is an expression looked at, or two types compared. */
const PER_BYTE = 24
const ANY_WAY = 200_000

export class Work {
  #left: number

  constructor(bytes: number) {
    this.#left = ANY_WAY + bytes * PER_BYTE
  }

  /** Counts steps. Throws Exhausted. */
  spend(steps = 1): void {
    this.#left -= steps
    if (this.#left < 0) throw new Exhausted()
  }
}
