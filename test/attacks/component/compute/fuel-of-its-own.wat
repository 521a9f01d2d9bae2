;; The meter's own counters, imported from a module that only looks like it, to be filled up.
;; says: refused: .*imports from "wippy"
(component
  (core module $like
    (global (export "fuel") (mut i64) (i64.const 0))
    (global (export "room") (mut i32) (i32.const 0)))
  (core instance $l (instantiate $like))
  (core module $m
    (import "wippy" "fuel" (global $fuel (mut i64)))
    (func (export "run") (result i32)
      (global.set $fuel (i64.const 0x7fffffffffffffff)) (loop $again (br $again)) (unreachable)))
  (core instance $i (instantiate $m (with "wippy" (instance $l))))
  (func (export "run") (result s32) (canon lift (core func $i "run"))))
