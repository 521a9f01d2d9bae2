// Every node of a tree, parents before children, in the order of the text. The walk keeps its own stack: a chain of ten thousand `+` is a deep tree.

import type { AnyNode, Chunk } from './ast.ts'

/** Where a kind keeps its children, in the order of the text. Kinds that are not here have none; the name of a called method is no expression. */
const CHILDREN: { readonly [Kind in AnyNode['kind']]?: readonly string[] } = {
  function: ['body'],
  index: ['object', 'key'],
  call: ['callee', 'typeArgs', 'args'],
  binary: ['left', 'right'],
  unary: ['operand'],
  table: ['fields'],
  field: ['key', 'value'],
  paren: ['inner'],
  cast: ['inner', 'type'],
  body: ['generics', 'parameters', 'results', 'block'],
  parameter: ['annotation'],
  annotation: ['type'],
  generics: ['parameters'],
  typeparameter: ['bound'],
  typeargs: ['types'],
  results: ['items'],
  block: ['body'],
  local: ['annotation'],
  localstat: ['names', 'values'],
  localfunction: ['name', 'body'],
  functionstat: ['target', 'method', 'body'],
  assign: ['targets', 'values'],
  callstat: ['call'],
  do: ['block'],
  while: ['condition', 'block'],
  repeat: ['block', 'condition'],
  if: ['arms', 'otherwise'],
  arm: ['condition', 'block'],
  fornumber: ['variable', 'bounds', 'block'],
  forin: ['variables', 'values', 'block'],
  return: ['values'],
  typestat: ['name', 'generics', 'bases', 'definition'],
  typefield: ['type'],
  typeitem: ['type'],
  validator: ['args'],
  reference: ['args'],
  array: ['element'],
  map: ['key', 'value'],
  record: ['fields'],
  functiontype: ['generics', 'parameters', 'results'],
  optional: ['inner'],
  readonly: ['inner'],
  group: ['inner'],
  keyof: ['inner'],
  union: ['members'],
  intersection: ['members'],
  validated: ['inner', 'validators'],
  member: ['object', 'key'],
  conditional: ['check', 'bound', 'then', 'otherwise'],
  asserts: ['narrowed'],
  typeof: ['value'],
}

/** Calls `visit` for each node below and including `root`; where it answers false, the walk does not go deeper. */
export const walk = (root: AnyNode, visit: (node: AnyNode) => boolean): void => {
  const stack: AnyNode[] = [root]
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!visit(node)) continue
    const names = CHILDREN[node.kind]
    if (!names) continue
    // Backwards, so that the first child is on top.
    for (let at = names.length - 1; at >= 0; at--) {
      const child = (node as unknown as Record<string, AnyNode | AnyNode[] | undefined>)[names[at]!]
      if (Array.isArray(child)) for (let last = child.length - 1; last >= 0; last--) stack.push(child[last]!)
      else if (child) stack.push(child)
    }
  }
}

/** All nodes of one kind in a chunk. */
export const nodesOf = <Kind extends AnyNode['kind']>(chunk: Chunk, kind: Kind): Extract<AnyNode, { kind: Kind }>[] => {
  const found: Extract<AnyNode, { kind: Kind }>[] = []
  walk(chunk.block, (node) => {
    if (node.kind === kind) found.push(node as Extract<AnyNode, { kind: Kind }>)
    return true
  })
  return found
}
