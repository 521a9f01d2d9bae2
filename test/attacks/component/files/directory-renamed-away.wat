;; The directory that was granted, renamed from within.
;; says: value 12$
;; allow: fs:/data=CAGE:rw
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.rename-at" (func $rename (param i32 i32 i32 i32 i32 i32 i32)))
  (data (i32.const 1024) ".gone")
  (func (export "run") (result i32) (local $root i32)
    (local.set $root (call $root))
    (call $rename (local.get $root) (i32.const 1024) (i32.const 1) (local.get $root) (i32.const 1025) (i32.const 4) (i32.const 32))
    (call $digits (i32.load8_u (i32.const 33)))))
