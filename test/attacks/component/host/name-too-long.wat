;; The name of an entry that is as long as its memory.
;; says: value a name has at most
;; allow: registry.get:*
;; with: values
(module
  (import "wippy:runtime/registry@0.1.0" "get" (func $get (param i32 i32 i32)))
  (func (export "run") (result i32)
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 200000))
    (call $get (i32.const 1024) (i32.const 200000) (i32.const 32))
    (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))
