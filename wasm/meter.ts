// The metering pass: every loop pays one unit of fuel per turn, every function that can recurse without one pays at entry, bulk memory pays
// by length, growth and throws a fixed sum. Lua's own loops and calls pay by how much code they repeat or begin. When fuel falls below zero
// the companion's `arm` is called; when it falls below the hard bound the process ends: out of fuel, or out of memory when it was
// refused some in this step and spent the rest on collecting.
//
// One unit is one or two Lua instructions, on average 3 to 5 ns. What a unit can hide was measured: 20 ns, in powers of floats.

import { NEVER } from './patch.ts'
import { expr, findAll, head, isList, type List, type Node, parentOf, rewrite } from './sexpr.ts'

const BULK_SHIFT = 7 // 128 bytes a unit
const GROW_COST = 64
const THROW_COST = 100
const ENTRY_COST = 2
const JUMP_SHIFT = 3 // of 4 bytes an instruction: half of them
const CALL_SHIFT = 1
const MOST = 65_535 // half of MAX_CODE: what a damaged memory says is cut to it

/**
 * Below zero, fuel is lent in small sums, so that what cannot be left is not slower than it was: `$left` (patch.ts) is what there is without
 * the debt. `$pardon` is what bounded work may still take below the hard bound: while it is under way, the bound lies so much lower.
 */
const LENT = 500
const DRY = `(func $dry
 (if (i32.lt_s (call $left)
   (i32.sub (global.get $hard) (select (i32.const 0) (global.get $pardon) (i32.eq (global.get $since) (i32.const ${NEVER})))))
  (then (global.set $fault (i32.add (i32.const 1) (global.get $refused))) (unreachable)))
 (if (i32.eqz (global.get $armed)) (then (global.set $armed (i32.const 1)) (call $ARM)))
 (global.set $debt (i32.add (global.get $debt) (i32.sub (i32.const ${LENT}) (global.get $fuel))))
 (global.set $fuel (i32.const ${LENT})))`

/**
 * What pays, in a function with a local `$left`: V8 does not know that a global holds what was just put there. The hint keeps what is done
 * when it is dry, a call, out of the way: else V8 stores everything that lives across it, each time.
 */
const chargeText = (units: string): string => `(global.set $fuel (local.tee $left (i32.sub (global.get $fuel) ${units})))
 (@metadata.code.branch_hint "\\00") (if (i32.lt_s (local.get $left) (i32.const 0)) (then (call $dry)))`
const chargeOf = (units: string): List[] => expr(`(block ${chargeText(units)})`).slice(1) as List[]
const charge = (units: number): List[] => chargeOf(`(i32.const ${units})`)

const byLength = chargeText(`(i32.shr_u (local.get $n) (i32.const ${BULK_SHIFT}))`)
const COPY = `(func $metered_copy (param $to i32) (param $from i32) (param $n i32) (local $left i32)
 ${byLength} (memory.copy (local.get $to) (local.get $from) (local.get $n)))`
const FILL = `(func $metered_fill (param $to i32) (param $value i32) (param $n i32) (local $left i32)
 ${byLength} (memory.fill (local.get $to) (local.get $value) (local.get $n)))`

const declarations = new Set(['param', 'result', 'local', 'type', 'export', 'import'])
const bodyStart = (fn: List): number => {
  const at = fn.findIndex((part, i) => i >= 2 && !(isList(part) && declarations.has(part[0] as string)))
  return at < 0 ? fn.length : at
}

/** Names of functions that lie on a cycle of direct calls (Tarjan). Cycles through `interpreter` pay there. */
const recursive = (functions: readonly List[], interpreter: string): Set<string> => {
  const others = functions.filter((fn) => fn[1] !== interpreter)
  const calls = new Map(others.map((fn) => [fn[1] as string, findAll(fn, 'call').map((call) => call[1] as string)]))
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const found = new Set<string>()
  const visit = (name: string): void => {
    index.set(name, index.size)
    low.set(name, index.get(name)!)
    open.push(name)
    for (const next of calls.get(name) ?? []) {
      if (!calls.has(next)) continue
      if (!index.has(next)) {
        visit(next)
        low.set(name, Math.min(low.get(name)!, low.get(next)!))
      } else if (open.includes(next)) low.set(name, Math.min(low.get(name)!, index.get(next)!))
    }
    if (low.get(name) !== index.get(name)) return
    const component = open.splice(open.indexOf(name))
    if (component.length > 1 || calls.get(name)!.includes(name)) for (const member of component) found.add(member)
  }
  for (const name of calls.keys()) if (!index.has(name)) visit(name)
  return found
}

/** Puts `payment` at the head of every loop of a function. */
const meterLoops = (fn: List, payment: (loop: List) => readonly List[]): void => {
  for (const loop of findAll(fn, 'loop')) {
    let at = 1
    while (typeof loop[at] === 'string' || head(loop[at]) === 'result' || head(loop[at]) === 'type') at++
    loop.splice(at, 0, ...payment(loop))
  }
}

const flat = (node: Node): string => (isList(node) ? `(${node.map(flat).join(' ')})` : node)

/** How luaV_execute computes where a jump leads: `pc + sJ` of OP_JMP, by itself or behind a test, and `pc - Bx` of the two loop instructions. */
const JUMPS: readonly { readonly form: RegExp; readonly count: number; readonly onlyBack: boolean }[] = [
  {
    form: /^\(i32\.sub \(i32\.add \(i32\.and .+ \(i32\.const 134217724\)\) \(local\.get (\S+)\)\) \(i32\.const 671088(?:60|56)\)\)$/,
    count: 12,
    onlyBack: false,
  },
  { form: /^\(i32\.sub \(local\.get (\S+)\) \(i32\.and .+ \(i32\.const 524284\)\)\)$/, count: 2, onlyBack: true },
]

/** A unit, and `length` shifted. */
const priceOf = (length: string, shift: number): string =>
  `(i32.add (i32.const 1) (i32.and (i32.shr_u ${length} (i32.const ${shift})) (i32.const ${MOST})))`

/** `target`, paid for when it lies before the program counter. */
const paidJump = (target: List, counter: string, onlyBack: boolean): List => {
  const distance = `(i32.sub (local.get ${counter}) (local.get $target))`
  const pay = chargeOf(priceOf(distance, JUMP_SHIFT))
  const back: List = onlyBack ? ['block', ...pay] : ['if', expr(`(i32.lt_s (local.get $target) (local.get ${counter}))`), ['then', ...pay]]
  return ['block', ['result', 'i32'], ['local.set', '$target', target], back, ['local.get', '$target']]
}

/**
 * The interpreter pays where it goes back: each jump backward pays for half the code it jumps over, each call for half the code of what is
 * called. Half, because instructions with numbers are followed by one that is skipped, and not all of a body runs. Whatever runs
 * without either is shorter than the function it is in, and was paid with its call.
 */
const meterInterpreter = (fn: List): void => {
  const dispatch = findAll(fn, 'br_table').find((table) => table.length > 80)!
  const holding = findAll(fn, 'loop').filter((loop) => findAll(loop, 'br_table').includes(dispatch))
  // the innermost goes from instruction to instruction; those around it are calls and returns, and in a damaged memory one may return for ever
  const innermost = holding.find((loop) => !findAll(loop, 'loop').some((inner) => inner !== loop && holding.includes(inner)))
  meterLoops(fn, (loop) => (loop === innermost ? [] : charge(1)))
  for (const { form, count, onlyBack } of JUMPS) {
    const found = findAll(fn, 'i32.sub').flatMap((target) => {
      const counter = form.exec(flat(target))?.[1]
      return counter === undefined ? [] : [{ target, counter }]
    })
    if (found.length !== count) throw new Error(`luaV_execute jumps in ${found.length} places, not in ${count}`)
    for (const { target, counter } of found) target.splice(0, target.length, ...paidJump(target.slice(), counter, onlyBack))
  }
  fn.splice(bodyStart(fn), 0, expr('(local $target i32)'))
}

/** Pays for a call where the program counter of a new frame is set: `ci->savedpc = p->code`. p->sizecode at 20, p->code at 52. */
const meterCalls = (fn: List): void => {
  const starts = findAll(fn, 'i32.store').filter((store) => store[1] === 'offset=16' && /^\(i32\.load offset=52 /.test(flat(store[3]!)))
  if (starts.length !== 1) throw new Error(`${fn[1]} starts functions in ${starts.length} places, not in one`)
  const start = starts[0]!
  const code = start[3] as List
  const { parent, at } = parentOf(fn, start)
  parent.splice(at + 1, 0, ...chargeOf(priceOf(`(i32.load offset=20 ${flat(code[2]!)})`, CALL_SHIFT)))
}

/** Names of functions: the companion's `arm`, luaV_execute, luaD_precall. */
export type Landmarks = { readonly arm: string; readonly interpreter: string; readonly precall: string }

/** Edits the merged module in place. */
export const meter = (module: List, { arm, interpreter, precall }: Landmarks): void => {
  const functions = module.filter((part): part is List => head(part) === 'func')
  const recursing = recursive(functions, interpreter)
  for (const fn of functions) {
    if (fn[1] === arm) continue
    if (fn[1] === interpreter || fn[1] === precall) meterCalls(fn)
    if (fn[1] === interpreter) meterInterpreter(fn)
    else meterLoops(fn, () => charge(1))
    rewrite(fn, (list) => {
      if (list[0] === 'memory.copy') return ['call', '$metered_copy', ...list.slice(1)]
      if (list[0] === 'memory.fill') return ['call', '$metered_fill', ...list.slice(1)]
      if (list[0] === 'throw') return ['block', ...charge(THROW_COST), list.slice()]
      return undefined
    })
    const paysAnyway = fn.some((part) => head(part) === 'loop')
    const cost = (recursing.has(fn[1] as string) && !paysAnyway ? ENTRY_COST : 0) + (findAll(fn, 'memory.grow').length > 0 ? GROW_COST : 0)
    if (cost > 0) fn.splice(bodyStart(fn), 0, ...charge(cost))
    if (findAll(fn, 'local.tee', '$left').length > 0) fn.splice(bodyStart(fn), 0, expr('(local $left i32)'))
  }
  module.push(expr(DRY.replace('$ARM', arm)), expr(COPY), expr(FILL))
}
