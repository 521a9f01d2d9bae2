;; Texts that all lie in the same place.
;; says: trapped: a value has more than
;; run: func() -> list<string>
;; with: values
(module
  (func (export "run") (result i32) (local $at i32)
    (local.set $at (i32.const 1024))
    (loop $again
      (i32.store (local.get $at) (i32.const 220000))
      (i32.store offset=4 (local.get $at) (i32.const 40000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 200000))))
    (call $value (i32.const 1024) (i32.const 20000))))
