;; Tables, which are no memory to the machine, as large as can be: to make them would end the node.
;; says: refused: .*its tables have
(component
  (core module $m
    (table 10000000 funcref) (table 10000000 funcref) (table 10000000 externref) (table 10000000 externref)
    (func (export "run") (result i32) (i32.const 7)))
  (core instance $i (instantiate $m))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
