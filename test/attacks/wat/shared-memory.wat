;; A memory that threads could share, and with it a clock.
;; says: refused
(module (memory (export "memory") 1 2 shared)
  (func (export "run") (result i32) (i32.atomic.load (i32.const 0))))
