;; An export that is not there.
;; says: refused: .*exports no run
(component
  (core module $m (func (export "run") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m))
  (func (export "walk") (result s32) (canon lift (core func $i "run"))))
