;; The same by a way that goes down before it goes up.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "./sub/../../secret.txt") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 22))))
