import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileRegex } from '../../src/lua/regex-program.ts'

const test = suite('regex')

test('compiles to a program', () => {
  assert.equal(compileRegex('^a|b$'), [[2, 2, 5], [4, 1], [1, 97, 97], [3, 7], [1, 98, 98], [4, 2], [5]])
  assert.equal(compileRegex('[a-c]+'), [[1, 97, 99], [2, 3, 5], [1, 97, 99], [3, 2], [5]])
  assert.equal(compileRegex('a{0,2}'), [[2, 2, 5], [1, 97, 97], [2, 4, 5], [1, 97, 97], [5]])
  assert.equal(compileRegex('(?i)k'), [[1, 107, 107, 75, 75], [5]])
  assert.equal(compileRegex('[^\\x{1F600}]'), [[1, 0, 0x1f5ff, 0x1f601, 0x10ffff], [5]])
})

test('takes braces that count nothing as text', () => {
  assert.equal(compileRegex('a{,2}'), [[1, 97, 97], [1, 123, 123], [1, 44, 44], [1, 50, 50], [1, 125, 125], [5]])
  assert.equal(compileRegex('a{'), [[1, 97, 97], [1, 123, 123], [5]])
  assert.equal(compileRegex('a{1x}'), [[1, 97, 97], [1, 123, 123], [1, 49, 49], [1, 120, 120], [1, 125, 125], [5]])
})

test('says why something is no expression', () => {
  const reasons: readonly (readonly [string, RegExp])[] = [
    ['(a', /'\(' is not closed/],
    ['a)', /'\)' has no '\('/],
    ['*a', /nothing to repeat/],
    ['a**', /follows a quantifier/],
    ['[z-a]', /backwards/],
    ['[a', /ends inside brackets/],
    ['\\q', /not supported/],
    ['\\', /ends inside an escape/],
    ['\\pL', /not supported/],
    ['(?=a)', /is not known/],
    ['[[:foo:]]', /is not known/],
    ['a{2000}', /out of bounds/],
    ['((a{100}){100}){100}', /too large/],
    ['((){1000}){1000}', /too large/],
    ['('.repeat(100), /nested/],
    [`[${'a-bd-e'.repeat(300)}]{1000}`, /too many ranges/],
    [`[${'a-bd-e'.repeat(9000)}]{4}`, /too many ranges/],
    ['{'.repeat(60_000), /counts multiply/],
    ['a'.repeat(70_000), /longer than 65536/],
  ]
  for (const [text, reason] of reasons) {
    const answer = compileRegex(text)
    assert.match(typeof answer === 'string' ? answer : `${text} compiles`, reason)
  }
})

test.run()
