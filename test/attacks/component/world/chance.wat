;; Random numbers, though none were granted.
;; says: random was not granted
;; with: values
(module
  (import "wasi:random/random@0.2.12" "get-random-u64" (func $random (result i64)))
  (func (export "run") (result i32) (drop (call $random)) (call $digits (i32.const 0))))
