;; A request over HTTP: no plugin can make one.
;; says: refused: .*wasi:http/outgoing-handler
;; with: values
(module
  (import "wasi:http/outgoing-handler@0.2.12" "handle" (func $handle (param i32 i32 i32 i32)))
  (func (export "run") (result i32) (call $handle (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 16)) (call $digits (i32.const 0))))
