;; A wait for none of nothing.
;; says: trapped: it would wait for nothing
;; with: values
(module
  (import "wasi:io/poll@0.2.12" "poll" (func $poll (param i32 i32 i32)))
  (func (export "run") (result i32) (call $poll (i32.const 0) (i32.const 0) (i32.const 16)) (call $digits (i32.const 0))))
