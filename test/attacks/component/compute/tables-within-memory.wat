;; Tables that take more than there may be of memory.
;; says: refused: .*begins with
;; limits: memory=1MiB
(component
  (core module $m (table 100000 funcref) (func (export "run") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
