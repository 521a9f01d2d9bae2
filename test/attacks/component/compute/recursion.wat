;; A recursion without end, with as much on the stack as it can.
;; says: overflowed its stack|units of fuel
;; run: func() -> u32
;; limits: fuel=100000000
(module (func $again (export "run") (result i32) (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
  (i32.add (call $again) (i32.const 1))))
