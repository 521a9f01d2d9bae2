;; Lines without end to the standard output.
;; says: units of fuel|took longer
;; limits: fuel=300000 timeout=3s
;; with: values
(module
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
  (func (export "run") (result i32) (local $out i32)
    (memory.fill (i32.const 1024) (i32.const 10) (i32.const 4096))
    (local.set $out (call $stdout))
    (loop $again (call $write (local.get $out) (i32.const 1024) (i32.const 4096) (i32.const 16)) (br $again))
    (unreachable)))
