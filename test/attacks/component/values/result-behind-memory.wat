;; A result that lies behind its memory.
;; says: trapped
;; with: values
(module (func (export "run") (result i32) (i32.const -4)))
