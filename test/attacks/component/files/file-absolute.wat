;; A file by its absolute path.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "/etc/passwd") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 11))))
