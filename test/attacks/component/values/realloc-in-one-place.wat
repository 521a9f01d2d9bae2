;; Room for all arguments in the same place: it spoils its own arguments, and nothing else.
;; says: value 7$
;; run: func(x: list<string>, y: list<u8>) -> u32
;; given: { "one", "two" }, "three"
(module (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "run") (param i32 i32 i32 i32) (result i32) (i32.const 7)))
