;; What has a name looked for again and again.
;; says: units of fuel
;; allow: fs:/data=CAGE
;; with: values files
(module (data (i32.const 1024) "none")
  (func (export "run") (result i32)
    (loop $again (br_if $again (call $fails (i32.const 1024) (i32.const 4))))
    (unreachable)))
