;; A link that leads out of the directory.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "link") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 4))))
