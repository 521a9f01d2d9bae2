import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { anyOf } from '../../src/security/pattern.ts'
import { effort } from '../support/effort.ts'

const test = suite('patterns of policies')

const cases: readonly (readonly [pattern: string, matches: readonly string[], not: readonly string[]])[] = [
  ['*', ['', 'a', 'a.b'], []],
  ['a.b', ['a.b'], ['a', 'a.b.c', 'A.b', 'xa.b']],
  ['a.*', ['a', 'a.', 'a.b', 'a.b.c'], ['ab', 'ab.c', 'b.a.']],
  ['a*', ['a', 'ab', 'a.b'], ['ba']],
  ['*.read', ['x.read', 'a.b.read', '.read'], ['read', 'x.reads']],
  ['a*c*e', ['ace', 'abcde', 'acce'], ['aec', 'ac', 'abe']],
  ['aa*aa', ['aaaa', 'aabaa'], ['aaa']],
  ['**', ['', 'x'], []],
  ['app:*.tool', ['app:x.tool'], ['app:tool', 'lib:x.tool']],
]

for (const [pattern, matches, not] of cases) {
  test(`"${pattern}"`, () => {
    for (const text of matches) assert.ok(anyOf([pattern])(text), `"${text}" matches`)
    for (const text of not) assert.not.ok(anyOf([pattern])(text), `"${text}" does not match`)
  })
}

test('one of a list is enough', () => {
  const matches = anyOf(['a.b', 'c.*'])
  assert.equal(['a.b', 'c.d', 'a.c'].map(matches), [true, true, false])
})

test('a pattern of many stars takes no time to speak of', () => {
  const ms = effort(() => assert.not.ok(anyOf([`${'*a'.repeat(2_000)}*b`])('a'.repeat(20_000))))
  assert.ok(ms < 1000, `${ms} ms`)
})

test.run()
