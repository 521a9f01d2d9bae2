// Who runs next: first in, first out, in a ring that grows.

import type { Process } from './process.ts'

const SMALLEST = 64 // a power of two, as every size of the ring

export class RunQueue {
  #ring: (Process | null)[] = new Array(SMALLEST).fill(null)
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  push(process: Process): void {
    if (this.#size === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#size++) & (this.#ring.length - 1)] = process
  }

  shift(): Process | null {
    if (this.#size === 0) return null
    const process = this.#ring[this.#head]!
    this.#ring[this.#head] = null
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#size--
    return process
  }

  #grow(): void {
    const ring = this.#ring
    this.#ring = [...ring.slice(this.#head), ...ring.slice(0, this.#head), ...new Array<null>(ring.length).fill(null)]
    this.#head = 0
  }
}
