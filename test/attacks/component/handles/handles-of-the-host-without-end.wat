;; Handles of things of the host, without end.
;; says: units of fuel|took longer
;; limits: fuel=300000 timeout=3s
;; with: values
(module
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (func (export "run") (result i32) (loop $again (drop (call $stdout)) (br $again)) (unreachable)))
