;; A value that goes on beyond its memory.
;; says: trapped
;; run: func() -> list<u8>
;; with: values
(module (func (export "run") (result i32) (call $value (i32.const 1024) (i32.const -1))))
