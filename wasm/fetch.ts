// Where luaV_execute fetches instructions: in one place, where its loop begins. The compiler that built wasmoon put a copy of it behind each
// instruction, and what these have in common into locals that V8 has to carry from one to the next, in memory for the most part. Of four of
// them one is left, the address of the instruction.
//
//  - the program counter, $3, is counted anew from it
//  - where the registers of the function begin, $6, is what its call says
//  - whether hooks wait, $4, is what its call says, too: those that are set or taken away meanwhile are heeded at once

import { expr, findAll, head, isList, type List, type Node, parentOf, rewrite } from './sexpr.ts'

const TRACE = '$253' // luaG_traceexec
const HOOK_CALL = '$262' // luaD_hookcall
const COPIES = 77

const TRAP = '(i32.load offset=20 (local.get $7))' // of the call, a CallInfo
const HOOKS = '(i32.load offset=112 (local.get $0))' // of the coroutine
const FETCH = `(block
 (@metadata.code.branch_hint "\\00") (if ${TRAP} (then (drop (call ${TRACE} (local.get $0) (local.get $1)))))
 (local.set $3 (i32.add (local.get $1) (i32.const 4)))
 (local.set $4 (i32.const 0)))`
const REGISTERS = '(i32.load (local.get $7))' // less 16: the function itself

const flat = (node: Node): string => (isList(node) ? `(${node.map(flat).join(' ')})` : node)
const unlike = new Error('luaV_execute does not fetch as expected')

const setsOneOf = (node: Node | undefined, locals: readonly string[]): boolean =>
  head(node) === 'local.set' && locals.includes((node as List)[1] as string)

/** The innermost `if` around a call, in the list it stands in. */
const conditionOf = (execute: List, call: List): { parent: List; at: number } => {
  let place = parentOf(execute, call)
  while (head(place.parent[place.at]) !== 'if') place = parentOf(execute, place.parent)
  return place
}

/** A copy of the fetch, from its look at the trap to the branch back, becomes that branch. */
const leave = (execute: List, loop: List, call: List): void => {
  const { parent, at } = conditionOf(execute, call)
  const end = parent.findIndex((part, i) => i > at && head(part) === 'br' && (part as List)[1] === loop[1])
  const between = parent.slice(at + 1, end) as List[]
  if (end < 0 || !between.every((part) => setsOneOf(part, ['$3', '$4', '$6']))) throw unlike
  const [, condition, hooked] = parent[at] as [string, List, List]
  const kept: List[] = []
  if (head(condition) === 'block' || head(condition) === 'if') {
    for (const block of findAll(condition, 'block'))
      if (flat(block.at(-1)!) === flat(expr(TRAP))) block[block.length - 1] = expr('(i32.const 0)')
    kept.push(['drop', condition])
  }
  if (findAll(hooked, 'call', HOOK_CALL).length > 0) {
    // a function with a variable number of arguments: its hooks wait until it has moved them
    const hooks = hooked.filter((part) => !setsOneOf(part, ['$4']))
    kept.push(['if', expr(HOOKS), [...hooks, expr('(i32.store offset=20 (local.get $7) (i32.const 1))')]])
  }
  kept.push(...between.flatMap((part) => findAll(part, 'local.tee', '$1')).map((tee): List => ['local.set', '$1', tee[2]!]))
  parent.splice(at, end - at, ...kept)
}

/** A function that begins, or is returned to, is traced by the loop. */
const begin = (execute: List, loop: List): void => {
  const isOutside = (part: List, all: readonly List[]): boolean => !all.includes(part)
  const [traced] = findAll(execute, 'call', TRACE).filter((call) => isOutside(call, findAll(loop, 'call', TRACE)))
  const traps = findAll(execute, 'i32.store', 'offset=20').filter((store) => isOutside(store, findAll(loop, 'i32.store', 'offset=20')))
  if (!traced || traps.length !== 2) throw unlike
  const { parent, at } = parentOf(execute, parentOf(execute, traced).parent)
  parent.splice(at, 1)
  traps[1]![3] = expr('(i32.const 0)') // for a variable number of arguments
}

/** Registers are looked for from the function on; `(i32.add base x)` so that what is added goes into the instruction that loads. */
const registersFromTheCall = (execute: List): void => {
  rewrite(execute, (list) => (setsOneOf(list, ['$6']) ? ['nop'] : undefined))
  const isBase = (node: Node | undefined): boolean => head(node) === 'local.get' && (node as List)[1] === '$6'
  const behind = (sum: List): void => {
    const other = isBase(sum[1]) ? sum[2]! : sum[1]!
    sum.splice(1, 2, ['i32.add', expr(REGISTERS), other], expr('(i32.const 16)'))
  }
  for (const sum of findAll(execute, 'i32.add')) if (isBase(sum[1]) || isBase(sum[2])) behind(sum)
  for (const base of findAll(execute, 'local.get', '$6')) base.splice(0, 2, 'i32.add', expr(REGISTERS), expr('(i32.const 16)'))
}

/** Edits luaV_execute in place. */
export const fetchInOnePlace = (execute: List): void => {
  const dispatch = findAll(execute, 'br_table').find((table) => table.length > 80)!
  const loop = findAll(execute, 'loop').findLast((around) => findAll(around, 'br_table').includes(dispatch))!
  const copies = findAll(loop, 'call', TRACE)
  if (copies.length !== COPIES) throw new Error(`luaV_execute fetches in ${copies.length} places, not in ${COPIES}`)
  for (const copy of copies) leave(execute, loop, copy)
  begin(execute, loop)
  registersFromTheCall(execute)
  loop.splice(2, 0, ...(expr(FETCH).slice(1) as List[]))
}
