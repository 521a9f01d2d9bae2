;; Text that is none.
;; says: refused
(module (func (export "run") (result i32) (i64.const 1)
