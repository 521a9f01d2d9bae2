// Expected values are those of Go's package regexp.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { regexpOperations } from '../../src/text/regexp.ts'

const test = suite('regular expressions')

const told = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : Array.isArray(value) ? value.map(told) : value
const run = (verb: string, pattern: string, ...args: readonly unknown[]): unknown => told(regexpOperations[verb]!(pattern, args)[0])

test('what is none says so', () => {
  for (const pattern of ['[invalid', '(?P<>)', '*', '(', 'a{1001}', '((a{100}){100}){100}', '(?=x)', '\\1']) {
    assert.throws(() => run('compile', pattern), /^regex compile error: /)
  }
  assert.throws(() => run('compile', 'x'.repeat(20_000)), /at most/)
})

test('an empty match right behind another is none', () => {
  assert.equal(run('find_all_string_index', 'a*', 'baaac'), [
    [1, 0],
    [2, 4],
    [6, 5],
  ])
  assert.equal(run('replace_all_string', 'a*', 'baaac', 'X'), 'XbXcX')
})

test('places are those of bytes, and bytes that are no UTF-8 stay', () => {
  assert.equal(run('find_string_index', '😀', 'ä😀x'), [3, 6])
  assert.equal(run('replace_all_string', 'b', Uint8Array.of(0x61, 0x62, 0xff, 0x62), 'c'), 'ac\xffc')
})

test('groups, with names and without; one that took no part is empty', () => {
  assert.equal(run('compile', '(?P<first>a)(b)?'), ['', 'first', ''])
  assert.equal(run('find_all_string_submatch', '(a)(b)?', 'abaab'), [
    ['ab', 'a', 'b'],
    ['a', 'a', ''],
    ['ab', 'a', 'b'],
  ])
  assert.is(run('find_string_submatch', '(x)', 'abc'), null)
})

test('replacements are expanded', () => {
  const swap = (replacement: string) => run('replace_all_string', '(?P<n>\\w+)@(\\w+)', 'x@y z@w', replacement)
  assert.is(swap(['$', '{2}.$n'].join('')), 'y.x w.z')
  assert.is(swap('$1x|$$|$9|$'), '|$||$ |$||$')
})

test('splitting', () => {
  assert.equal(run('split', ',', 'a,b,c,d'), ['a', 'b', 'c', 'd'])
  assert.equal(run('split', ',', 'a,b,c,d', 2), ['a', 'b,c,d'])
  assert.equal(run('split', ',', 'a,b', 0), [])
  assert.equal(run('split', 'x*', 'axbxc'), ['a', 'b', 'c'])
})

test('what backtracks elsewhere for ever takes a time linear in the text', () => {
  assert.is(run('match_string', '(x+x+)+y', 'x'.repeat(100_000)), false)
  assert.is(run('match_string', '(.*)(.*)(.*)(.*)z', 'x'.repeat(100_000)), false)
})

test('what multiplies beyond 16 MiB is refused', () => {
  const groups = `${'('.repeat(200)}.*${')'.repeat(200)}`
  assert.throws(() => run('find_string_submatch', groups, 'x'.repeat(100_000)), /16 MiB/)
  assert.throws(() => run('replace_all_string', 'x', 'x'.repeat(10_000), 'y'.repeat(10_000)), /16 MiB/)
})

test.run()
