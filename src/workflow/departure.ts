// How a run leaves a node in order: the calls that were begun for it may come to their end, and none is begun any more.

export class Departure {
  readonly #underWay: () => readonly number[]
  readonly #isStill: () => boolean
  #left: readonly number[] | null = null // of those that were under way when it began; null: it stays
  #resting = 0
  readonly #over = Promise.withResolvers<void>()

  /** `underWay`: calls that somebody is answering. `isStill`: nothing of the run happens any more, whatever is under way. */
  constructor(underWay: () => readonly number[], isStill: () => boolean) {
    this.#underWay = underWay
    this.#isStill = isStill
  }

  get hasBegun(): boolean {
    return this.#left !== null
  }

  /** Resolves when the calls that were under way are over. */
  begin(): Promise<void> {
    this.#left ??= this.#underWay()
    this.look()
    return this.#over.promise
  }

  /** Writes down that a call is made by who goes on. */
  async rest(write: () => Promise<unknown>): Promise<void> {
    this.#resting++
    try {
      await write()
    } finally {
      this.#resting--
      this.look()
    }
  }

  /** Something may be over. */
  look(): void {
    if (this.#left === null) return
    const underWay = new Set(this.#underWay())
    this.#left = this.#left.filter((tag) => underWay.has(tag))
    if (this.#resting === 0 && (this.#left.length === 0 || this.#isStill())) this.#over.resolve()
  }
}
