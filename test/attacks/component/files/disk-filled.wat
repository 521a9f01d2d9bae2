;; A file without end, where a little may be kept.
;; says: value 06$
;; allow: fs:/data=CAGE:rw:64KiB
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.write" (func $write (param i32 i32 i32 i64 i32)))
  (data (i32.const 1024) "full")
  (func (export "run") (result i32) (local $file i32) (local $at i64)
    (call $open-at (call $root) (i32.const 0) (i32.const 1024) (i32.const 4) (i32.const 1) (i32.const 2) (i32.const 32))
    (if (i32.load8_u (i32.const 32)) (then (return (call $digits (i32.load8_u (i32.const 36))))))
    (local.set $file (i32.load (i32.const 36)))
    (loop $again
      (call $write (local.get $file) (i32.const 2048) (i32.const 4096) (local.get $at) (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then (return (call $digits (i32.load8_u (i32.const 40))))))
      (local.set $at (i64.add (local.get $at) (i64.const 4096)))
      (br $again))
    (unreachable)))
