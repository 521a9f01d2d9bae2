// The entries of one version, sorted by id, with indexes: found by what they are, without looking at all of them.
//
// Never changes; `with` gives the entries after changes, and shares the rest. An index is made when somebody first asks for it and carried on
// through every change from there, so that it costs only those who use it. At most 64 are kept; others are made anew when they are asked for.

import type { Change } from './change.ts'
import type { Entry } from './entry.ts'
import { atOnce, type Steps } from './slices.ts'
import { Tree } from './tree.ts'

/** What an index sorts by. `name` tells indexes apart. An entry may have any number of keys; it is found under each. */
export type Index = { readonly name: string; readonly keysOf: (entry: Entry) => Iterable<string> }

/** Entries under one key: by id, or the only one. */
type Posting = Entry | Tree<Entry>

const MOST_INDEXES = 64

const isTree = (posting: Posting): posting is Tree<Entry> => posting instanceof Tree

const added = (posting: Posting | undefined, entry: Entry): Posting => {
  if (posting === undefined) return entry
  if (isTree(posting)) return posting.with(entry.id, entry)
  return posting.id === entry.id
    ? entry
    : Tree.of([
        [posting.id, posting],
        [entry.id, entry],
      ])
}

const removed = (posting: Posting, { id }: Entry): Posting | null => {
  if (!isTree(posting)) return posting.id === id ? null : posting
  const rest = posting.without(id)
  return rest.size === 0 ? null : rest
}

/** Entries by the keys of an index. */
class Postings {
  readonly index: Index
  readonly #tree: Tree<Posting>

  private constructor(index: Index, tree: Tree<Posting>) {
    this.index = index
    this.#tree = tree
  }

  static *of(index: Index, entries: Iterable<Entry>): Steps<Postings> {
    const found = new Map<string, Map<string, Entry>>()
    for (const entry of entries) {
      for (const key of index.keysOf(entry)) {
        const there = found.get(key)
        if (there) there.set(entry.id, entry)
        else found.set(key, new Map([[entry.id, entry]]))
      }
      yield
    }
    const posting = (all: Map<string, Entry>): Posting => (all.size === 1 ? all.values().next().value! : Tree.of(all))
    return new Postings(index, Tree.of(Array.from(found, ([key, all]) => [key, posting(all)] as const)))
  }

  /** The entries under a key, sorted by id. */
  get(key: string): Iterable<Entry> {
    const posting = this.#tree.get(key)
    if (posting === undefined) return []
    return isTree(posting) ? posting.values() : [posting]
  }

  count(key: string): number {
    const posting = this.#tree.get(key)
    return posting === undefined ? 0 : isTree(posting) ? posting.size : 1
  }

  /** Keys that begin with `prefix`. */
  *keys(prefix = ''): Generator<string> {
    for (const [key] of this.#tree.startingWith(prefix)) yield key
  }

  with(before: Entry | null, after: Entry | null): Postings {
    let tree = this.#tree
    const keep = new Set(after ? this.index.keysOf(after) : [])
    for (const key of before ? new Set(this.index.keysOf(before)) : []) {
      if (keep.has(key)) continue
      const rest = removed(tree.get(key)!, before!)
      tree = rest ? tree.with(key, rest) : tree.without(key)
    }
    for (const key of keep) tree = tree.with(key, added(tree.get(key), after!))
    return new Postings(this.index, tree)
  }
}

export class Entries implements ReadonlyMap<string, Entry> {
  readonly #tree: Tree<Entry>
  readonly #indexes: Map<string, Postings>

  private constructor(tree: Tree<Entry>, indexes: Map<string, Postings>) {
    this.#tree = tree
    this.#indexes = indexes
  }

  /** Of entries with one id the last counts. */
  static of(entries: Iterable<Entry>): Entries {
    return new Entries(Tree.of(Array.from(entries, (entry) => [entry.id, entry] as const)), new Map())
  }

  /** These entries after changes. */
  with(changes: Iterable<Pick<Change, 'kind' | 'entry'>>): Entries {
    let tree = this.#tree
    const indexes = [...this.#indexes.values()]
    for (const { kind, entry } of changes) {
      const before = tree.get(entry.id) ?? null
      const after = kind === 'entry.delete' ? null : entry
      tree = after ? tree.with(entry.id, after) : tree.without(entry.id)
      for (const [at, index] of indexes.entries()) indexes[at] = index.with(before, after)
    }
    return new Entries(tree, new Map(indexes.map((postings) => [postings.index.name, postings])))
  }

  /** The entries by an index. */
  by(index: Index): Postings {
    return atOnce(this.sorting(index))
  }

  /** The same, with pauses. */
  *sorting(index: Index): Steps<Postings> {
    const known = this.#indexes.get(index.name) ?? (yield* Postings.of(index, this.values()))
    this.#indexes.delete(index.name)
    if (this.#indexes.size >= MOST_INDEXES) this.#indexes.delete(this.#indexes.keys().next().value!)
    this.#indexes.set(index.name, known)
    return known
  }

  /** Those of a namespace. */
  *namespace(ns: string): Generator<Entry> {
    for (const [, entry] of this.#tree.startingWith(`${ns}:`)) yield entry
  }

  get size(): number {
    return this.#tree.size
  }

  get(id: string): Entry | undefined {
    return this.#tree.get(id)
  }

  has(id: string): boolean {
    return this.#tree.has(id)
  }

  keys(): MapIterator<string> {
    return this.#tree.keys()
  }

  values(): MapIterator<Entry> {
    return this.#tree.values()
  }

  entries(): MapIterator<[string, Entry]> {
    return this.#tree.entries()
  }

  [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.#tree.entries()
  }

  forEach(visit: (entry: Entry, id: string, map: ReadonlyMap<string, Entry>) => void): void {
    for (const [id, entry] of this.#tree) visit(entry, id, this)
  }
}
