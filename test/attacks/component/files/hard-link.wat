;; A second name, within the directory, of a file outside.
;; says: value 31$
;; allow: fs:/data=CAGE:rw
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.link-at" (func $link (param i32 i32 i32 i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "../secret.txtmine")
  (func (export "run") (result i32) (local $root i32)
    (local.set $root (call $root))
    (call $link (local.get $root) (i32.const 1) (i32.const 1024) (i32.const 13) (local.get $root) (i32.const 1037) (i32.const 4) (i32.const 32))
    (if (result i32) (i32.load8_u (i32.const 32)) (then (call $digits (i32.load8_u (i32.const 33)))) (else (call $steal (i32.const 1037) (i32.const 4))))))
