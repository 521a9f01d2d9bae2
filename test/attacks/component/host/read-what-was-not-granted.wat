;; An entry of the registry that was not granted: the secret.
;; says: value permission denied: registry.get on "app:secret"
;; allow: registry.get:app:short
;; with: values
(module
  (import "wippy:runtime/registry@0.1.0" "get" (func $get (param i32 i32 i32)))
  (data (i32.const 1024) "app:secret")
  (func (export "run") (result i32)
    (call $get (i32.const 1024) (i32.const 10) (i32.const 32))
    (call $value (i32.load (i32.const 36)) (i32.load (i32.const 40)))))
