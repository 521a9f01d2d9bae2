;; A directory, though none was granted.
;; says: value 00$
;; with: values files
(module (func (export "run") (result i32) (call $directories (i32.const 16)) (call $digits (i32.load (i32.const 20)))))
