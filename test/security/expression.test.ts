import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { evaluatorOf, expressionOf } from '../../src/security/expression.ts'
import { effort } from '../support/effort.ts'

const test = suite('expressions of policies')

const regex = (pattern: string) => {
  const expression = new RegExp(pattern)
  return (text: string) => expression.test(text)
}
const request = {
  actor: { id: 'ada', meta: { role: 'admin', age: 36, big: 2n ** 40n, account: 2n ** 53n + 1n } },
  action: 'document.read',
  resource: 'document:1',
  meta: { owner: 'ada', tags: ['x', 'y'], size: 3, flag: true, nested: new Map<unknown, unknown>([['deep', { key: 1 }]]) },
}

const cases: Readonly<Record<'yes' | 'no' | 'unknown', readonly string[]>> = {
  yes: [
    'true',
    'actor.meta.role == "admin"',
    "actor.id == 'ada' and not (action == `x`)",
    'actor.meta.role == "user" || (action == "document.read" && meta.owner == actor.id)',
    'resource matches "^document:\\\\d+$"',
    'action in ["document.read", "document.list"]',
    '"role" in actor.meta',
    'action not in ["a", "b"]',
    'all(meta.tags, {# != "private"}) && any(meta.tags, # == "x") && none(meta.tags, # == "z") && one(meta.tags, # == "y")',
    'len(filter(meta.tags, # startsWith "x")) == 1 && count(meta.tags, true) == 2',
    'all([{n: 1}, {n: 2}], .n > 0)',
    'map(meta.tags, upper(#)) == ["X", "Y"]',
    '1 + 2 * 3 == 7 && 2 ** 3 ** 2 == 512 && 2 ^ 3 ^ 2 == 512 && 7 % 4 == 3 && -meta.size == -3 && 10 / 4 == 2.5',
    '(1 + 2) * 3 == 9 && 1e3 == 1_000',
    'meta.none ?? true',
    'meta.none == nil && meta?.none?.deeper == nil',
    'meta.flag ? meta.size > 2 : false',
    'resource startsWith "document" and resource endsWith "1" and resource contains ":"',
    'meta["owner"] == actor["id"] && meta.tags[0] == "x" && meta.tags[-1] == "y"',
    'meta.nested.deep.key == 1',
    'actor.meta.big > 1000000',
    'actor.meta.account == 9007199254740993 && actor.meta.account > 9007199254740992 && actor.meta.account in [9007199254740993]',
    'any(1..3, # == 3) && len(5..1) == 0',
    'hasPrefix(lower("ABC"), "a") && trim("  b ") == "b" && min(1, 2) == 1 && max(1, 2) == 2 && max(1, 5, 3) == 5 && min([2, 1]) == 1 && abs(-4) == 4',
    'first(meta.tags) == "x" && last(meta.tags) == "y" && first(split("a,b", ",")) == "a"',
    'meta.public != true',
    'constructor == nil && meta.__proto__ == nil && meta.toString == nil',
    'not false && !false',
  ],
  no: [
    'false',
    'meta.size > 3',
    'actor.id == "bob"',
    'meta.size == "3"',
    'actor.meta.account == 9007199254740992',
    'not (meta.size in [1, 2, 3])',
    '"x" in meta.none',
  ],
  unknown: [
    'meta.size > "a"',
    'meta.none.deeper == 1',
    'meta.size',
    'meta.size && true',
    '1 + "a" == 2',
    'meta.none > 3',
    'len(meta.size) == 1',
    'all(meta.size, true)',
    'resource matches "("',
    'any(1..5000, true)',
    `all(1..1000, all(1..1000, true))`,
  ],
}

for (const [expected, sources] of Object.entries(cases)) {
  for (const source of sources) test(`${expected}: ${source.slice(0, 90)}`, () => assert.is(expressionOf(source, regex)(request), expected))
}

const refused: Readonly<Record<string, RegExp>> = {
  '': /empty/,
  'invalid syntax here': /"syntax" at 9 is not expected/,
  '1 +': /ends too early/,
  '(1': /ends too early/,
  'a.': /ends too early/,
  '# == 1': /"#" at 1 is not expected/,
  'exec("rm")': /there is no function exec/,
  'len()': /len takes 1 argument, not 0/,
  'a ; b': /";/,
  'a not b': /"b" at 7/,
  'x = 1': /"=/,
  [`${'('.repeat(200)}1${')'.repeat(200)}`]: /nested deeper/,
  [`${'!'.repeat(200)}true`]: /nested deeper/,
  [`true${' '.repeat(5000)}`]: /longer than/,
}

for (const [source, message] of Object.entries(refused)) {
  test(`refused: ${source.slice(0, 40)}`, () => assert.throws(() => expressionOf(source, regex), message))
}

const big = 'a'.repeat(250_000)
const half = 'a'.repeat(60_000)
const hostile: Readonly<Record<string, unknown>> = {
  big,
  part: `${half}b${half}`,
  end: `${half}${half}b`,
  short: 'a'.repeat(2000),
  deep: `${'['.repeat(4000)}${']'.repeat(4000)}`,
  bytes: new Uint8Array(8_000_000).fill(0xff),
  keys: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at])),
}
const costly: readonly string[] = [
  'all(1..1000, all(1..1000, all(1..1000, true)))',
  'let x = (0/0)..1; len(1..3000000) > 0', // what is no number pays for nothing
  'meta.big contains meta.part',
  'lastIndexOf(meta.big, meta.end) == 0',
  `meta.big matches "${'x'.repeat(50)}"`,
  `meta.short matches "(?:${'a?'.repeat(300)}){0,16}b"`,
  'trim(meta.big, meta.end) == ""',
  'len(split(meta.big, meta.part)) == 1',
  'replace(meta.big, meta.part, "") == ""',
  'replace(meta.short, "a", meta.big) == ""',
  'join(map(1..1000, "a"), meta.big) == ""',
  'string(reduce(1..40, [#acc, #acc], 1)) == ""',
  'toJSON(reduce(1..40, [#acc, #acc], 1)) == ""',
  'toJSON(groupBy([1], reduce(1..40, [#acc, #acc], 1))) == ""',
  'nil[reduce(1..40, [#acc, #acc], 1)] == 1',
  '[1][reduce(1..40, [#acc, #acc], 1)] == 1',
  '[1][reduce(1..40, [#acc, #acc], 1):] == 1',
  'string(fromJSON(meta.deep)) == ""',
  'toJSON(fromJSON(meta.deep)) == ""',
  'flatten(fromJSON(meta.deep)) == ""',
  'fromJSON(meta.deep) == fromJSON(meta.deep)',
  'all(1..2000, len(meta.keys) > 0)',
  'len(meta.bytes) > 0',
  '"a" in meta.bytes',
  'len(toPairs(meta.bytes)) > 0',
  'string(meta.bytes) == ""',
  'toJSON([meta.bytes]) == ""',
  'len(map(1..3000, [1, 2, 3, 4, 5, 6, 7, 8, 9])) > 0',
]

for (const source of costly) {
  test(`work is bounded: ${source}`, () => {
    const ms = effort(() => assert.is(expressionOf(source, regex)({ ...request, meta: hostile }), 'unknown'))
    assert.ok(ms < 500, `${ms} ms`)
  })
}

test('a variable costs nothing of the names there are', () => {
  const evaluate = evaluatorOf('all(1..2000, let x = #; x > 0)', regex)
  const ms = effort(() => assert.is(evaluate(hostile.keys as Readonly<Record<string, unknown>>), true))
  assert.ok(ms < 500, `${ms} ms`)
})

test.run()
