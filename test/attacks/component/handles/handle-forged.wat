;; A handle of a file that nobody gave it.
;; says: trapped
;; allow: fs:/data=CAGE
;; with: values files
(module (func (export "run") (result i32) (call $content (i32.const 12345))))
