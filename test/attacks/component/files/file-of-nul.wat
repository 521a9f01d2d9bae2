;; A name that ends sooner for the system than for whoever checks it.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "../secret.txt\00/../plain.txt") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 27))))
