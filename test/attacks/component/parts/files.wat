;; The directory that was granted, and what is to be had there. Codes of errors: 3 bad-descriptor, 12 invalid, 15 loop, 20 no-entry,
;; 22 insufficient-memory, 31 not-permitted, 33 read-only. Handles and codes are left at 36.
(import "wasi:filesystem/preopens@0.2.12" "get-directories" (func $directories (param i32)))
(import "wasi:filesystem/types@0.2.12" "[method]descriptor.open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
(import "wasi:filesystem/types@0.2.12" "[method]descriptor.read" (func $read (param i32 i64 i64 i32)))
(import "wasi:filesystem/types@0.2.12" "[resource-drop]descriptor" (func $drop (param i32)))
(func $root (result i32) (call $directories (i32.const 16)) (i32.load (i32.load (i32.const 16))))
;; A file for reading, links followed: true when that failed.
(func $fails (param $at i32) (param $length i32) (result i32)
  (call $open-at (call $root) (i32.const 1) (local.get $at) (local.get $length) (i32.const 0) (i32.const 1) (i32.const 32))
  (i32.load8_u (i32.const 32)))
;; What a descriptor gives: its bytes, or a code.
(func $content (param $file i32) (result i32)
  (call $read (local.get $file) (i64.const 1000) (i64.const 0) (i32.const 32))
  (if (result i32) (i32.load8_u (i32.const 32)) (then (call $digits (i32.load8_u (i32.const 36))))
    (else (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40))))))
(func $steal (param $at i32) (param $length i32) (result i32)
  (if (result i32) (call $fails (local.get $at) (local.get $length)) (then (call $digits (i32.load8_u (i32.const 36))))
    (else (call $content (i32.load (i32.const 36))))))
