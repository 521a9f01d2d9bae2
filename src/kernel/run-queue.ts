// Who runs next: newcomers and the others by turns, each in the order of coming.
//
// A first turn costs many times an ordinary one (a memory has to be filled). Taking turns keeps whoever spawns ten thousand processes, and
// everybody else, from waiting for ten thousand first turns in a row.

import type { Process } from './process.ts'

const SMALLEST = 64 // a power of two, as every size of a ring

/** First in, first out, in a ring that grows. */
class Ring {
  #places: (Process | null)[] = new Array(SMALLEST).fill(null)
  #head = 0
  size = 0

  push(process: Process): void {
    if (this.size === this.#places.length) this.#grow()
    this.#places[(this.#head + this.size++) & (this.#places.length - 1)] = process
  }

  shift(): Process {
    const process = this.#places[this.#head]!
    this.#places[this.#head] = null
    this.#head = (this.#head + 1) & (this.#places.length - 1)
    this.size--
    return process
  }

  #grow(): void {
    const places = this.#places
    this.#places = [...places.slice(this.#head), ...places.slice(0, this.#head), ...new Array<null>(places.length).fill(null)]
    this.#head = 0
  }
}

export class RunQueue {
  readonly #newcomers = new Ring()
  readonly #others = new Ring()
  #newcomersTurn = false

  get size(): number {
    return this.#newcomers.size + this.#others.size
  }

  push(process: Process): void {
    if (process.steps === 0) this.#newcomers.push(process)
    else this.#others.push(process)
  }

  shift(): Process | null {
    const newcomers = this.#newcomers
    const others = this.#others
    if (newcomers.size === 0) return others.size === 0 ? null : others.shift()
    this.#newcomersTurn = !this.#newcomersTurn
    return this.#newcomersTurn || others.size === 0 ? newcomers.shift() : others.shift()
  }
}
