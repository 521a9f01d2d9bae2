import { written } from '../../component.ts'

export const attack = written({
  about: 'Thirty thousand functions with a loop in each, which metering makes larger.',
  says: /value 7|refused/,
  text: `(component
    (core module $m ${'(func (loop (br 0)))'.repeat(30_000)} (func (export "run") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "run") (result s32) (canon lift (core func $i "run"))))`,
})
