// Work that ends by itself may take longer than work that may go on for ever: the functions that do it say so around themselves
// ($bounded_begin and its like, support.ts).

import { expr, findOne, head, type List, parentOf } from './sexpr.ts'

const RESIZE_TABLE = '$497'
const NEW_KEY = '$498'

/**
 * What ends by itself, in a time that the size of the memory bounds: it is paid for, and does not count as work without a point to stop at,
 * up to so much in a step. luaH_resize, luaS_resize; luaC_fullgc, atomic and propagatemark of the collector, but for GCTM, which calls
 * finalizers. The companion does the same around messages.
 */
const BOUNDED = [RESIZE_TABLE, '$455', '$303', '$296', '$300']
const UNBOUNDED = '$298'

/** Puts a function of the same name around another: `before` gives what `after` is given. */
const surround = (module: List, name: string, { before, after }: { readonly before: string; readonly after: string }): void => {
  const inner = findOne(module, 'func', name)
  const parameters = inner.filter((part): part is List => head(part) === 'param')
  const result = inner.find((part): part is List => head(part) === 'result')
  const call: List = ['call', `${name}_itself`, ...parameters.map(([, parameter]): List => ['local.get', parameter!])]
  const locals = expr(`(block (local $begun i32) ${result ? `(local $result ${result[1]})` : ''})`).slice(1) as List[]
  inner[1] = `${name}_itself`
  module.push([
    ...['func', name, ...parameters, ...(result ? [result] : []), ...locals],
    ['local.set', '$begun', ['call', before]],
    result ? ['local.set', '$result', call] : call,
    ['call', after, ['local.get', '$begun']],
    ...(result ? [expr('(local.get $result)')] : []),
  ])
}

/** luaH_newkey: from where there is no free place, behind its first block, to the call that makes the table larger. */
const countingIsPardoned = (module: List): void => {
  const newKey = findOne(module, 'func', NEW_KEY)
  const { parent, at } = parentOf(newKey, findOne(newKey, 'call', RESIZE_TABLE))
  if (head(parent) !== 'block' || head(parent[2]) !== 'block') throw new Error('luaH_newkey is not as expected')
  parent.splice(at + 1, 0, expr('(call $bounded_end (local.get $begun))'))
  parent.splice(3, 0, expr('(local.set $begun (call $bounded_begin))'))
  const lastLocal = newKey.findLastIndex((part) => head(part) === 'local')
  newKey.splice(lastLocal + 1, 0, expr('(local $begun i32)'))
}

/** Edits the tree of glue.wasm in place. */
export const boundedWorkIsPardoned = (module: List): void => {
  countingIsPardoned(module)
  for (const name of BOUNDED) surround(module, name, { before: '$bounded_begin', after: '$bounded_end' })
  surround(module, UNBOUNDED, { before: '$bounded_leave', after: '$bounded_return' })
}
