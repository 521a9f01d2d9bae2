;; A trap after the value was given: it counts, and the instance is not used again.
;; says: trapped: .*unreachable
;; with: values
(module
  (func (export "run") (result i32) (call $digits (i32.const 1)))
  (func (export "cabi_post_run") (param i32) (unreachable)))
