;; An argument whose case has the name of what every object has: the plugin is not called.
;; says: a table whose tag is one of ok, err expected
;; run: func(x: result<u32, string>) -> u32
;; given: { tag = "constructor" }
;; with: values
(module (func (export "run") (param i32 i32 i32) (result i32) (i32.const 7)))
