;; The same through a table.
;; says: units of fuel|stack
(module (memory (export "memory") 1) (type $f (func (result i32)))
  (table 1 funcref) (elem (i32.const 0) $run)
  (func $run (export "run") (result i32) (i32.add (i32.const 1) (call_indirect (type $f) (i32.const 0)))))
