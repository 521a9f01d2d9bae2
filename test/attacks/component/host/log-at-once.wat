;; A line of the log that is as long as its memory, with words for the terminal in it.
;; says: value 07$
;; with: values
(module
  (import "wippy:runtime/logger@0.1.0" "log" (func $log (param i32 i32 i32)))
  (data (i32.const 1024) "\1b[2J\0afatal app all is lost")
  (func (export "run") (result i32)
    (call $log (i32.const 3) (i32.const 1024) (i32.const 200000))
    (call $digits (i32.const 7))))
