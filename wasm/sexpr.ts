// WebAssembly text as a tree. A node is an atom (string, quotes included) or a list of nodes; `(call $f (i32.const 1))` is
// ['call', '$f', ['i32.const', '1']]. The build's passes are functions on this tree.

export type List = Node[]
export type Node = string | List

/** Parses text that a Binaryen tool printed. Comments are dropped. Returns the one top-level list. */
export const parse = (text: string): List => {
  const stack: List[] = [[]]
  let i = 0
  while (i < text.length) {
    const c = text.charCodeAt(i)
    if (c === 40 && text.charCodeAt(i + 1) === 59) {
      i = text.indexOf(';)', i) + 2 // (; comment ;)
    } else if (c === 40) {
      stack.push([])
      i++
    } else if (c === 41) {
      const list = stack.pop()!
      stack.at(-1)!.push(list)
      i++
    } else if (c === 59) {
      i = text.indexOf('\n', i) // ;; comment
    } else if (c <= 32) {
      i++
    } else {
      const start = i
      if (c === 34) {
        for (i++; text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++
        i++
      } else {
        while (i < text.length && text.charCodeAt(i) > 32 && text.charCodeAt(i) !== 40 && text.charCodeAt(i) !== 41) i++
      }
      stack.at(-1)!.push(text.slice(start, i))
    }
  }
  return stack[0]![0] as List
}

/** Prints a tree; one list per line is enough for the assembler. */
export const print = (node: Node): string => {
  const out: string[] = []
  const visit = (n: Node): void => {
    if (typeof n === 'string') {
      out.push(n, ' ')
      return
    }
    out.push('(')
    for (const child of n) visit(child)
    out.push(')\n')
  }
  visit(node)
  return out.join('')
}

export const isList = (node: Node | undefined): node is List => Array.isArray(node)
export const head = (node: Node | undefined): Node | undefined => (isList(node) ? node[0] : undefined)

/** Calls `visit` for every list below `node`, parents first; a list that `visit` returns takes the place of the one it was given, unvisited. */
export const rewrite = (node: List, visit: (list: List) => List | undefined): void => {
  for (let i = 0; i < node.length; i++) {
    const child = node[i]!
    if (!isList(child)) continue
    const replaced = visit(child)
    if (replaced) node[i] = replaced
    else rewrite(child, visit)
  }
}

/** All lists below `node` (itself included) whose head is `name` and whose second element is `second`, if that is given. */
export const findAll = (node: List, name: string, second?: string): List[] => {
  const found: List[] = []
  const visit = (list: List): void => {
    if (list[0] === name && (second === undefined || list[1] === second)) found.push(list)
    for (const child of list) if (isList(child)) visit(child)
  }
  visit(node)
  return found
}

/** The one such list; the build stops when there is none or more than one. */
export const findOne = (node: List, name: string, second?: string): List => {
  const found = findAll(node, name, second)
  if (found.length !== 1) throw new Error(`expected one (${name} ${second ?? ''}), found ${found.length}`)
  return found[0]!
}

/** The list that holds `child`, and where. */
export const parentOf = (node: List, child: List): { parent: List; at: number } => {
  const stack: List[] = [node]
  for (let list = stack.pop(); list; list = stack.pop()) {
    const at = list.indexOf(child)
    if (at >= 0) return { parent: list, at }
    for (const next of list) if (isList(next)) stack.push(next)
  }
  throw new Error('not in this tree')
}

/** Replaces the statement by `statements`, in the list it stands in. */
export const replaceStatement = (fn: List, statement: List, statements: readonly List[]): void => {
  const { parent, at } = parentOf(fn, statement)
  parent.splice(at, 1, ...statements)
}

/** Parses one expression written as text. */
export const expr = (text: string): List => parse(text)
