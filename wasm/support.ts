// What the edits of Lua call: the counters of fuel and memory, and the functions that change them.

import { Field, PARDON, STACK_HIGH } from '../src/vm/abi.ts'

export const PAGES = Field.pages * 4
export const MAX_PAGES = 16384 // 1 GiB: what any process can be given at most

/** Faults, as src/vm/abi.ts reads them from the global `fault`. */
export const FAULT_MEMORY = 2
export const FAULT_ABORT = 3

/** Fuel that never is. */
export const NEVER = 0x7fffffff
/** The function that marks a loop of the companion as paid for by who runs it; it does nothing. */
export const PAID = '$paid'
/** The function by which the companion pays: its parameter is `$cost`. */
export const PAY = '$pay'
/** A page that is taken: the system has to find it and fill it with zeros. */
const PAGE_COST = 3000

/** Globals and functions, as text; how much of the fuel there is, how large the memory may be, what is pardoned. */
export const SUPPORT = `(module
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
 (func ${PAY} (export "pay") (param $cost i32) (global.set $fuel (i32.sub (global.get $fuel) (local.get $cost))))
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
