;; A value of more bytes than anybody would take.
;; says: trapped: a value has more than
;; run: func() -> list<u8>
;; limits: memory=64MiB
;; with: values
(module (func (export "run") (result i32) (drop (memory.grow (i32.const 900))) (call $value (i32.const 0) (i32.const 50000000))))
