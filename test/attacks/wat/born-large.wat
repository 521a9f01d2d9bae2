;; A memory that begins larger than it may be.
;; says: refused|memory
(module (memory (export "memory") 4096)
  (func (export "run") (result i32) (i32.const 1)))
