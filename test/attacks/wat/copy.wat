;; The same, copied.
;; says: units of fuel
(module (memory (export "memory") 32)
  (func (export "run") (result i32)
    (loop $again (memory.copy (i32.const 0) (i32.const 1000000) (i32.const 1000000)) (br $again))
    (i32.const 1)))
