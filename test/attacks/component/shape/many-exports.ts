import { written } from '../../component.ts'

const names = Array.from({ length: 2_000 }, (_, at) => `e${at}`)
const lifted = (name: string): string => `(func (export "${name}") (result s32) (canon lift (core func $i "run")))`

export const attack = written({
  about: 'Two thousand exports.',
  says: /value 7|refused/,
  text: `(component
    (core module $m (func (export "run") (result i32) (i32.const 7)))
    (core instance $i (instantiate $m))
    ${[...names, 'run'].map(lifted).join('\n')})`,
})
