import { written } from '../../component.ts'

const DOUBLINGS = 30

const types = Array.from({ length: DOUBLINGS }, (_, at) => `(type $t${at + 1} (tuple $t${at} $t${at}))`)

export const attack = written({
  about: 'A type of two of another one, thirty times: written out it has a thousand million parts.',
  says: /refused/,
  text: `(component
    (type $t0 (tuple u8 u8)) ${types.join('\n')}
    (core module $m (memory (export "memory") 1) (func (export "run") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "run") (result $t${DOUBLINGS}) (canon lift (core func $i "run") (memory (core memory $i "memory")))))`,
})
