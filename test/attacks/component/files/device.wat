;; A device that never ends, behind a link.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "zero") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 4))))
