;; A character beyond all characters.
;; says: trapped
;; run: func() -> char
;; with: values
(module (func (export "run") (result i32) (i32.const 0x110000)))
