;; An option that is neither there nor not.
;; says: trapped
;; run: func() -> option<u64>
;; with: values
(module (func (export "run") (result i32) (i32.store8 (i32.const 8) (i32.const 200)) (i32.const 8)))
