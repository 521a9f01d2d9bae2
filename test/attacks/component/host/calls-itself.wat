;; A call of itself that waits for itself: when its time is over nobody waits for what it asked for, and nothing of it runs on.
;; says: took longer than 500 ms
;; allow: funcs.call:app:hostile_run
;; limits: timeout=500ms
;; with: values
(module
  (import "wippy:runtime/funcs@0.1.0" "call-json" (func $call (param i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "app:hostile_run[]")
  (func (export "run") (result i32)
    (call $call (i32.const 1024) (i32.const 15) (i32.const 1039) (i32.const 2) (i32.const 32))
    (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))
