;; A function of the app that was not granted, and knows the secret.
;; says: value permission denied: funcs.call on "app:reads_secret"
;; allow: funcs.call:app:echo
;; with: values
(module
  (import "wippy:runtime/funcs@0.1.0" "call-json" (func $call (param i32 i32 i32 i32 i32)))
  (data (i32.const 1024) "app:reads_secret[]")
  (func (export "run") (result i32)
    (call $call (i32.const 1024) (i32.const 16) (i32.const 1040) (i32.const 2) (i32.const 32))
    (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))
