;; A table that grows.
;; says: refused: .*tables that grow
;; run: func() -> s32
(module (table $t 1 externref) (func (export "run") (result i32)
  (loop $again (br_if $again (i32.ne (table.grow $t (ref.null extern) (i32.const 1000)) (i32.const -1)))) (i32.const 7)))
