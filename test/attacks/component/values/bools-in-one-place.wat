;; Lists of truths that all lie in the same place: each is short enough, and all together are more than the thread may hold.
;; says: the thread of plugin .* ended|took longer
;; run: func() -> list<list<bool>>
;; with: values
;; limits: timeout=1s
(module
  (func (export "run") (result i32) (local $at i32)
    (drop (memory.grow (i32.const 12)))
    (local.set $at (i32.const 1024))
    (loop $again
      (i32.store (local.get $at) (i32.const 220000))
      (i32.store offset=4 (local.get $at) (i32.const 800000))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 200000))))
    (call $value (i32.const 1024) (i32.const 20000))))
