// How often a supervisor has started children again lately. Keeps as many times as restarts are allowed, and one more.

export class Intensity {
  #times: number[] = []
  #first = 0 // of those that still count

  /** Notes a restart; false when it is one too many: more than `max` within `withinMs`. */
  allows(nowMs: number, max: number, withinMs: number): boolean {
    this.#times.push(nowMs)
    while (this.#times[this.#first]! < nowMs - withinMs) this.#first++
    if (this.#first > this.#times.length / 2) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return this.#times.length - this.#first <= max
  }
}
