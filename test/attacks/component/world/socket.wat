;; A socket: no plugin can have one.
;; says: refused: .*wasi:sockets/tcp-create-socket
;; with: values
(module
  (import "wasi:sockets/tcp-create-socket@0.2.12" "create-tcp-socket" (func $socket (param i32 i32)))
  (func (export "run") (result i32) (call $socket (i32.const 0) (i32.const 16)) (call $digits (i32.load8_u (i32.const 16)))))
