;; A function that calls itself.
;; says: units of fuel|stack
(module (memory (export "memory") 1)
  (func $run (export "run") (result i32) (i32.add (i32.const 1) (call $run))))
