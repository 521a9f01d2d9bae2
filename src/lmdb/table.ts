// A named table of bytes, for reading: keys in order, values as they were written. Writing goes through the environment.
//
// Reads between two awaits see one state, whichever tables they touch; what they return are copies.

import type { Database } from 'lmdb'

/** Ordered: numbers before texts, lists item by item, a list before its extensions. At most 1,978 bytes encoded. */
export type Key = string | number | readonly (string | number)[]

export type Range<K extends Key> = {
  /** First key, included. */
  readonly from?: K
  /** Where it ends; not included. With `reverse` it begins at `from` and goes down to this. */
  readonly to?: K
  readonly reverse?: boolean
  readonly limit?: number
}

/** lmdb's own tables, with keys it only reads. */
export type Store = Database<Uint8Array, never>

export class Table<K extends Key = Key> {
  readonly name: string
  /** Null in a state that is only read, and has no such table yet. */
  readonly #store: Store | null

  constructor(name: string, store: Store | null) {
    this.name = name
    this.#store = store
  }

  get(key: K): Uint8Array | undefined {
    return this.#store?.get(key as never)
  }

  has(key: K): boolean {
    return this.#store?.doesExist(key as never) ?? false
  }

  /** Every pair of a range, read as it is asked for; changes made meanwhile are not seen. */
  *range({ from, to, reverse = false, limit }: Range<K> = {}): Generator<{ readonly key: K; readonly value: Uint8Array }> {
    if (!this.#store) return
    const options = { start: from as never, end: to as never, reverse, ...(limit === undefined ? {} : { limit }) }
    for (const { key, value } of this.#store.getRange(options)) yield { key, value }
  }

  *keys({ from, to, reverse = false, limit }: Range<K> = {}): Generator<K> {
    if (!this.#store) return
    const options = { start: from as never, end: to as never, reverse, ...(limit === undefined ? {} : { limit }) }
    for (const key of this.#store.getKeys(options)) yield key
  }

  /** How many entries a range holds; counting walks over them. */
  count({ from, to }: Pick<Range<K>, 'from' | 'to'> = {}): number {
    return this.#store?.getKeysCount({ start: from as never, end: to as never }) ?? 0
  }
}
