;; A pipe that nobody writes to: to open it is to wait for ever, and nothing can end a thread that does.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "pipe") (func (export "run") (result i32) (call $steal (i32.const 1024) (i32.const 4))))
