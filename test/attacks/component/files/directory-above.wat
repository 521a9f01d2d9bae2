;; The directory above, through a link, as a directory to go on from.
;; says: value 31$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "up")
  (func (export "run") (result i32)
    (call $open-at (call $root) (i32.const 1) (i32.const 1024) (i32.const 2) (i32.const 2) (i32.const 1) (i32.const 32))
    (if (result i32) (i32.load8_u (i32.const 32)) (then (call $digits (i32.load8_u (i32.const 36)))) (else (call $digits (i32.const 99))))))
