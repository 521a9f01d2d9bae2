;; The time of day, and a running clock, to measure what others do.
;; says: value 00$
;; with: values
(module
  (import "wasi:clocks/wall-clock@0.2.12" "now" (func $today (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.12" "now" (func $now (result i64)))
  (func (export "run") (result i32)
    (call $today (i32.const 16))
    (call $digits (i32.wrap_i64 (i64.or (i64.load (i32.const 16)) (call $now))))))
