// Edits of wasmoon's Lua, made by structure against the pinned binary. Function names are those that wasm-dis gives glue.wasm 1.16.0.
//
//  - every import becomes a function inside: files, environment, processes and clocks refuse
//  - errors are WebAssembly exceptions, without a JavaScript frame and without setjmp's table
//  - a memory error ends the process instead of becoming a Lua error that pcall could retry for ever
//  - a wait leaves by return instead of by throw (waits.ts)
//  - a division by zero knows its line
//  - an assignment to the key nil does nothing: the Lua that apps were written for takes it
//  - a Lua stack overflows long before the memory is full (limits.ts)
//  - a function has an end: 131,070 instructions (limits.ts)
//  - the C stack is small, the heap begins behind the companion's control block
//  - how large the heap may think the memory is stands in the memory: a process does not see what another one made its instance grow to
//  - small blocks of the heap wait in lists for who wants one of their size (blocks.ts)
//  - strings have the same hashes in every build, so that tables are gone through in the same order
//  - what the size of the memory bounds may take longer than what may go on for ever (bounded.ts)
//  - a page that is taken has its price (support.ts)
//  - what the collector does at once is no more than the slice (collector.ts)
//  - strings are compared by words (compare.ts)
//  - how far down the C stack was used is known: no more of it has to be wiped
//  - instructions, calls, fields and texts of numbers cost less (quicken.ts)
//
// Each edit has a test in test/vm that fails when the edit is left out.

import { STACK_HIGH } from '../src/vm/abi.ts'
import { blocks } from './blocks.ts'
import { boundedWorkIsPardoned } from './bounded.ts'
import { collector } from './collector.ts'
import { compareByWords } from './compare.ts'
import { functionsAreShort, stacksEnd } from './limits.ts'
import { quicken } from './quicken.ts'
import { expr, findAll, findOne, head, isList, type List, parentOf, replaceStatement } from './sexpr.ts'
import { FAULT_ABORT, FAULT_MEMORY, MAX_PAGES, PAGES, SUPPORT } from './support.ts'
import { EXECUTE, waitsByReturn } from './waits.ts'

export const HEAP = STACK_HIGH + 8192 // behind the control block and the companion's static data
export const TABLE_BASE = 400 // first slot of the companion in the function table
const TABLE_SIZE = 480
const OLD_STACK_HIGH = 1083712
const MIN_PAGES = 8

const THROW = '$255'
const RUN_PROTECTED = '$256'
const LONGJMP = '$642'
const RUNERROR = '$246'
const FINISH_SET = '$544' // luaV_finishset
const FINISH_SET_RAW = '$506' // luaH_finishset
const SBRK = '$629'
const NEWSTATE = '$450'

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

/**
 * luaV_finishset(L, table, key, value, slot): where no metamethod has taken it and the key is nil, the assignment is over. Lua would raise
 * "table index is nil", as `rawset` still does. Upstream's go-lua (`setField` in its state.go) takes the value and keeps it where `pairs`
 * stops; a table of Lua has no such place.
 */
const nilKeysAreTaken = (module: List): void => {
  const finishSet = functionNamed(module, FINISH_SET)
  const call = findOne(finishSet, 'call', FINISH_SET_RAW)
  replaceStatement(finishSet, call, [
    expr('(if (i32.eqz (i32.and (i32.load8_u offset=8 (local.get $2)) (i32.const 0x0f))) (then (return)))'),
    call,
  ])
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

/** Edits the tree of glue.wasm in place. */
export const patch = (module: List): void => {
  importsInside(module)
  errorsAsExceptions(module)
  memoryErrorsEnd(module)
  waitsByReturn(module)
  errorsHaveLines(module)
  nilKeysAreTaken(module)
  stacksEnd(module)
  functionsAreShort(module)
  sizeInMemory(module)
  blocks(module)
  quicken(module, functionNamed(module, EXECUTE))
  lowestIsKnown(module)
  seedIsConstant(module)
  layout(module)
  compareByWords(module)
  collector(module)
  boundedWorkIsPardoned(module)
  module.push(...(expr(SUPPORT).slice(1) as List))
  for (const [name, fn] of Object.entries(INTERNALS)) module.push(['export', JSON.stringify(name), ['func', fn]])
}
