;; A sleep of centuries.
;; says: took longer than 300 ms
;; allow: clock
;; limits: timeout=300ms
;; with: values
(module
  (import "wasi:clocks/monotonic-clock@0.2.12" "subscribe-duration" (func $after (param i64) (result i32)))
  (import "wasi:io/poll@0.2.12" "[method]pollable.block" (func $block (param i32)))
  (func (export "run") (result i32) (call $block (call $after (i64.const -1))) (call $digits (i32.const 0))))
