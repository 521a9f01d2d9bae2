// The metering pass: every loop pays one unit of fuel whenever it begins again, one function of each circle of calls pays at entry, so does
// what is called through the table, bulk memory pays by length, growth and throws a fixed sum. Turns are counted in a local and paid for by
// the 32, the rest where the function is left. Lua's own loops and calls pay by how much code they repeat or begin. When fuel falls below
// zero the companion's `arm` is called; when it falls below the hard bound the process ends: out of fuel, or out of memory when it was
// refused some in this step and spent the rest on collecting.
//
// One unit is one or two Lua instructions, on average 3 to 5 ns. What a unit can hide was measured: 20 ns, in powers of floats.

import { expr, findAll, head, isList, type List, type Node, parentOf, rewrite } from './sexpr.ts'
import { NEVER, PAID, PAY } from './support.ts'

const BULK_SHIFT = 7 // 128 bytes a unit
const GROW_COST = 64
const THROW_COST = 100
const ENTRY_COST = 2
const CALL_COST = 1 // through the table
const TURNS = 32 // of a loop that are paid for in one go
const JUMP_SHIFT = 3 // of 4 bytes an instruction: half of them
const CALL_SHIFT = 1
const MOST = 65_535 // half of MAX_CODE: what a damaged memory says is cut to it

/**
 * Below zero, fuel is lent in small sums, so that what cannot be left is not slower than it was: `$left` (support.ts) is what there is without
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

/** Functions that call each other, or themselves, in circles (Tarjan). */
const circlesOf = (calls: ReadonlyMap<string, readonly string[]>): string[][] => {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
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
    if (component.length > 1 || calls.get(name)!.includes(name)) found.push(component)
  }
  for (const name of calls.keys()) if (!index.has(name)) visit(name)
  return found
}

/**
 * Functions so chosen that no direct calls lead in a circle without one of them or through `interpreter`: whoever is on most ways within a
 * circle for each place that calls it. `precall` is not chosen, as every call of Lua goes through it.
 */
const circleBreakers = (functions: readonly List[], { interpreter, precall }: Landmarks): Set<string> => {
  const sites = new Map(functions.map((fn) => [fn[1] as string, findAll(fn, 'call').map((call) => call[1] as string)]))
  const places = new Map<string, number>()
  for (const name of [...sites.values()].flat()) places.set(name, (places.get(name) ?? 0) + 1)
  const calls = new Map([...sites].map(([name, called]) => [name, [...new Set(called)]]))
  calls.delete(interpreter)
  const chosen = new Set<string>()
  for (let circles = circlesOf(calls); circles.length > 0; circles = circlesOf(calls))
    for (const circle of circles) {
      const within = new Set(circle)
      const weight = (name: string): number => {
        const into = circle.filter((caller) => calls.get(caller)!.includes(name)).length
        const on = calls.get(name)!.filter((called) => within.has(called)).length
        return calls.get(name)!.includes(name) ? Number.POSITIVE_INFINITY : (into * on) / places.get(name)!
      }
      const best = circle.filter((name) => name !== precall).sort((a, b) => weight(b) - weight(a))[0]!
      calls.delete(best)
      chosen.add(best)
    }
  return chosen
}

/** Whether the companion says of a loop that whoever runs it has paid, or will at once: what that is, is bounded. */
const isPaidFor = (loop: List): boolean => {
  const inner = findAll(loop, 'loop').filter((other) => other !== loop)
  return findAll(loop, 'call', PAID).some((mark) => !inner.some((other) => findAll(other, 'call', PAID).includes(mark)))
}

/** One turn more of a loop: counted in a local, paid for when there are many. */
const turn = (): List[] =>
  expr(`(block (local.set $turns (i32.add (local.get $turns) (i32.const 1)))
 (@metadata.code.branch_hint "\\00") (if (i32.ge_u (local.get $turns) (i32.const ${TURNS}))
  (then (local.set $turns (i32.const 0)) ${chargeText(`(i32.const ${TURNS})`)})))`).slice(1) as List[]
const SETTLED = '(if (local.get $turns) (then (global.set $fuel (i32.sub (global.get $fuel) (local.get $turns)))))'

/** Puts a payment where a loop begins again: before each branch back to it. */
const meterLoops = (
  fn: List,
  { loops, isPaid = () => false, payment }: { loops: readonly List[]; isPaid?: (branch: List) => boolean; payment(): readonly List[] },
): void => {
  const labels = new Set(loops.map((loop) => loop[1]))
  const leadsBack = (branch: List): boolean => branch.some((part) => typeof part === 'string' && labels.has(part)) && !isPaid(branch)
  for (const branch of ['br', 'br_if', 'br_table'].flatMap((name) => findAll(fn, name)).filter(leadsBack)) {
    const [name, label, condition] = branch
    const paid: List =
      name === 'br_if' ? ['if', condition!, ['then', ...payment(), ['br', label!]]] : ['block', ...payment(), branch.slice()]
    branch.splice(0, branch.length, ...paid)
  }
}

/** Loops count their turns in a local of the function; what is not paid for yet is where the function is left. */
const countTurns = (fn: List): void => {
  const loops = findAll(fn, 'loop').filter((loop) => !isPaidFor(loop))
  if (loops.length === 0) return
  meterLoops(fn, { loops, payment: turn })
  for (const left of findAll(fn, 'return')) left.splice(0, 1, 'br', '$leaves')
  const body = fn.splice(bodyStart(fn))
  const result = fn.find((part): part is List => head(part) === 'result')
  fn.push(expr('(local $turns i32)'))
  if (result === undefined) fn.push(['block', '$leaves', ...body], expr(SETTLED))
  else
    fn.push(
      ...[
        ['local', '$result', result[1]!],
        ['local.set', '$result', ['block', '$leaves', result, ...body]],
      ],
      ...[expr(SETTLED), ['local.get', '$result']],
    )
}

const flat = (node: Node): string => (isList(node) ? `(${node.map(flat).join(' ')})` : node)

/** How luaV_execute computes where a jump leads: `pc + sJ` of OP_JMP, by itself or behind a test, and `pc - Bx` of the two loop instructions. */
const JUMP = /^\(i32\.sub \(i32\.add \(i32\.and .+ \(i32\.const 134217724\)\) \(local\.get (\S+)\)\) \(i32\.const 671088(?:60|56)\)\)$/
const LOOP = /^\(i32\.sub \(local\.get \S+\) \(i32\.and \(i32\.shr_u (\(local\.get \S+\)) \(i32\.const 13\)\) \(i32\.const 524284\)\)\)$/

/** The places where a function computes what `form` describes, each with what stands in the parentheses of `form`. */
const placesOf = (fn: List, form: RegExp, count: number): (readonly [place: List, part: string])[] => {
  const found = findAll(fn, 'i32.sub').flatMap((place) => {
    const part = form.exec(flat(place))?.[1]
    return part === undefined ? [] : [[place, part] as const]
  })
  if (found.length !== count) throw new Error(`luaV_execute jumps in ${found.length} places, not in ${count}`)
  return found
}

/** A unit, and `length` shifted. */
const priceOf = (length: string, shift: number): string =>
  `(i32.add (i32.const 1) (i32.and (i32.shr_u ${length} (i32.const ${shift})) (i32.const ${MOST})))`

/** The target of a jump, paid for when it lies before the program counter. */
const paidJump = (target: List, counter: string): List => {
  const pay = chargeOf(priceOf(`(i32.sub (local.get ${counter}) (local.get $target))`, JUMP_SHIFT))
  return [
    ...['block', ['result', 'i32'], ['local.set', '$target', target]],
    ['if', expr(`(i32.lt_s (local.get $target) (local.get ${counter}))`), ['then', ...pay]],
    ['local.get', '$target'],
  ]
}

/** The target of a loop instruction, which says itself how far back it leads: above 13 bits, in bytes. */
const paidLoop = (target: List, instruction: string): List => [
  ...['block', ['result', 'i32']],
  ...chargeOf(`(i32.add (i32.const 1) (i32.shr_u ${instruction} (i32.const ${13 + JUMP_SHIFT})))`),
  target,
]

/**
 * The interpreter pays where it goes back: each jump backward pays for half the code it jumps over, each call for half the code of what is
 * called, each return a unit, as in a damaged memory one may return for ever. Half, because instructions with numbers are followed by one
 * that is skipped, and not all of a body runs. Whatever runs without either is shorter than the function it is in, and was paid with its call.
 */
const meterInterpreter = (fn: List, { precall, begin }: Landmarks): void => {
  const dispatch = findAll(fn, 'br_table').find((table) => table.length > 80)!
  const holding = findAll(fn, 'loop').filter((loop) => findAll(loop, 'br_table').includes(dispatch))
  // the innermost goes from instruction to instruction; those around it are calls and returns
  const innermost = holding.find((loop) => !findAll(loop, 'loop').some((inner) => inner !== loop && holding.includes(inner)))
  // what begins a call was paid in precall, two statements before (waits.ts), or where it begins at once (calls.ts)
  const begins = findAll(fn, 'call', precall).map((call) => {
    const { parent, at } = parentOf(fn, parentOf(fn, call).parent)
    return parent[at + 2]
  })
  begins.push(
    ...findAll(fn, 'if')
      .filter((condition) => findAll(condition[1] as List, 'call', begin).length > 0)
      .flatMap((begun) => findAll(begun, 'br')),
  )
  const isPaid = (branch: List): boolean => begins.includes(branch)
  meterLoops(fn, { loops: findAll(fn, 'loop').filter((loop) => loop !== innermost), isPaid, payment: () => charge(1) })
  for (const [target, counter] of placesOf(fn, JUMP, 12)) target.splice(0, target.length, ...paidJump(target.slice(), counter))
  for (const [target, instruction] of placesOf(fn, LOOP, 2)) target.splice(0, target.length, ...paidLoop(target.slice(), instruction))
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

/** Names of functions: the companion's `arm`, luaV_execute, luaD_precall, and what begins a call at once. */
export type Landmarks = { readonly arm: string; readonly interpreter: string; readonly precall: string; readonly begin: string }

/** A call through the table, paid for: it may lead in a circle that no direct calls show. */
const paidCall = (module: List, call: List): List => {
  const named = call.find((part): part is List => head(part) === 'type')!
  const type = module.find((part): part is List => head(part) === 'type' && isList(part) && part[1] === named[1])!
  const result = findAll(type, 'result')
  return ['block', ...result, ...charge(CALL_COST), call]
}

/** What the companion pays by itself is looked at as well: what is `paid` (isPaidFor) may go on for ever where it cannot be left. */
const lookWherePaid = (functions: readonly List[]): void => {
  for (const fn of functions)
    if (fn[1] === PAY) fn.splice(bodyStart(fn), Number.POSITIVE_INFINITY, expr('(local $left i32)'), ...chargeOf('(local.get $cost)'))
}

/** Edits the merged module in place. */
export const meter = (module: List, landmarks: Landmarks): void => {
  const { arm, interpreter, precall, begin } = landmarks
  const functions = module.filter((part): part is List => head(part) === 'func')
  const breakers = circleBreakers(functions, landmarks)
  for (const fn of functions) {
    if (fn[1] === arm) continue
    for (const call of findAll(fn, 'call_indirect')) call.splice(0, call.length, ...paidCall(module, call.slice()))
    if (fn[1] === interpreter) meterInterpreter(fn, landmarks)
    else countTurns(fn)
    if (fn[1] === interpreter || fn[1] === precall || fn[1] === begin) meterCalls(fn)
    rewrite(fn, (list) => {
      if (list[0] === 'memory.copy') return ['call', '$metered_copy', ...list.slice(1)]
      if (list[0] === 'memory.fill') return ['call', '$metered_fill', ...list.slice(1)]
      if (list[0] === 'throw') return ['block', ...charge(THROW_COST), list.slice()]
      return undefined
    })
    const cost = (breakers.has(fn[1] as string) ? ENTRY_COST : 0) + (findAll(fn, 'memory.grow').length > 0 ? GROW_COST : 0)
    if (cost > 0) fn.splice(bodyStart(fn), 0, ...charge(cost))
    if (findAll(fn, 'local.tee', '$left').length > 0) fn.splice(bodyStart(fn), 0, expr('(local $left i32)'))
  }
  lookWherePaid(functions)
  module.push(expr(DRY.replace('$ARM', arm)), expr(COPY), expr(FILL))
}
