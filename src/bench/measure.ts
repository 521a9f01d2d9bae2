// Measuring side by side: in every round each contender runs once, so that what disturbs the machine disturbs all of them alike.

import type { Figure } from './figure.ts'

/** How long a measurement may take. */
export type Pace = { readonly rounds: number; readonly roundMs: number; readonly quick: boolean }

export const paces: Readonly<Record<'full' | 'quick', Pace>> = {
  full: { rounds: 9, roundMs: 100, quick: false },
  quick: { rounds: 3, roundMs: 40, quick: true },
}

/** Somebody who does the same work; `run` answers nanoseconds for `count` units. `count` given: always that many. */
export type Contender = { readonly name: string; readonly count?: number; run(count: number): Promise<number> }

const FIRST = 16 // units
const MOST = 1 << 24 // units
const WARM_ROUNDS = 4 // how many rounds long it runs before the first: compilers need time, not calls

/** Measures all of them. One that fails has a problem instead of values; the others go on. */
export const measure = async (contenders: readonly Contender[], { rounds, roundMs }: Pace): Promise<Figure[]> => {
  const lanes = contenders.map((contender) => new Lane(contender))
  for (const lane of lanes) await lane.calibrate(roundMs)
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < lanes.length; i++) await lanes[(i + round) % lanes.length]!.round()
  }
  return lanes.map((lane) => lane.figure)
}

class Lane {
  readonly #contender: Contender
  readonly #values: number[] = []
  #count: number
  #problem: string | null = null

  constructor(contender: Contender) {
    this.#contender = contender
    this.#count = contender.count ?? FIRST
  }

  get figure(): Figure {
    const { name } = this.#contender
    return this.#problem === null ? { name, values: this.#values } : { name, values: [], problem: this.#problem }
  }

  /** Finds how many units a round takes, and warms up on the way. */
  async calibrate(roundMs: number): Promise<void> {
    const fixed = this.#contender.count !== undefined
    let warm = 0
    for (let fits = false; this.#problem === null && !(fits && warm >= WARM_ROUNDS * roundMs); ) {
      const ms = (await this.#run()) / 1e6
      warm += ms
      fits = fixed || ms >= roundMs / 2 || this.#count >= MOST
      if (!fixed) this.#count = Math.min(MOST, Math.ceil(this.#count * Math.min(8, roundMs / Math.max(ms, 0.01))))
    }
  }

  async round(): Promise<void> {
    if (this.#problem === null) this.#values.push((await this.#run()) / this.#count)
  }

  async #run(): Promise<number> {
    try {
      return await this.#contender.run(this.#count)
    } catch (cause) {
      this.#problem = cause instanceof Error ? cause.message : String(cause)
      return Number.POSITIVE_INFINITY
    }
  }
}
