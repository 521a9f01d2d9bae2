;; As many open files as it can get, and then the end of the instance that has them: the next one begins with none.
;; says: trapped: .*unreachable
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "plain.txt")
  (func (export "run") (result i32) (local $left i32)
    (local.set $left (i32.const 256))
    (loop $again
      (if (call $fails (i32.const 1024) (i32.const 9)) (then (return (call $digits (i32.load8_u (i32.const 36))))))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (unreachable)))
