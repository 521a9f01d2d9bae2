;; What is typed at the node's terminal.
;; says: value 01$
;; with: values
(module
  (import "wasi:cli/stdin@0.2.12" "get-stdin" (func $stdin (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read" (func $take (param i32 i64 i32)))
  (func (export "run") (result i32)
    (call $take (call $stdin) (i64.const 100) (i32.const 32)) (call $digits (i32.load8_u (i32.const 32)))))
