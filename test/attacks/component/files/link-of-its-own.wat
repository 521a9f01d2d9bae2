;; A link of its own that leads out.
;; says: value 31$
;; allow: fs:/data=CAGE:rw
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.symlink-at" (func $symlink (param i32 i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "../secret.txtmine")
  (func (export "run") (result i32)
    (call $symlink (call $root) (i32.const 1024) (i32.const 13) (i32.const 1037) (i32.const 4) (i32.const 32))
    (if (result i32) (i32.load8_u (i32.const 32)) (then (call $digits (i32.load8_u (i32.const 33)))) (else (call $steal (i32.const 1037) (i32.const 4))))))
