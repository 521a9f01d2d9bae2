;; An export with the name of what every object has.
;; says: no run|value|refused
(component
  (core module $m (func (export "run") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m))
  (func (export "constructor") (result s32) (canon lift (core func $i "run")))
  (func (export "to-string") (result s32) (canon lift (core func $i "run")))
  (func (export "value-of") (result s32) (canon lift (core func $i "run")))
  (func (export "then") (result s32) (canon lift (core func $i "run")))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
