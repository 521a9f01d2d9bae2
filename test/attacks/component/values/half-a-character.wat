;; One half of a pair of surrogates.
;; says: trapped
;; run: func() -> char
;; with: values
(module (func (export "run") (result i32) (i32.const 0xd800)))
