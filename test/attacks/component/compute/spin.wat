;; A loop without end.
;; says: units of fuel
;; with: values
(module (func (export "run") (result i32) (loop $again (br $again)) (unreachable)))
