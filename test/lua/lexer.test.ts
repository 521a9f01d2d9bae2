import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lex } from '../../src/lua/lexer.ts'
import { Source } from '../../src/lua/source.ts'

const test = suite('lexer')
const tokens = (text: string) => lex(new Source(text, 'test.lua'), 0)
const words = (text: string) => tokens(text).list.map((token) => token.text)
const fault = (text: string) => tokens(text).fault

test('symbols are taken as long as possible', () => {
  assert.equal(words('a//b>>=c~=d::e...f..g'), ['a', '//', 'b', '>>', '=', 'c', '~=', 'd', '::', 'e', '...', 'f', '..', 'g', ''])
  assert.equal(words('x->y?:z!@w'), ['x', '->', 'y', '?', ':', 'z', '!', '@', 'w', ''])
})

test('comments of both kinds are dropped', () => {
  assert.equal(words('a --[==[ x ]] \n ]==] b -- c\n--[x] d\ne'), ['a', 'b', 'e', ''])
})

test('every token knows its offsets and its line', () => {
  const { list } = tokens('a\r\n\n\r"x\\\ny"\rb')
  assert.equal(
    list.map(({ start, end, line }) => [start, end, line]),
    [
      [0, 1, 1],
      [5, 11, 3],
      [12, 13, 5],
      [13, 13, 5],
    ],
  )
})

test('numerals of all forms are one token', () => {
  for (const number of ['0', '3.', '.5', '3e-10', '0x', '0xA.8p1', '0X.1P-2', '1e5', '9007199254740993']) {
    const { list, fault: wrong } = tokens(number)
    if (number === '0x') assert.is(wrong?.message, "malformed number '0x'")
    else assert.equal([list[0]!.kind, list[0]!.text, list.length], ['<number>', number, 2])
  }
})

test('numbers with something glued to them are malformed', () => {
  assert.is(fault('x = 3..2')!.message, "malformed number '3..2'")
  assert.match(fault('x = 3..2')!.hint!, "between a number and '..'")
  for (const number of ['12x', '1e', '0xg', '1.2.3', '3_000', '1e+']) assert.is(fault(number)!.message, `malformed number '${number}'`)
})

test('strings keep their escapes', () => {
  for (const string of [
    `"a\\"b"`,
    `'\\x41\\z \n  \\065\\u{7FFFFFFF}'`,
    '[[a\n]]',
    '[=[ ]] ]=]',
    `"\\\r\n"`,
    `"\\a\\b\\f\\n\\r\\t\\v\\\\"`,
  ]) {
    assert.equal([tokens(string).list[0]!.text, tokens(string).fault], [string, undefined])
  }
})

test('faults in strings say what is wrong', () => {
  assert.match(fault('"abc\n"')!.message, /before the end of the line/)
  assert.match(fault("'abc")!.message, /before the end of the file/)
  assert.match(fault("'abc\\")!.message, /before the end of the file/)
  assert.match(fault('"\\300"')!.message, /more than 255/)
  assert.match(fault('"\\xg"')!.message, /two hexadecimal digits/)
  assert.match(fault('"\\u{80000000}"')!.message, /too large/)
  assert.match(fault('"\\u41"')!.message, /expected '\{'/)
  assert.equal([fault('"ab\\d"')!.message, fault('"ab\\d"')!.start], ["invalid escape sequence '\\d'", 3])
  assert.is(fault('x = [==[ ]]')!.message, "unfinished long string: expected ']==]' before the end of the file")
  assert.is(fault('--[[ x')!.message, "unfinished long comment: expected ']]' before the end of the file")
})

test('a fault ends the tokens but not what stands before it', () => {
  const { list } = tokens('local x = $ y')
  assert.equal(
    list.map((token) => token.kind),
    ['local', '<name>', '=', '<bad>'],
  )
  assert.is(fault('été')!.message, "unexpected symbol 'é'")
  assert.match(fault('a != b')!.hint!, '~=')
})

test.run()
