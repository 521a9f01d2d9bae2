// Who waits for a turn: those who ask take turns, and who asks for much waits for itself.

const NOBODY: ReadonlySet<string> = new Set()

export class FairQueue<Item> {
  /** By who asked; the first of the first is next. */
  readonly #waiting = new Map<string, Item[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(by: string, item: Item): void {
    const own = this.#waiting.get(by)
    if (own) own.push(item)
    else this.#waiting.set(by, [item])
    this.#size++
  }

  /** Whose turn it is, and what for; those in `busy` are passed over. Null when there is nobody. */
  take(busy: ReadonlySet<string> = NOBODY): { readonly by: string; readonly item: Item } | null {
    for (const [by, own] of this.#waiting) {
      if (busy.has(by)) continue
      const item = own.shift()!
      this.#waiting.delete(by)
      if (own.length > 0) this.#waiting.set(by, own)
      this.#size--
      return { by, item }
    }
    return null
  }
}
