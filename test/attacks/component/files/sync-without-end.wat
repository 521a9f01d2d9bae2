;; The disk kept busy: written through again and again.
;; says: units of fuel
;; allow: fs:/data=CAGE:rw
;; with: values files
(module
  (import "wasi:filesystem/types@0.2.12" "[method]descriptor.sync" (func $sync (param i32 i32)))
  (func (export "run") (result i32) (local $at i32)
    (local.set $at (call $root))
    (loop $again (call $sync (local.get $at) (i32.const 32)) (br $again))
    (unreachable)))
