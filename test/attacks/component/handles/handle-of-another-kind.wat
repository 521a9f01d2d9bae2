;; A stream, as if it were a file.
;; says: trapped
;; allow: fs:/data=CAGE
;; with: values files
(module
  (import "wasi:cli/stdout@0.2.12" "get-stdout" (func $stdout (result i32)))
  (func (export "run") (result i32) (drop (call $stdout)) (drop (call $stdout)) (call $content (call $stdout))))
