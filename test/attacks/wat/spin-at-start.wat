;; A loop without end before anybody calls it.
;; says: units of fuel
(module (memory (export "memory") 1)
  (func $begin (loop $again (br $again)))
  (start $begin)
  (func (export "run") (result i32) (i32.const 1)))
