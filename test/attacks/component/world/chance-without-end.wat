;; A terabyte of random bytes at once.
;; says: trapped
;; allow: random
;; with: values
(module
  (import "wasi:random/random@0.2.12" "get-random-bytes" (func $random (param i64 i32)))
  (func (export "run") (result i32) (call $random (i64.const 0x10000000000) (i32.const 16)) (call $digits (i32.const 0))))
