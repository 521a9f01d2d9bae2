;; A link that leads out, renamed to where a file was looked at before.
;; says: value 31$
;; allow: fs:/data=CAGE:rw
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.rename-at" (func $rename (param i32 i32 i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "linkplain.txt")
  (func (export "run") (result i32) (local $root i32)
    (local.set $root (call $root))
    (drop (call $fails (i32.const 1028) (i32.const 9)))
    (call $rename (local.get $root) (i32.const 1024) (i32.const 4) (local.get $root) (i32.const 1028) (i32.const 9) (i32.const 32))
    (call $steal (i32.const 1028) (i32.const 9))))
