;; A file of a directory that was granted for reading, opened to be written.
;; says: value 33$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "plain.txt")
  (func (export "run") (result i32)
    (call $open-at (call $root) (i32.const 0) (i32.const 1024) (i32.const 9) (i32.const 8) (i32.const 2) (i32.const 32))
    (call $digits (i32.load8_u (i32.const 36)))))
