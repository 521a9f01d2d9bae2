;; All the memory it can get, and a page more.
;; says: value 128$|units of fuel
;; run: func() -> u32
(module (memory (export "memory") 1)
  (func (export "run") (result i32)
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (memory.size)))
