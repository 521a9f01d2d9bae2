;; Four thousand million truths: an array of them would end the node, not only the thread.
;; says: trapped: a list has more than
;; run: func() -> list<bool>
;; with: values
;; limits: memory=64MiB
(module (func (export "run") (result i32) (drop (memory.grow (i32.const 900))) (call $value (i32.const 1024) (i32.const -1))))
