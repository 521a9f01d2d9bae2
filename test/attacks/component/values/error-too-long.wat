;; An error that would fill the log.
;; says: ^.{1000}$
;; run: func() -> result<string, string>
;; with: values
(module
  (func (export "run") (result i32)
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 200000))
    (i32.store8 (i32.const 8) (i32.const 1))
    (i32.store (i32.const 12) (i32.const 1024))
    (i32.store (i32.const 16) (i32.const 200000))
    (i32.const 8)))
