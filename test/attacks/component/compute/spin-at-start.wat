;; A loop without end before anything is called.
;; says: units of fuel
;; with: values
(module (start $s) (func $s (loop $again (br $again))) (func (export "run") (result i32) (unreachable)))
