;; More open files than one may have.
;; says: value 22$
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "plain.txt")
  (func (export "run") (result i32)
    (loop $again (br_if $again (i32.eqz (call $fails (i32.const 1024) (i32.const 9)))))
    (call $digits (i32.load8_u (i32.const 36)))))
