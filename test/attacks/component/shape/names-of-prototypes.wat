;; Names between its modules that mean the prototype of every object.
;; says: value 7$|trapped|refused
(component
  (core module $give
    (func (export "__proto__") (result i32) (i32.const 3))
    (func (export "constructor") (result i32) (i32.const 4)))
  (core instance $g (instantiate $give))
  (core module $m
    (import "__proto__" "__proto__" (func $a (result i32)))
    (import "__proto__" "constructor" (func $b (result i32)))
    (func (export "run") (result i32) (i32.add (call $a) (call $b))))
  (core instance $i (instantiate $m (with "__proto__" (instance $g))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
