import { written } from '../../component.ts'

const DOUBLINGS = 12

const level = (at: number): string => {
  const inner = at === 0 ? '(core module $m (func (export "f"))) (core instance (instantiate $m))' : level(at - 1)
  return at === DOUBLINGS
    ? inner
    : `(component $c${at} ${inner} ${at === 0 ? '' : `(instance (instantiate $c${at - 1})) (instance (instantiate $c${at - 1}))`})`
}

export const attack = written({
  about: 'Components in components, each of them twice: two to the power of how deep they lie.',
  says: /more than 1000 instances|refused/,
  text: `(component ${level(DOUBLINGS)}
    (instance (instantiate $c${DOUBLINGS - 1}))
    (core module $main (func (export "run") (result i32) (i32.const 7)))
    (core instance $i (instantiate $main))
    (func (export "run") (result s32) (canon lift (core func $i "run"))))`,
})
