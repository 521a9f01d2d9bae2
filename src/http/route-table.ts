// Which route a request takes. Of several that fit, at each part of the path, from left to right: the text itself, then a parameter, then
// what takes all the rest.

import type { Pattern } from './pattern.ts'

export type Match<T> = { readonly route: T; readonly params: Readonly<Record<string, string>> }

/** What fits a path: a route; only routes of other methods, which are named; nothing. */
export type Found<T> = Match<T> | { readonly allowed: readonly string[] } | null

type Leaf<T> = { readonly route: T; readonly names: readonly (string | null)[] }

class Node<T> {
  readonly literals = new Map<string, Node<T>>()
  param: Node<T> | null = null
  rest: Node<T> | null = null
  readonly leaves = new Map<string, Leaf<T>>() // by method; '*' for any
}

const HEAD_TOO: readonly string[] = ['GET', '*']

export class RouteTable<T> {
  readonly #root = new Node<T>()

  /** `method` may be `*`. Returns the route that has this shape and method already, and keeps it; null when there is none. */
  add(method: string, { segments }: Pattern, route: T): T | null {
    let node = this.#root
    for (const segment of segments) {
      if (segment.kind === 'literal') {
        let next = node.literals.get(segment.text)
        if (!next) {
          next = new Node()
          node.literals.set(segment.text, next)
        }
        node = next
      } else if (segment.kind === 'param') {
        node.param ??= new Node()
        node = node.param
      } else {
        node.rest ??= new Node()
        node = node.rest
      }
    }
    const taken = node.leaves.get(method)
    if (taken) return taken.route
    node.leaves.set(method, { route, names: segments.flatMap((one) => (one.kind === 'literal' ? [] : [one.name])) })
    return null
  }

  /** `parts`: what stands between the slashes of a path, decoded. */
  find(method: string, parts: readonly string[]): Found<T> {
    const allowed = new Set<string>()
    const values: string[] = []

    const leafOf = ({ leaves }: Node<T>): Leaf<T> | undefined => {
      if (leaves.size === 0) return undefined
      const wanted = method === 'HEAD' ? ['HEAD', ...HEAD_TOO] : [method, '*']
      for (const one of wanted) {
        const leaf = leaves.get(one)
        if (leaf) return leaf
      }
      for (const one of leaves.keys()) allowed.add(one)
      return undefined
    }

    const visit = (node: Node<T>, at: number): Leaf<T> | undefined => {
      if (at === parts.length) return leafOf(node) ?? (node.rest ? take(node.rest, '') : undefined)
      const part = parts[at]!
      const literal = node.literals.get(part)
      const found = literal && visit(literal, at + 1)
      if (found) return found
      if (node.param && part !== '') {
        values.push(part)
        const deeper = visit(node.param, at + 1)
        if (deeper) return deeper
        values.pop()
      }
      return node.rest ? take(node.rest, parts.slice(at).join('/')) : undefined
    }

    const take = (node: Node<T>, value: string): Leaf<T> | undefined => {
      const leaf = leafOf(node)
      if (leaf) values.push(value)
      return leaf
    }

    const leaf = visit(this.#root, 0)
    if (leaf) return { route: leaf.route, params: paramsOf(leaf.names, values) }
    if (allowed.size === 0) return null
    if (allowed.has('GET')) allowed.add('HEAD')
    return { allowed: [...allowed].sort() }
  }
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null))

const paramsOf = (names: readonly (string | null)[], values: readonly string[]): Readonly<Record<string, string>> => {
  if (names.length === 0) return NO_PARAMS
  const params: Record<string, string> = Object.create(null)
  for (const [at, name] of names.entries()) if (name !== null) params[name] = values[at]!
  return params
}

/** The parts of a path as a client wrote it, decoded one by one; null when it is none. */
export const partsOf = (path: string): readonly string[] | null => {
  if (!path.startsWith('/')) return null
  const parts = path.slice(1).split('/')
  if (!path.includes('%')) return parts
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return null
  }
}
