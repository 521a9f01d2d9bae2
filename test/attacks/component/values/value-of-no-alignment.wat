;; A list of numbers at an odd place.
;; says: trapped|value
;; run: func() -> list<u64>
;; with: values
(module (func (export "run") (result i32) (call $value (i32.const 1025) (i32.const 3))))
