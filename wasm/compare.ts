// Comparing of strings, by words instead of by bytes.

import { expr, findOne, type List } from './sexpr.ts'

const STRCMP = '$599'
const MEMCMP = '$589'

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

const replaceFunction = (module: List, text: string): void => {
  const made = expr(text)
  const old = findOne(module, 'func', made[1] as string)
  old.splice(0, old.length, ...made)
}

/** Edits the tree of glue.wasm in place. */
export const compareByWords = (module: List): void => {
  replaceFunction(module, COMPARE)
  replaceFunction(module, EQUAL)
}
