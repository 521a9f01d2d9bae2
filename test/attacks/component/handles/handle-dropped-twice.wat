;; A file, dropped twice.
;; says: trapped
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "plain.txt")
  (func (export "run") (result i32) (local $file i32)
    (drop (call $fails (i32.const 1024) (i32.const 9)))
    (local.set $file (i32.load (i32.const 36)))
    (call $drop (local.get $file))
    (call $drop (local.get $file))
    (call $digits (i32.const 0))))
