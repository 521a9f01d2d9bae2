;; A call with more than may be given.
;; says: value a call is given at most
;; allow: funcs.call:app:echo
;; with: values
(module
  (import "wippy:runtime/funcs@0.1.0" "call-bytes" (func $call (param i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "app:echo")
  (func (export "run") (result i32)
    (drop (memory.grow (i32.const 60)))
    (call $call (i32.const 1024) (i32.const 8) (i32.const 0) (i32.const 3000000) (i32.const 32))
    (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))
