// One after another, whatever became of the one before.

export class Order {
  #last: Promise<unknown> = Promise.resolve()

  next<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work)
    this.#last = next.catch(() => {}) // told to whoever asked for it
    return next
  }
}
