;; The fuel that it is given, imported to be filled up.
;; says: refused
(module (import "wippy" "fuel" (global $fuel (mut i64))) (memory (export "memory") 1)
  (func (export "run") (result i32) (global.set $fuel (i64.const 0x7fffffffffffffff)) (loop $again (br $again)) (i32.const 1)))
