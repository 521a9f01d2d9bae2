;; Room that is looked for without end.
;; says: units of fuel
;; run: func(x: string) -> u32
;; given: "x"
(module (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (loop $again (br $again)) (unreachable))
  (func (export "run") (param i32 i32) (result i32) (i32.const 7)))
