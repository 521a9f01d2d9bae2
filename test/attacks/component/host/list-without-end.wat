;; The registry, looked through again and again by a pattern of many parts.
;; says: units of fuel|took longer
;; limits: timeout=2s
;; with: values
(module
  (import "wippy:runtime/registry@0.1.0" "list" (func $list (param i32 i32 i32)))
  (func (export "run") (result i32)
    (memory.fill (i32.const 1024) (i32.const 42) (i32.const 1000))
    (loop $again (call $list (i32.const 1024) (i32.const 1000) (i32.const 32)) (br $again))
    (unreachable)))
