;; A file that was dropped, read through a stream: its number is another file of the node by now.
;; says: value closed$
;; allow: fs:/data=CAGE
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.read-via-stream" (func $stream (param i32 i64 i32)))
  (import "wasi:io/streams@0.2.12" "[method]input-stream.blocking-read" (func $take (param i32 i64 i32)))
  (data (i32.const 1024) "plain.txtclosed")
  (func (export "run") (result i32) (local $file i32) (local $in i32)
    (drop (call $fails (i32.const 1024) (i32.const 9)))
    (local.set $file (i32.load (i32.const 36)))
    (call $stream (local.get $file) (i64.const 0) (i32.const 32))
    (local.set $in (i32.load (i32.const 36)))
    (call $drop (local.get $file))
    (call $take (local.get $in) (i64.const 100) (i32.const 32))
    (if (result i32) (i32.load8_u (i32.const 32)) (then (call $value (i32.const 1033) (i32.const 6)))
      (else (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))))
