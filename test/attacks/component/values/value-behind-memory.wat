;; A value that lies behind its memory.
;; says: trapped
;; run: func() -> list<u32>
;; with: values
(module (func (export "run") (result i32) (call $value (i32.const -16) (i32.const 4))))
