;; A loop without end after the value was given.
;; says: units of fuel
;; with: values
(module
  (func (export "run") (result i32) (call $digits (i32.const 1)))
  (func (export "cabi_post_run") (param i32) (loop $again (br $again))))
