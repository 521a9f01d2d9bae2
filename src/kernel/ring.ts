// First in, first out, in a ring that grows.

const SMALLEST = 16 // a power of two, as every size of a ring

export class Ring<T extends object> {
  #places: (T | null)[] = new Array(SMALLEST).fill(null)
  #head = 0
  size = 0

  push(item: T): void {
    if (this.size === this.#places.length) this.#grow()
    this.#places[(this.#head + this.size++) & (this.#places.length - 1)] = item
  }

  /** The one that was pushed first. Only while there is one. */
  shift(): T {
    const item = this.#places[this.#head]!
    this.#places[this.#head] = null
    this.#head = (this.#head + 1) & (this.#places.length - 1)
    this.size--
    return item
  }

  #grow(): void {
    const places = this.#places
    this.#places = [...places.slice(this.#head), ...places.slice(0, this.#head), ...new Array<null>(places.length).fill(null)]
    this.#head = 0
  }
}
