;; Handles of things of its own, without end.
;; says: trapped: a list has more than|units of fuel
;; limits: fuel=100000000
(component
  (type $thing (resource (rep i32)))
  (core func $new (canon resource.new $thing))
  (core module $m
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "run") (result i32) (loop $again (drop (call $new (i32.const 1))) (br $again)) (unreachable)))
  (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
