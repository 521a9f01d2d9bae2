;; A memory, and what values are made of: the result of `run` is at 8.
(memory (export "memory") 4)
(global $top (mut i32) (i32.const 65536))
(func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local $at i32)
  (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
  (global.set $top (i32.add (local.get $at) (local.get 3)))
  (local.get $at))
;; So many bytes, or items.
(func $value (param $at i32) (param $length i32) (result i32)
  (i32.store (i32.const 8) (local.get $at))
  (i32.store (i32.const 12) (local.get $length))
  (i32.const 8))
;; A number below 100 as text.
(func $digits (param $number i32) (result i32)
  (i32.store8 (i32.const 48) (i32.add (i32.const 48) (i32.div_u (local.get $number) (i32.const 10))))
  (i32.store8 (i32.const 49) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
  (call $value (i32.const 48) (i32.const 2)))
