// Edits of Lua's core that change what it costs, and nothing that it does.
//
//  - one look leads from an instruction to the code for it: the compiler that built wasmoon made of Lua's table of labels a table of numbers
//    in the memory, and of each jump a look into it and then into WebAssembly's branch table, which here has the order of the opcodes
//  - instructions are fetched in one place (fetch.ts)
//  - calls that want nothing special begin and end where they are made (calls.ts)
//  - keys that are short strings, as names of fields and methods are, are looked for without a frame on the C stack
//  - a place in a list that is empty is filled without asking for metamethods that nobody has
//  - whole numbers become text without printf (numbers.ts)

import { callsAtOnce } from './calls.ts'
import { fetchInOnePlace } from './fetch.ts'
import { integersAreWritten } from './numbers.ts'
import { expr, findAll, findOne, head, type List } from './sexpr.ts'

const OPCODES = 83
const LABELS = 11936 // where the numbers lie
const FIRST_LABEL = 2 // the number of the branch table's first target

const GET = '$499' // luaH_get(t, key)
const GET_SHORT = '$504' // luaH_getshortstr(t, string)
const FINISH_SET = '$544' // luaV_finishset
const BARRIER_BACK = '$288' // luaC_barrierback_
const GET_STRING = '$505' // luaH_getstr(t, string)

const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' }

/** The bytes that the text of a data segment stands for. */
const bytesOf = (text: string): Buffer =>
  Buffer.from(
    [...text.slice(1, -1).matchAll(/\\([0-9a-f]{2})|\\(.)|(.)/gis)].map(([, code, escaped, plain]) =>
      code === undefined ? (plain ?? ESCAPED[escaped!] ?? escaped!).charCodeAt(0) : Number.parseInt(code, 16),
    ),
  )

/** The table of labels, as the data segments have it. */
const labels = (module: List): number[] => {
  for (const segment of findAll(module, 'data')) {
    const at = LABELS - Number(findOne(segment, 'i32.const')[1])
    const bytes = bytesOf(segment.at(-1) as string)
    if (at >= 0 && at + OPCODES * 4 <= bytes.length) return Array.from({ length: OPCODES }, (_, i) => bytes.readInt32LE(at + i * 4))
  }
  throw new Error('the table of labels is not where it was')
}

const dispatchAtOnce = (module: List, execute: List): void => {
  const branch = findAll(execute, 'br_table').find((table) => table.length > OPCODES)!
  const targets = branch.slice(1, -1)
  const label = branch.at(-1) as List
  if (head(label) !== 'i32.sub' || head(label[1]) !== 'i32.load' || targets.length !== OPCODES) {
    throw new Error('luaV_execute does not jump as expected')
  }
  const opcode = findOne(label, 'i32.shl')[1]!
  const ordered = labels(module).map((number) => targets[number - FIRST_LABEL] ?? targets.at(-1)!)
  if (new Set(ordered).size !== OPCODES) throw new Error('the table of labels is not where it was')
  branch.splice(1, branch.length, ...ordered, ordered.at(-1)!, opcode)
}

/** Puts a function of the same name and result before another, which is left to what `first` does not answer. */
const precede = (module: List, name: string, first: string): void => {
  const inner = findAll(module, 'func', name).find((fn) => fn.length > 2)!
  const parameters = inner.filter((part): part is List => head(part) === 'param')
  const result = inner.filter((part): part is List => head(part) === 'result')
  inner[1] = `${name}_itself`
  const call: List = ['call', `${name}_itself`, ...parameters.map(([, parameter]): List => ['local.get', parameter!])]
  module.push(['func', name, ...parameters, ...result, expr(first), call])
}

/**
 * luaV_finishset(L, table, key, value, slot): a place in the list of a table without a metatable, where nothing is so far. Empty places have
 * tag 0 in the lower four bits; 0x20 is none. The barrier: the table is black, the value white.
 */
const placesAreFilledAtOnce = (module: List): void => {
  const fill = `(block $not
   (br_if $not (i32.eqz (local.get $4)))
   (br_if $not (i32.and (i32.load8_u offset=8 (local.get $4)) (i32.const 0x2f)))
   (br_if $not (i32.ne (i32.load8_u offset=8 (local.get $2)) (i32.const 0x03)))
   (br_if $not (i32.load offset=24 (i32.load (local.get $1))))
   (i64.store (local.get $4) (i64.load (local.get $3)))
   (i32.store8 offset=8 (local.get $4) (i32.load8_u offset=8 (local.get $3)))
   (if (i32.eqz (i32.and (i32.load8_u offset=8 (local.get $3)) (i32.const 0x40))) (then (return)))
   (if (i32.eqz (i32.and (i32.load8_u offset=5 (i32.load (local.get $1))) (i32.const 0x20))) (then (return)))
   (if (i32.and (i32.load8_u offset=5 (i32.load (local.get $3))) (i32.const 0x18)) (then (call ${BARRIER_BACK} (local.get $0) (i32.load (local.get $1)))))
   (return))`
  precede(module, FINISH_SET, fill)
}

const namesAreFoundAtOnce = (module: List): void => {
  const find = (isShort: string, key: string): string =>
    `(if (i32.eq ${isShort}) (then (return (call ${GET_SHORT} (local.get $0) ${key}))))`
  precede(module, GET_STRING, find('(i32.load8_u offset=4 (local.get $1)) (i32.const 0x04)', '(local.get $1)'))
  precede(module, GET, find('(i32.load8_u offset=8 (local.get $1)) (i32.const 0x44)', '(i32.load (local.get $1))'))
}

/** Edits the tree of glue.wasm in place; `execute` is luaV_execute. */
export const quicken = (module: List, execute: List): void => {
  dispatchAtOnce(module, execute)
  fetchInOnePlace(execute)
  callsAtOnce(module, execute)
  namesAreFoundAtOnce(module)
  placesAreFilledAtOnce(module)
  integersAreWritten(module)
}
