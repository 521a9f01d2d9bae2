// A sorted map that never changes: what changes it gives another, which shares with it all but one path.
//
// A B-tree, its keys in the order of their UTF-16 units. Reading and changing take steps by the logarithm of its size, whatever was held on to
// before. Removing does not join small nodes, only empty ones go: walking over a tree that shrank much takes a little longer.

const FULL = 32

type Leaf<V> = { readonly keys: readonly string[]; readonly values: readonly V[] }
/** `keys[i]` is not above any key of `children[i]`, and above all of `children[i - 1]`; `keys[0]` is not looked at. */
type Branch<V> = { readonly keys: readonly string[]; readonly children: readonly Node<V>[] }
type Node<V> = Leaf<V> | Branch<V>

const isBranch = <V>(node: Node<V>): node is Branch<V> => 'children' in node

/** How many of `keys` are below `key`, or not above it. */
const rank = (keys: readonly string[], key: string, andEqual: boolean): number => {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = keys[middle]!
    if (at < key || (andEqual && at === key)) low = middle + 1
    else high = middle
  }
  return low
}

const childAt = (keys: readonly string[], key: string): number => Math.max(0, rank(keys, key, true) - 1)

const splice = <T>(list: readonly T[], at: number, remove: number, ...insert: readonly T[]): T[] => {
  const copy = list.slice()
  copy.splice(at, remove, ...insert)
  return copy
}

const halves = <T>(list: readonly T[]): [T[], T[]] => {
  const middle = list.length >> 1
  return [list.slice(0, middle), list.slice(middle)]
}

const split = <V>(node: Node<V>): Node<V>[] => {
  if (node.keys.length <= FULL) return [node]
  const [left, right] = halves(node.keys)
  if (isBranch(node)) {
    const [before, after] = halves(node.children)
    return [
      { keys: left, children: before },
      { keys: right, children: after },
    ]
  }
  const [before, after] = halves(node.values)
  return [
    { keys: left, values: before },
    { keys: right, values: after },
  ]
}

/** The node with `key`, in one or two parts. */
const put = <V>(node: Node<V>, key: string, value: V): Node<V>[] => {
  if (isBranch(node)) {
    const at = childAt(node.keys, key)
    const parts = put(node.children[at]!, key, value)
    const keys = parts.map((part, i) => (i === 0 ? node.keys[at]! : part.keys[0]!))
    return split({ keys: splice(node.keys, at, 1, ...keys), children: splice(node.children, at, 1, ...parts) })
  }
  const at = rank(node.keys, key, false)
  const known = node.keys[at] === key ? 1 : 0
  return split({ keys: splice(node.keys, at, known, key), values: splice(node.values, at, known, value) })
}

/** The node without `key`, which is in it; null when nothing is left. */
const cut = <V>(node: Node<V>, key: string): Node<V> | null => {
  if (node.keys.length === 1 && !isBranch(node)) return null
  if (!isBranch(node)) {
    const at = rank(node.keys, key, false)
    return { keys: splice(node.keys, at, 1), values: splice(node.values, at, 1) }
  }
  const at = childAt(node.keys, key)
  const child = cut(node.children[at]!, key)
  if (child) return { keys: node.keys, children: splice(node.children, at, 1, child) }
  if (node.children.length === 1) return null
  return { keys: splice(node.keys, at, 1), children: splice(node.children, at, 1) }
}

function* walk<V>(node: Node<V>, from: string): Generator<[string, V]> {
  if (isBranch(node)) {
    const first = from === '' ? 0 : childAt(node.keys, from)
    for (let i = first; i < node.children.length; i++) yield* walk(node.children[i]!, i === first ? from : '')
  } else {
    for (let i = rank(node.keys, from, false); i < node.keys.length; i++) yield [node.keys[i]!, node.values[i]!]
  }
}

const EMPTY: Leaf<never> = { keys: [], values: [] }

export class Tree<V> implements ReadonlyMap<string, V> {
  readonly size: number
  readonly #root: Node<V>

  private constructor(root: Node<V>, size: number) {
    this.#root = root
    this.size = size
  }

  /** Of pairs with one key the last counts. */
  static of<V>(pairs: Iterable<readonly [string, V]> = []): Tree<V> {
    const map = new Map(pairs)
    const keys = [...map.keys()].sort((a, b) => (a < b ? -1 : 1))
    let level: Node<V>[] = []
    for (let at = 0; at < keys.length; at += FULL) {
      const some = keys.slice(at, at + FULL)
      level.push({ keys: some, values: some.map((key) => map.get(key)!) })
    }
    while (level.length > 1) {
      const above: Node<V>[] = []
      for (let at = 0; at < level.length; at += FULL) {
        const children = level.slice(at, at + FULL)
        above.push({ keys: children.map((child) => child.keys[0]!), children })
      }
      level = above
    }
    return new Tree<V>(level[0] ?? EMPTY, keys.length)
  }

  get(key: string): V | undefined {
    let node = this.#root
    while (isBranch(node)) node = node.children[childAt(node.keys, key)]!
    const at = rank(node.keys, key, false)
    return node.keys[at] === key ? node.values[at] : undefined
  }

  has(key: string): boolean {
    let node = this.#root
    while (isBranch(node)) node = node.children[childAt(node.keys, key)]!
    return node.keys[rank(node.keys, key, false)] === key
  }

  with(key: string, value: V): Tree<V> {
    const parts = put(this.#root, key, value)
    const root = parts.length === 1 ? parts[0]! : { keys: parts.map((part) => part.keys[0]!), children: parts }
    return new Tree<V>(root, this.size + (this.has(key) ? 0 : 1))
  }

  without(key: string): Tree<V> {
    return this.has(key) ? new Tree<V>(cut(this.#root, key) ?? EMPTY, this.size - 1) : this
  }

  /** Pairs whose keys begin with `prefix`, in order. */
  *startingWith(prefix: string): Generator<[string, V]> {
    for (const pair of walk(this.#root, prefix)) {
      if (!pair[0].startsWith(prefix)) return
      yield pair
    }
  }

  *entries(): MapIterator<[string, V]> {
    yield* walk(this.#root, '')
  }

  *keys(): MapIterator<string> {
    for (const [key] of walk(this.#root, '')) yield key
  }

  *values(): MapIterator<V> {
    for (const [, value] of walk(this.#root, '')) yield value
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries()
  }

  forEach(visit: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }
}
