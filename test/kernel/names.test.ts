import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { MOST_NAMES, Names, Scope } from '../../src/kernel/names.ts'
import type { Pid } from '../../src/pid.ts'

const test = suite('names')
const [a, b] = ['{h:h|0x00001}', '{h:h|0x00002}'] as Pid[] as [Pid, Pid]
const coded =
  (expected: string) =>
  ({ code }: WippyError): boolean =>
    code === expected

test('a name means a pid', () => {
  const names = new Names()
  names.register('server', a)
  assert.is(names.lookup('server'), a)
  assert.is(names.lookup('other'), undefined)
})

test('the same pid may register again', () => {
  const names = new Names()
  names.register('server', a)
  names.register('server', a)
  assert.ok(names.unregister('server'))
})

test('another pid may not, and learns who has the name', () => {
  const names = new Names()
  names.register('server', a)
  assert.throws(
    () => names.register('server', b),
    ({ kind, details }: WippyError) => kind === 'AlreadyExists' && details?.pid === a,
  )
})

test('a pid holds so many names and no more, until it gives one up', () => {
  const names = new Names()
  for (let i = 0; i < MOST_NAMES; i++) names.register(`n${i}`, a)
  names.register('n0', a)
  assert.throws(() => names.register('more', a), coded('NAMES_TOO_MANY'))
  assert.is(names.lookup('more'), undefined)
  names.register('more', b)
  names.register('more', a, Scope.STRONG)
  names.unregister('n0')
  names.register('again', a)
})

test('a name that is too long is none', () => {
  const names = new Names()
  names.register('x'.repeat(1024), a)
  assert.throws(() => names.register('x'.repeat(1025), a), coded('NAME_INVALID'))
})

test('the scope most nodes agree on is looked at first', () => {
  const names = new Names()
  names.register('x', a, Scope.LOCAL)
  names.register('x', b, Scope.EVENTUAL)
  assert.is(names.lookup('x'), b)
  names.register('x', a, Scope.STRONG)
  assert.is(names.lookup('x'), a)
})

test('consistent and strong names share one table', () => {
  const names = new Names()
  names.register('x', a, Scope.CONSISTENT)
  assert.throws(() => names.register('x', b, Scope.STRONG))
})

test('unregister says whether there was such a name', () => {
  const names = new Names()
  names.register('x', a)
  assert.equal([names.unregister('x'), names.unregister('x')], [true, false])
})

test('a consistent name goes only with its owner', () => {
  const names = new Names()
  names.register('x', a, Scope.CONSISTENT)
  assert.equal([names.unregister('x', Scope.CONSISTENT, b), names.unregister('x', Scope.CONSISTENT, a)], [false, true])
})

test('all names of a process are released', () => {
  const names = new Names()
  names.register('x', a)
  names.register('y', a, Scope.EVENTUAL)
  names.register('z', b)
  names.release(a)
  assert.equal([names.lookup('x'), names.lookup('y'), names.lookup('z')], [undefined, undefined, b])
  names.register('x', b)
})

test('neither nothing nor a pid is a name', () => {
  for (const name of ['', '{h:h|0x00001}'])
    assert.throws(
      () => new Names().register(name, a),
      ({ kind }: WippyError) => kind === 'Invalid',
    )
})

test.run()
