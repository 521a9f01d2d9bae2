;; The names of everything.
;; says: value 00$
;; with: values
(module
  (import "wippy:runtime/registry@0.1.0" "list" (func $list (param i32 i32 i32)))
  (data (i32.const 1024) "*")
  (func (export "run") (result i32)
    (call $list (i32.const 1024) (i32.const 1) (i32.const 32))
    (call $digits (i32.load (i32.const 36)))))
