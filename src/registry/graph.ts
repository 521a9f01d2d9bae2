// Who needs whom, as plain data: an order in which everything comes after what it needs, and the cycles in the way.

/** For each node the nodes it needs; others than the given ones are ignored. */
export type Needs<N extends object> = (node: N) => Iterable<N>

/**
 * Groups of nodes, what is needed first. A group of several is a knot: its members need one another.
 * Nodes that do not need each other stay in the order given.
 */
export const groups = <N extends object>(nodes: Iterable<N>, needs: Needs<N>): N[][] => {
  // Tarjan's strongly connected components, with its recursion on a stack of our own: chains may be long.
  const given = new Set(nodes)
  const order = new Map<N, number>()
  const low = new Map<N, number>()
  const open: N[] = []
  const waiting = new Set<N>()
  const found: N[][] = []
  const enter = (node: N) => {
    order.set(node, order.size)
    low.set(node, order.get(node)!)
    open.push(node)
    waiting.add(node)
    return { node, rest: needs(node)[Symbol.iterator]() }
  }
  const lower = (node: N, to: number) => low.set(node, Math.min(low.get(node)!, to))

  for (const root of given) {
    if (order.has(root)) continue
    const path = [enter(root)]
    while (path.length > 0) {
      const { node, rest } = path[path.length - 1]!
      const next = rest.next()
      if (!next.done) {
        if (!given.has(next.value)) continue
        if (!order.has(next.value)) path.push(enter(next.value))
        else if (waiting.has(next.value)) lower(node, order.get(next.value)!)
        continue
      }
      path.pop()
      if (path.length > 0) lower(path[path.length - 1]!.node, low.get(node)!)
      if (low.get(node) !== order.get(node)) continue
      const group = open.splice(open.lastIndexOf(node))
      for (const member of group) waiting.delete(member)
      found.push(group)
    }
  }
  return found
}

/** One cycle inside a knot: `[a, b, c]` means a needs b, b needs c, c needs a. Empty when the group is a single node that does not need itself. */
export const cycleIn = <N extends object>(group: readonly N[], needs: Needs<N>): N[] => {
  const members = new Set(group)
  const inside = (node: N) => [...needs(node)].filter((other) => members.has(other))
  let node = group[0]!
  const path: N[] = []
  while (!path.includes(node)) {
    path.push(node)
    const next = inside(node)[0]
    if (next === undefined) return []
    node = next
  }
  return path.slice(path.indexOf(node))
}
