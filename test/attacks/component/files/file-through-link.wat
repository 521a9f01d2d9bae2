;; A way through a link to the directory above.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "up/secret.txt") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 13))))
