;; The environment of the node.
;; says: value 00$
;; with: values
(module
  (import "wasi:cli/environment@0.2.12" "get-environment" (func $environment (param i32)))
  (func (export "run") (result i32) (call $environment (i32.const 16)) (call $digits (i32.load (i32.const 20)))))
