;; A text that is no UTF-8.
;; says: trapped: .*utf-8
;; with: values
(module (data (i32.const 1024) "\c0\80\ed\a0\80\ff") (func (export "run") (result i32) (call $value (i32.const 1024) (i32.const 6))))
