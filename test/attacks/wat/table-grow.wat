;; A table of thousands of millions.
;; says: refused|PLUGIN|units of fuel|feature|table
(module (memory (export "memory") 1) (table $t 1 funcref)
  (func (export "run") (result i32) (table.grow $t (ref.null func) (i32.const 100000000))))
