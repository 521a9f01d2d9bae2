;; Memory that grows, and moves, while an argument is written.
;; says: value 7$
;; run: func(x: list<string>) -> u32
;; given: { "one", "two", "three" }
(module (memory (export "memory") 1) (global $top (mut i32) (i32.const 16))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (global.set $top (i32.add (global.get $top) (i32.const 64)))
    (global.get $top))
  (func (export "run") (param i32 i32) (result i32) (i32.const 7)))
