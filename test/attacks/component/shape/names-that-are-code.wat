;; Names between its modules that end a string of the glue and go on as code.
;; says: refused: .*quotation mark
(component
  (core module $give
    (func (export "'];globalThis.polluted=1;['") (result i32) (i32.const 3))
    (func (export "\22+process.exit(9)+\22") (result i32) (i32.const 2))
    (func (export "`${process.exit(9)}`\0a*/process.exit(9)/*") (result i32) (i32.const 2)))
  (core instance $g (instantiate $give))
  (core module $m
    (import "');process.exit(9);('" "'];globalThis.polluted=1;['" (func $a (result i32)))
    (import "');process.exit(9);('" "\22+process.exit(9)+\22" (func $b (result i32)))
    (import "');process.exit(9);('" "`${process.exit(9)}`\0a*/process.exit(9)/*" (func $c (result i32)))
    (func (export "run\0a'") (result i32) (i32.add (call $a) (i32.add (call $b) (call $c)))))
  (core instance $i (instantiate $m (with "');process.exit(9);('" (instance $g))))
  (func (export "run") (result s32) (canon lift (core func $i "run\0a'"))))
