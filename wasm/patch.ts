// Edits of wasmoon's Lua, made by structure against the pinned binary. Function names are those that wasm-dis gives glue.wasm 1.16.0.
//
//  - every import becomes a function inside: files, environment, processes and clocks refuse
//  - errors are WebAssembly exceptions, without a JavaScript frame and without setjmp's table
//  - a memory error ends the process instead of becoming a Lua error that pcall could retry for ever
//  - a wait leaves by return instead of by throw (six edits)
//  - a division by zero knows its line
//  - a Lua stack overflows long before the memory is full
//  - a function has an end: 131,070 instructions
//  - the C stack is small, the heap begins behind the companion's control block
//  - how large the heap may think the memory is stands in the memory: a process does not see what another one made its instance grow to
//  - small blocks of the heap wait in lists for who wants one of their size (blocks.ts)
//  - strings have the same hashes in every build, so that tables are gone through in the same order
//  - what the size of the memory bounds may take longer than what may go on for ever
//  - a page that is taken has its price
//  - what the collector does at once is no more than the slice (collector.ts)
//  - strings are compared eight bytes at a time
//  - how far down the C stack was used is known: no more of it has to be wiped
//  - instructions, divisions and fields are found at less cost (quicken.ts)
//
// Each edit has a test in test/vm that fails when the edit is left out.

import { Field, PARDON, STACK_HIGH } from '../src/vm/abi.ts'
import { blocks } from './blocks.ts'
import { collector } from './collector.ts'
import { quicken } from './quicken.ts'
import { expr, findAll, findOne, head, isList, type List, parentOf } from './sexpr.ts'

const PAGES = Field.pages * 4
export const HEAP = STACK_HIGH + 8192 // behind the control block and the companion's static data
export const TABLE_BASE = 400 // first slot of the companion in the function table
const TABLE_SIZE = 480
const OLD_STACK_HIGH = 1083712
const MIN_PAGES = 8
const MAX_PAGES = 16384 // 1 GiB: what any process can be given at most

/** Faults, as src/vm/abi.ts reads them from the global `fault`. */
const FAULT_MEMORY = 2
const FAULT_ABORT = 3

/** Fuel that never is. */
export const NEVER = 0x7fffffff
/** The function that marks a loop of the companion as paid for by who runs it; it does nothing. */
export const PAID = '$paid'
/** A page that is taken: the system has to find it and fill it with zeros. */
const PAGE_COST = 3000

const PRECALL_C = '$265'
export const PRECALL = '$266'
const RESUME = '$270'
const UNROLL = '$271'
export const EXECUTE = '$548'
const THROW = '$255'
const RUN_PROTECTED = '$256'
const LONGJMP = '$642'
const POSCALL = '$264'
const RUNERROR = '$246'
const GROW_STACK = '$258'
const SHRINK_STACK = '$259'
const SBRK = '$629'
const CODE = '$172'
const NEWSTATE = '$450'
const STRCMP = '$599'
const MEMCMP = '$589'

const RESIZE_TABLE = '$497'
const NEW_KEY = '$498'

/**
 * What ends by itself, in a time that the size of the memory bounds: it is paid for, and does not count as work without a point to stop at,
 * up to so much in a step. luaH_resize, luaS_resize; luaC_fullgc, atomic and propagatemark of the collector, but for GCTM, which calls
 * finalizers. The companion does the same around messages.
 */
const BOUNDED = [RESIZE_TABLE, '$455', '$303', '$296', '$300']
const UNBOUNDED = '$298'

/** strcmp, eight bytes at a time where both lie at a multiple of it, as the strings of Lua do. */
const COMPARE = `(func ${STRCMP} (param $0 i32) (param $1 i32) (result i32) (local $word i64) (local $a i32) (local $b i32)
 (if (i32.eqz (i32.and (i32.or (local.get $0) (local.get $1)) (i32.const 7))) (then
  (block $out
   (loop $words
    (br_if $out (i64.ne (local.tee $word (i64.load (local.get $0))) (i64.load (local.get $1))))
    (br_if $out (i64.ne (i64.const 0) (i64.and
     (i64.and (i64.sub (local.get $word) (i64.const 0x0101010101010101)) (i64.xor (local.get $word) (i64.const -1)))
     (i64.const 0x8080808080808080))))
    (local.set $0 (i32.add (local.get $0) (i32.const 8)))
    (local.set $1 (i32.add (local.get $1) (i32.const 8)))
    (br $words)))))
 (loop $bytes
  (local.set $a (i32.load8_u (local.get $0)))
  (local.set $b (i32.load8_u (local.get $1)))
  (local.set $0 (i32.add (local.get $0) (i32.const 1)))
  (local.set $1 (i32.add (local.get $1) (i32.const 1)))
  (br_if $bytes (i32.and (i32.eq (local.get $a) (local.get $b)) (i32.ne (local.get $a) (i32.const 0)))))
 (i32.sub (local.get $a) (local.get $b)))`

/** memcmp, sixteen bytes at a time. */
const EQUAL = `(func ${MEMCMP} (param $0 i32) (param $1 i32) (param $2 i32) (result i32) (local $a i32) (local $b i32)
 (block $out
  (loop $words
   (br_if $out (i32.lt_u (local.get $2) (i32.const 16)))
   (br_if $out (i64.ne (i64.load (local.get $0)) (i64.load (local.get $1))))
   (br_if $out (i64.ne (i64.load offset=8 (local.get $0)) (i64.load offset=8 (local.get $1))))
   (local.set $0 (i32.add (local.get $0) (i32.const 16)))
   (local.set $1 (i32.add (local.get $1) (i32.const 16)))
   (local.set $2 (i32.sub (local.get $2) (i32.const 16)))
   (br $words)))
 (loop $bytes
  (if (i32.eqz (local.get $2)) (then (return (i32.const 0))))
  (local.set $a (i32.load8_u (local.get $0)))
  (local.set $b (i32.load8_u (local.get $1)))
  (local.set $0 (i32.add (local.get $0) (i32.const 1)))
  (local.set $1 (i32.add (local.get $1) (i32.const 1)))
  (local.set $2 (i32.sub (local.get $2) (i32.const 1)))
  (br_if $bytes (i32.eq (local.get $a) (local.get $b))))
 (i32.sub (local.get $a) (local.get $b)))`

/** Functions of Lua's core that the companion calls besides its C API. */
const INTERNALS: Readonly<Record<string, string>> = {
  luaC_barrierback_: '$288',
  luaC_newobj: '$290',
  luaC_step: '$301',
  luaH_get: '$499',
  luaH_getint: '$503',
  luaH_getn: '$507',
  luaH_getshortstr: '$504',
  luaH_new: '$501',
  luaH_newkey: '$498',
  luaH_resize: '$497',
  luaM_malloc_: '$384',
  luaS_newlstr: '$456',
}

/** Instructions of one function; more is "too many opcodes" where it is compiled. */
const MAX_CODE = 131_070
const OLD_MAX_CODE = 1_073_741_823

const refusals: Record<string, string> = {
  abort: `(global.set $fault (i32.const ${FAULT_ABORT})) (unreachable)`,
  exit: `(global.set $fault (i32.const ${FAULT_ABORT})) (unreachable)`,
  emscripten_date_now: '(f64.const 0)',
  emscripten_resize_heap: '(call $resize (local.get 0))',
}

/** The parameter and result lists of an import, and a body that refuses. */
const inside = (imported: List): List => {
  const name = JSON.parse(imported[2] as string) as string
  const signature = imported[3] as List
  const result = signature.find((part) => head(part) === 'result') as List | undefined
  const refuse = refusals[name] ?? (result ? `(${result[1]}.const ${result[1] === 'i32' ? -1 : 0})` : '(nop)')
  return ['func', signature[1]!, ...signature.slice(2), ...(expr(`(block ${refuse})`).slice(1) as List)]
}

const SUPPORT = `(module
 (tag $longjmp)
 (global $fuel (export "fuel") (mut i32) (i32.const 0))
 (global $hard (mut i32) (i32.const -2147483648))
 (global $debt (export "debt") (mut i32) (i32.const 0))
 (global $armed (mut i32) (i32.const 1))
 (global $since (mut i32) (i32.const ${NEVER}))
 (global $pardon (mut i32) (i32.const 0))
 (global $limit (mut i32) (i32.const ${MAX_PAGES}))
 (global $fault (export "fault") (mut i32) (i32.const 0))
 (global $refused (mut i32) (i32.const 0))
 (global $lowest (export "lowest") (mut i32) (i32.const ${STACK_HIGH}))
 (func $resize (param $bytes i32) (result i32) (local $pages i32) (local $cost i32)
  (local.set $pages (i32.shr_u (i32.add (local.get $bytes) (i32.const 65535)) (i32.const 16)))
  (if (i32.lt_u (local.get $pages) (i32.load (i32.const ${PAGES}))) (then (return (i32.const 0))))
  (if (i32.gt_u (local.get $pages) (global.get $limit)) (then (global.set $refused (i32.const 1)) (return (i32.const 0))))
  (if (i32.gt_u (local.get $pages) (memory.size)) (then
   (if (i32.eq (memory.grow (i32.sub (local.get $pages) (memory.size))) (i32.const -1)) (then (return (i32.const 0))))))
  (local.set $cost (i32.mul (i32.sub (local.get $pages) (i32.load (i32.const ${PAGES}))) (i32.const ${PAGE_COST})))
  (global.set $fuel (i32.sub (global.get $fuel) (local.get $cost)))
  (global.set $hard (i32.sub (global.get $hard) (local.get $cost)))
  (i32.store (i32.const ${PAGES}) (local.get $pages))
  (i32.const 1))
 (func $out_of_memory (export "out_of_memory") (global.set $fault (i32.const ${FAULT_MEMORY})) (unreachable))
 (func $left (export "fuel_left") (result i32) (i32.sub (global.get $fuel) (global.get $debt)))
 (func $fuel_begin (export "fuel_begin") (param $fuel i32) (param $hard i32) (param $pages i32)
  (global.set $fuel (local.get $fuel))
  (global.set $hard (local.get $hard))
  (global.set $limit (local.get $pages))
  (global.set $debt (i32.const 0))
  (global.set $armed (i32.const 0))
  (global.set $since (i32.const ${NEVER}))
  (global.set $pardon (i32.const ${PARDON}))
  (global.set $fault (i32.const 0))
  (global.set $refused (i32.const 0)))
 (func $pay (export "pay") (param $cost i32) (global.set $fuel (i32.sub (global.get $fuel) (local.get $cost))))
 (func ${PAID} (export "paid"))
 (func $rearm (export "rearm") (global.set $armed (i32.const 0)))
 (func $bounded_begin (export "bounded_begin") (result i32)
  (if (i32.ne (global.get $since) (i32.const ${NEVER})) (then (return (i32.const 0))))
  (global.set $since (call $left))
  (i32.const 1))
 (func $bounded_end (export "bounded_end") (param $begun i32) (local $used i32)
  (if (i32.eqz (local.get $begun)) (then (return)))
  (if (i32.or (global.get $debt) (i32.lt_s (global.get $fuel) (i32.const 0))) (then
   (local.set $used (i32.sub (select (global.get $since) (i32.const 0) (i32.lt_s (global.get $since) (i32.const 0))) (call $left)))
   (if (i32.gt_s (local.get $used) (global.get $pardon)) (then (local.set $used (global.get $pardon))))
   (global.set $pardon (i32.sub (global.get $pardon) (local.get $used)))
   (global.set $hard (i32.sub (global.get $hard) (local.get $used)))))
  (global.set $since (i32.const ${NEVER})))
 (func $bounded_leave (result i32) (local $begun i32)
  (call $bounded_end (local.tee $begun (i32.ne (global.get $since) (i32.const ${NEVER}))))
  (local.get $begun))
 (func $bounded_return (param $begun i32) (if (local.get $begun) (then (drop (call $bounded_begin)))))
)`

/** luaD_rawrunprotected(L, f, ud): struct lua_longjmp is { previous, jmp_buf, status at 160 }; L->errorJmp at 48, L->nCcalls at 96. */
const PROTECTED = `(func ${RUN_PROTECTED} (param $0 i32) (param $1 i32) (param $2 i32) (result i32) (local $jump i32) (local $depth i32)
 (global.set $global$0 (local.tee $jump (i32.sub (global.get $global$0) (i32.const 176))))
 (local.set $depth (i32.load offset=96 (local.get $0)))
 (i32.store offset=160 (local.get $jump) (i32.const 0))
 (i32.store (local.get $jump) (i32.load offset=48 (local.get $0)))
 (i32.store offset=48 (local.get $0) (local.get $jump))
 (try
  (do (call_indirect $0 (type $vii) (local.get $0) (local.get $2) (local.get $1)))
  (catch $longjmp (global.set $global$0 (local.get $jump))))
 (i32.store offset=48 (local.get $0) (i32.load (local.get $jump)))
 (i32.store offset=96 (local.get $0) (local.get $depth))
 (global.set $global$0 (i32.add (local.get $jump) (i32.const 176)))
 (i32.load offset=160 (local.get $jump)))`

const functionNamed = (module: List, name: string): List => findOne(module, 'func', name)
const YIELDED = `(i32.load8_u offset=6 (local.get $0))`

const importsInside = (module: List): void => {
  for (const imported of findAll(module, 'import')) module[module.indexOf(imported)] = inside(imported)
}

const errorsAsExceptions = (module: List): void => {
  module.splice(1, 0, expr('(type $vii (func (param i32 i32)))'))
  const protect = functionNamed(module, RUN_PROTECTED)
  module[module.indexOf(protect)] = expr(PROTECTED)
  const longjmp = functionNamed(module, LONGJMP)
  module[module.indexOf(longjmp)] = expr(`(func ${LONGJMP} (param $0 i32) (param $1 i32) (throw $longjmp))`)
}

/** luaD_throw(L, status): LUA_ERRMEM does not come back. */
const memoryErrorsEnd = (module: List): void => {
  const thrower = functionNamed(module, THROW)
  const first = thrower.findIndex((part) => isList(part) && !['param', 'result', 'local'].includes(part[0] as string))
  thrower.splice(
    first,
    0,
    expr(`(if (i32.eq (local.get $1) (i32.const 4)) (then (global.set $fault (i32.const ${FAULT_MEMORY})) (unreachable)))`),
  )
}

/** Replaces the statement that holds `call` by `statements`, in the list it stands in. */
const replaceStatement = (fn: List, statement: List, statements: readonly List[]): void => {
  const { parent, at } = parentOf(fn, statement)
  parent.splice(at, 1, ...statements)
}

const waitsByReturn = (module: List): void => {
  // 1. precallC: -1 is not finished with luaD_poscall; it goes up.
  const precallC = functionNamed(module, PRECALL_C)
  const finish = findOne(precallC, 'call', POSCALL)
  const called = findOne(finish, 'call_indirect')
  const answer = precallC.at(-1) as List
  if (answer[0] !== 'local.get' || answer[1] !== '$0') throw new Error('precallC does not end as expected')
  replaceStatement(precallC, finish, [
    ['local.set', '$3', called],
    expr('(if (i32.eq (local.get $3) (i32.const -1)) (then (return (i32.const -1))))'),
    ['call', POSCALL, ['local.get', '$0'], ['local.get', '$4'], ['local.get', '$3']],
  ])
  precallC[precallC.length - 1] = ['local.get', '$3']

  // 2. luaD_precall: 1 instead of NULL for it.
  const precall = functionNamed(module, PRECALL)
  const toC = findOne(precall, 'call', PRECALL_C)
  const dropped = parentOf(precall, toC).parent
  const { parent, at } = parentOf(precall, dropped)
  const answered = parent[at + 1] as List
  if (dropped[0] !== 'drop' || answered[0] !== 'local.set' || answered[1] !== '$3') throw new Error('luaD_precall is not as expected')
  parent.splice(at, 2, ['local.set', '$3', ['i32.eq', toC, ['i32.const', '-1']]])

  // 3. luaV_execute, OP_CALL: 1 means leave.
  const execute = functionNamed(module, EXECUTE)
  const calls = findAll(execute, 'call', PRECALL)
  if (calls.length !== 1) throw new Error('luaV_execute is not as expected')
  const taken = parentOf(execute, calls[0]!).parent
  const branch = parentOf(execute, taken).parent
  if (taken[0] !== 'local.tee' || branch[0] !== 'br_if') throw new Error('OP_CALL is not as expected')
  replaceStatement(execute, branch, [
    ['local.set', taken[1]!, calls[0]!],
    ['if', ['i32.eq', ['local.get', taken[1]!], ['i32.const', '1']], ['then', ['return']]],
    ['br_if', branch[1]!, ['local.get', taken[1]!]],
  ])

  // 4. OP_TAILCALL, in which luaD_pretailcall is inlined: -1 means leave.
  const tailCalls = findAll(execute, 'call', PRECALL_C)
  if (tailCalls.length !== 2) throw new Error('OP_TAILCALL is not as expected')
  for (const call of tailCalls) {
    const answer = parentOf(execute, call).parent
    const { parent: taken } = parentOf(execute, findOne(execute, 'block', answer[1] as string))
    if (answer[0] !== 'br' || taken[0] !== 'local.tee') throw new Error('OP_TAILCALL is not as expected')
    replaceStatement(execute, answer, [
      ['local.set', taken[1]!, call],
      ['if', ['i32.eq', ['local.get', taken[1]!], ['i32.const', '-1']], ['then', ['return']]],
      ['br', answer[1]!, ['local.get', taken[1]!]],
    ])
  }

  // 5. unroll, and 6. resume after a hook's yield: a thread that was suspended by return is left alone.
  const suspended = expr(`(if ${YIELDED} (then (return)))`)
  const unroll = functionNamed(module, UNROLL)
  replaceStatement(unroll, findOne(unroll, 'call', EXECUTE), [findOne(unroll, 'call', EXECUTE), suspended])
  const resume = functionNamed(module, RESUME)
  const again = findAll(resume, 'call', EXECUTE).filter((call) => {
    const { parent: around, at: index } = parentOf(resume, call)
    return head(around[index + 1]) === 'br'
  })
  if (again.length !== 1) throw new Error('resume is not as expected')
  replaceStatement(resume, again[0]!, [again[0]!, suspended])
}

/** luaV_execute raises some errors without `savestate`: what it knows in $7 (ci) and $3 (pc) is stored first. L->top at 12, ci->top at 4. */
const errorsHaveLines = (module: List): void => {
  const execute = functionNamed(module, EXECUTE)
  for (const call of findAll(execute, 'call', RUNERROR)) {
    const { parent, at } = parentOf(execute, call)
    if (head(parent[at + 1]) !== 'unreachable') throw new Error('luaV_execute raises an error in an unexpected place')
    parent.splice(
      at,
      0,
      expr('(i32.store offset=16 (local.get $7) (local.get $3))'),
      expr('(i32.store offset=12 (local.get $0) (i32.load offset=4 (local.get $7)))'),
    )
  }
}

/** LUAI_MAXSTACK in slots of 16 bytes. With the million of the original a runaway recursion fills the memory instead of failing, and a
 * traceback of it is more work than a step may do without a stop. */
const MAX_STACK = 65_536
const OLD_MAX_STACK = 1_000_000

/** How the limit appears in the two functions that resize a stack: `slots > limit`, the sizes themselves, bytes, and a third of it. */
const stackLimits = (limit: number): Readonly<Record<string, number>> => ({
  most: limit,
  below: limit - 1,
  forErrors: limit + 200,
  tooManyBytes: limit * 16 + 1,
  third: Math.floor(limit / 3) - 1,
})

const stacksEnd = (module: List): void => {
  const before = stackLimits(OLD_MAX_STACK)
  const after = stackLimits(MAX_STACK)
  for (const [name, expected] of [
    [GROW_STACK, { most: 3, below: 1, forErrors: 1, tooManyBytes: 1, third: 0 }],
    [SHRINK_STACK, { most: 3, below: 1, forErrors: 0, tooManyBytes: 0, third: 1 }],
  ] as const) {
    for (const [what, count] of Object.entries(expected)) {
      const constants = findAll(functionNamed(module, name), 'i32.const', String(before[what]))
      if (constants.length !== count) throw new Error(`${name} is not as expected`)
      for (const constant of constants) constant[1] = String(after[what])
    }
  }
}

/** luaK_code grows a function's code. What is straight runs without looking at its fuel, so it must not be long: some hundred µs. */
const functionsAreShort = (module: List): void => {
  findOne(functionNamed(module, CODE), 'i32.const', String(OLD_MAX_CODE))[1] = String(MAX_CODE)
}

const sizeInMemory = (module: List): void => {
  const size = findOne(functionNamed(module, SBRK), 'memory.size')
  size.splice(0, 1, 'i32.load', ['i32.const', String(PAGES)])
}

/** Every statement that may lower the stack pointer (all but plain additions to it) is followed by a look at how low it is. */
const lowestIsKnown = (module: List): void => {
  for (const fn of module.filter((part): part is List => head(part) === 'func')) {
    for (const set of findAll(fn, 'global.set', '$global$0')) {
      if (head(set[2]) === 'i32.add') continue
      const note = '(if (i32.lt_u (global.get $global$0) (global.get $lowest)) (then (global.set $lowest (global.get $global$0))))'
      replaceStatement(fn, set, [set, expr(note)])
    }
  }
}

/** What hashes of strings begin with. Never to be changed: journals hold what came of going through tables. */
const SEED = 1_697_020_378

/** lua_newstate makes `g->seed` of addresses that differ from build to build. */
const seedIsConstant = (module: List): void => {
  const [newstate] = findAll(module, 'func', NEWSTATE).filter((fn) => fn.length > 2) // the other one is in an export
  const made = findAll(newstate!, 'i32.store').filter((store) => store[1] === 'offset=192')
  if (made.length !== 1) throw new Error('lua_newstate is not as expected')
  made[0]![3] = expr(`(i32.const ${SEED})`)
}

const littleEndian = (value: number): string =>
  [0, 8, 16, 24].map((shift) => `\\${((value >>> shift) & 0xff).toString(16).padStart(2, '0')}`).join('')

const layout = (module: List): void => {
  for (const constant of findAll(module, 'i32.const', String(OLD_STACK_HIGH))) constant[1] = String(STACK_HIGH)
  // emmalloc's break, the second word of the last data segment
  const segment = findAll(module, 'data').at(-1)!
  const bytes = segment.at(-1) as string
  if (!bytes.endsWith('@\\89\\10"')) throw new Error('the break pointer is not where it was')
  segment[segment.length - 1] = `${bytes.slice(0, -'@\\89\\10"'.length)}${littleEndian(HEAP)}"`
  const memory = module.find((part) => head(part) === 'memory') as List
  memory.splice(2, 2, String(MIN_PAGES), String(MAX_PAGES))
  const table = module.find((part) => head(part) === 'table') as List
  table[2] = String(TABLE_SIZE)
}

const replaceFunction = (module: List, text: string): void => {
  const made = expr(text)
  const old = functionNamed(module, made[1] as string)
  old.splice(0, old.length, ...made)
}

/** Puts a function of the same name around another: `before` gives what `after` is given. */
const surround = (module: List, name: string, { before, after }: { readonly before: string; readonly after: string }): void => {
  const inner = functionNamed(module, name)
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
  const newKey = functionNamed(module, NEW_KEY)
  const { parent, at } = parentOf(newKey, findOne(newKey, 'call', RESIZE_TABLE))
  if (head(parent) !== 'block' || head(parent[2]) !== 'block') throw new Error('luaH_newkey is not as expected')
  parent.splice(at + 1, 0, expr('(call $bounded_end (local.get $begun))'))
  parent.splice(3, 0, expr('(local.set $begun (call $bounded_begin))'))
  const lastLocal = newKey.findLastIndex((part) => head(part) === 'local')
  newKey.splice(lastLocal + 1, 0, expr('(local $begun i32)'))
}

const boundedWorkIsPardoned = (module: List): void => {
  countingIsPardoned(module)
  for (const name of BOUNDED) surround(module, name, { before: '$bounded_begin', after: '$bounded_end' })
  surround(module, UNBOUNDED, { before: '$bounded_leave', after: '$bounded_return' })
}

/** Edits the tree of glue.wasm in place. */
export const patch = (module: List): void => {
  importsInside(module)
  errorsAsExceptions(module)
  memoryErrorsEnd(module)
  waitsByReturn(module)
  errorsHaveLines(module)
  stacksEnd(module)
  functionsAreShort(module)
  sizeInMemory(module)
  blocks(module)
  quicken(module, functionNamed(module, EXECUTE))
  lowestIsKnown(module)
  seedIsConstant(module)
  layout(module)
  replaceFunction(module, COMPARE)
  replaceFunction(module, EQUAL)
  collector(module)
  boundedWorkIsPardoned(module)
  module.push(...(expr(SUPPORT).slice(1) as List))
  for (const [name, fn] of Object.entries(INTERNALS)) module.push(['export', JSON.stringify(name), ['func', fn]])
}
