;; Megabytes written again and again, each in one instruction.
;; says: units of fuel
(module (memory (export "memory") 32)
  (func (export "run") (result i32)
    (loop $again (memory.fill (i32.const 0) (i32.const 1) (i32.const 2000000)) (br $again))
    (i32.const 1)))
