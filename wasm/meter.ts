// The metering pass: every loop pays one unit of fuel per turn (the interpreter's in strides), every function that can recurse without one pays at entry,
// bulk memory pays by length, growth and throws a fixed sum. When fuel falls below zero the companion's `arm` is called once; when it
// falls below the hard bound the process ends: out of fuel, or out of memory when it was refused some in this step and spent the rest on
// collecting.
//
// One unit is roughly one Lua instruction. What a unit can hide was measured: about 10 ns.

import { expr, findAll, head, isList, type List, rewrite } from './sexpr.ts'

const BULK_SHIFT = 7 // 128 bytes a unit
const GROW_COST = 64
const THROW_COST = 16
const ENTRY_COST = 2
const STRIDE = 32 // instructions the interpreter pays for at once
const FIRST_STRIDE = 8

const DRY = `(func $dry
 (if (i32.lt_s (global.get $fuel) (global.get $hard)) (then (global.set $fault (i32.add (i32.const 1) (global.get $refused))) (unreachable)))
 (if (i32.eqz (global.get $armed)) (then (global.set $armed (i32.const 1)) (call $ARM))))`

const COPY = `(func $metered_copy (param $to i32) (param $from i32) (param $n i32)
 CHARGE (memory.copy (local.get $to) (local.get $from) (local.get $n)))`
const FILL = `(func $metered_fill (param $to i32) (param $value i32) (param $n i32)
 CHARGE (memory.fill (local.get $to) (local.get $value) (local.get $n)))`
const CHARGE_LENGTH = `(global.set $fuel (i32.sub (global.get $fuel) (i32.shr_u (local.get $n) (i32.const ${BULK_SHIFT}))))
 (if (i32.lt_s (global.get $fuel) (i32.const 0)) (then (call $dry)))`

const charge = (units: number): List[] => [
  expr(`(global.set $fuel (i32.sub (global.get $fuel) (i32.const ${units})))`),
  expr('(if (i32.lt_s (global.get $fuel) (i32.const 0)) (then (call $dry)))'),
]

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
const meterLoops = (fn: List, payment: () => readonly List[]): void => {
  for (const loop of findAll(fn, 'loop')) {
    let at = 1
    while (typeof loop[at] === 'string' || head(loop[at]) === 'result' || head(loop[at]) === 'type') at++
    loop.splice(at, 0, ...payment())
  }
}

/** The interpreter pays for its instructions in advance, a stride at a time: counting a local down is cheaper than counting a global. */
const meterInterpreter = (fn: List): void => {
  const stride = (units: number): List[] => [expr(`(local.set $paid (i32.const ${units}))`), ...charge(units)]
  meterLoops(fn, () => [['if', expr('(i32.eqz (local.tee $paid (i32.sub (local.get $paid) (i32.const 1))))'), ['then', ...stride(STRIDE)]]])
  fn.splice(bodyStart(fn), 0, expr('(local $paid i32)'), ...stride(FIRST_STRIDE))
}

/** Edits the merged module in place. `arm` is the companion's function, `interpreter` is luaV_execute, which pays for each instruction. */
export const meter = (module: List, arm: string, interpreter: string): void => {
  const functions = module.filter((part): part is List => head(part) === 'func')
  const recursing = recursive(functions, interpreter)
  for (const fn of functions) {
    if (fn[1] === arm) continue
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
  }
  module.push(expr(DRY.replace('$ARM', arm)), expr(COPY.replace('CHARGE', CHARGE_LENGTH)), expr(FILL.replace('CHARGE', CHARGE_LENGTH)))
}
