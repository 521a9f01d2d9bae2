// Whole numbers as text, without printf.

import { expr, findAll, findOne, type List } from './sexpr.ts'

const PRINT = '$595' // snprintf
const FORMAT = '6219' // where "%lld" lies
const PLACES: readonly string[] = ['$402', '$405'] // luaO_tostring, and what makes the texts of luaO_pushvfstring

/** Writes the digits of a number, backwards from the end of a buffer of 44 bytes, and moves them to its beginning; how many they are. */
const WRITE = `(func $write_integer (param $to i32) (param $n i64) (result i32)
 (local $at i32) (local $rest i64) (local $few i32) (local $less i32) (local $negative i32)
 (local.set $negative (i64.lt_s (local.get $n) (i64.const 0)))
 (local.set $rest (select (i64.sub (i64.const 0) (local.get $n)) (local.get $n) (local.get $negative)))
 (local.set $at (i32.add (local.get $to) (i32.const 44)))
 (block $is_few
  (loop $many
   (br_if $is_few (i64.lt_u (local.get $rest) (i64.const 0x100000000)))
   (local.set $n (i64.div_u (local.get $rest) (i64.const 10)))
   (i32.store8 (local.tee $at (i32.sub (local.get $at) (i32.const 1)))
    (i32.add (i32.const 48) (i32.wrap_i64 (i64.sub (local.get $rest) (i64.mul (local.get $n) (i64.const 10))))))
   (local.set $rest (local.get $n))
   (br $many)))
 (local.set $few (i32.wrap_i64 (local.get $rest)))
 (loop $digits
  (local.set $less (i32.div_u (local.get $few) (i32.const 10)))
  (i32.store8 (local.tee $at (i32.sub (local.get $at) (i32.const 1)))
   (i32.add (i32.const 48) (i32.sub (local.get $few) (i32.mul (local.get $less) (i32.const 10)))))
  (br_if $digits (local.tee $few (local.get $less))))
 (if (local.get $negative) (then (i32.store8 (local.tee $at (i32.sub (local.get $at) (i32.const 1))) (i32.const 45))))
 (i64.store align=1 (local.get $to) (i64.load align=1 (local.get $at)))
 (i64.store offset=8 align=1 (local.get $to) (i64.load offset=8 align=1 (local.get $at)))
 (i64.store offset=16 align=1 (local.get $to) (i64.load offset=16 align=1 (local.get $at)))
 (i32.sub (i32.add (local.get $to) (i32.const 44)) (local.get $at)))`

/** Edits the tree of glue.wasm in place. */
export const integersAreWritten = (module: List): void => {
  for (const name of PLACES) {
    const printed = findAll(findOne(module, 'func', name), 'call', PRINT).filter(([, , , , format]) => format![1] === FORMAT)
    if (printed.length !== 1) throw new Error(`${name} does not print as expected`)
    const [call] = printed
    call!.splice(1, 5, '$write_integer', call![2]!, ['i64.load', call![5]!])
  }
  module.push(expr(WRITE))
}
