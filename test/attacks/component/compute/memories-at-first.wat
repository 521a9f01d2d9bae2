;; Eight memories, each as large as all may be together.
;; says: begins with more memory
;; limits: memory=1MiB
(component
  (core module $m (memory 16) (func (export "run") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m))
  (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m)) (core instance (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
