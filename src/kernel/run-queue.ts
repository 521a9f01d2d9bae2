// Who runs next. Three queues, each in the order of coming:
//
//   woken       something arrived for it: what people and other processes wait for
//   spent       it used up its slice and has more to do
//   newcomers   its first turn, which costs many times an ordinary one (a memory has to be filled)
//
// Every other turn belongs to the woken, the rest to the spent and the newcomers in turn. So a message waits for one slice at most besides
// those that came before it, whoever computes without end; and nobody waits for ten thousand first turns in a row.

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
  readonly #woken = new Ring()
  readonly #spent = new Ring()
  readonly #newcomers = new Ring()
  #isForWoken = true // the next turn, if there are both
  #isForSpent = true // the next turn of the others, if there are both

  get size(): number {
    return this.#woken.size + this.#spent.size + this.#newcomers.size
  }

  /** `isSpent`: it comes back with its slice used up. */
  push(process: Process, isSpent: boolean): void {
    if (process.steps === 0) this.#newcomers.push(process)
    else if (isSpent) this.#spent.push(process)
    else this.#woken.push(process)
  }

  shift(): Process | null {
    const others = this.#spent.size + this.#newcomers.size
    if (this.#woken.size > 0 && (this.#isForWoken || others === 0)) {
      this.#isForWoken = false
      return this.#woken.shift()
    }
    if (others === 0) return null
    this.#isForWoken = true
    const isSpent = this.#spent.size > 0 && (this.#isForSpent || this.#newcomers.size === 0)
    this.#isForSpent = !isSpent
    return isSpent ? this.#spent.shift() : this.#newcomers.shift()
  }
}
