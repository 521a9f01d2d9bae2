;; Lines without end to the log of the node.
;; says: units of fuel
;; with: values
(module
  (import "wippy:runtime/logger@0.1.0" "log" (func $log (param i32 i32 i32)))
  (func (export "run") (result i32)
    (loop $again (call $log (i32.const 1) (i32.const 1024) (i32.const 100)) (br $again))
    (unreachable)))
