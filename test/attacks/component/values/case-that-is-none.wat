;; A result that is neither good nor bad.
;; says: trapped
;; run: func() -> result<string, string>
;; with: values
(module (func (export "run") (result i32) (i32.store8 (i32.const 8) (i32.const 7)) (i32.const 8)))
