;; Two memories that grow, each as far as it may: what one has, the other does not get.
;; says: value 16$
;; limits: memory=1MiB
(component
  (core module $m (memory 0)
    (func (export "grow") (result i32)
      (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (memory.size)))
  (core instance $a (instantiate $m)) (core instance $b (instantiate $m))
  (core module $sum (import "a" "grow" (func $a (result i32))) (import "b" "grow" (func $b (result i32)))
    (func (export "run") (result i32) (i32.add (call $a) (call $b))))
  (core instance $i (instantiate $sum (with "a" (instance $a)) (with "b" (instance $b))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
