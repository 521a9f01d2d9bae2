;; More than there is memory, to be printed at once.
;; says: trapped
;; with: values
(module
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
  (func (export "run") (result i32) (call $write (call $stdout) (i32.const 16) (i32.const -16) (i32.const 16)) (call $digits (i32.const 0))))
