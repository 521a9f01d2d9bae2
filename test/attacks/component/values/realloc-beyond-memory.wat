;; Room for an argument that lies behind its memory.
;; says: trapped
;; run: func(x: string) -> u32
;; given: ("x"):rep(1000)
(module (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const -8))
  (func (export "run") (param i32 i32) (result i32) (i32.const 7)))
