;; Lists that all lie in the same place: together more than the machine has.
;; says: trapped: a value has more than
;; run: func() -> list<list<u8>>
;; with: values
(module
  (func (export "run") (result i32) (local $at i32)
    (local.set $at (i32.const 1024))
    (loop $again
      (i32.store offset=4 (local.get $at) (i32.const 200000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 200000))))
    (call $value (i32.const 1024) (i32.const 20000))))
