// Expressions from Lua.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('expr')

const lua = (app: TestApp, code: string): Promise<unknown> => app.eval(`local expr = require('expr') ${code}`, { modules: ['expr'] })

test('values of all sorts, with names and without', () =>
  withApp({}, async (app) => {
    const code = `local p = assert(expr.compile('x * 2', { x = 0 }))
      return { expr.eval('1 + 2'), expr.eval('x > 5 ? "many" : "few"', { x = 6 }), expr.eval('max(1, 5, 3)'), expr.eval('len([1, 2])'),
        expr.eval('a.b[1] ?? 7', { a = { b = { 1, 2 } } }), expr.eval('nil') == nil, p:run{ x = 4 }, p:run{ x = 5 }, math.type(expr.eval('2 + 2')),
        expr.eval('filter(list, # > 1)', { list = { 1, 2, 3 } }) }`
    assert.equal(await lua(app, code), [3, 'many', 5, 2, 2, true, 8, 10, 'integer', [2, 3]])
  }))

test('what is none, means nothing, or takes too much is an error', () =>
  withApp({}, async (app) => {
    const code = `local kinds = {}
      for i, source in ipairs{ '', '(((', 'x + y', '1 < "a"', ('1+'):rep(3000) .. '1', 'len(1..100000)', 'all(1..999, all(1..999, true))', '"a" matches "("' } do
        local value, err = expr.eval(source, { x = 1 })
        kinds[i] = value == nil and err:kind() or 'fine'
      end
      kinds[#kinds + 1] = select(2, expr.compile('(((')):kind()
      return kinds`
    assert.equal(await lua(app, code), ['Invalid', ...Array(8).fill('Internal')])
  }))

/** Expressions with what they come to; `data` is `{ name: 'Ada', age: 36, tags: [b, a, b], items: [{ n: 2 }, { n: 1 }], none: nil }`. */
const VALUES: readonly (readonly [expression: string, value: unknown])[] = [
  [`data.name + ' is ' + string(data.age) + ' years old'`, 'Ada is 36 years old'],
  [`string([1, "a", nil, {b: 1.5}])`, '[1 a <nil> map[b:1.5]]'],
  [`[type(1), type(1.5), type("a"), type([]), type({}), type(nil), type(true)]`, ['int', 'float', 'string', 'array', 'map', 'nil', 'bool']],
  [`[int("42"), int(2.9), int(-2.9), float("1.5"), round(2.5), round(-2.5), ceil(1.2), floor(-1.2)]`, [42, 2, -2, 1.5, 3, -3, 2, -2]],
  [`[sum([1, 2, 3]), mean([1, 2, 3]), median([3, 1, 2, 4]), min([3, [1]], 2), max(1, 5)]`, [6, 2, 2.5, 1, 5]],
  [`[trim("  a "), trim("xxaxx", "x"), trimPrefix("abc", "a"), trimSuffix("abc", "c")]`, ['a', 'a', 'bc', 'ab']],
  [
    `[split("a,b,c", ","), split("a,b,c", ",", 2), splitAfter("a,b", ",")]`,
    [
      ['a', 'b', 'c'],
      ['a', 'b,c'],
      ['a,', 'b'],
    ],
  ],
  [
    `[replace("aaa", "a", "b"), replace("aaa", "a", "b", 2), repeat("ab", 2), join(data.tags, "-"), indexOf("hello", "l"), lastIndexOf("hello", "l")]`,
    ['bbb', 'bba', 'abab', 'b-a-b', 2, 3],
  ],
  [`[fromJSON('{"a": [1]}').a[0], toBase64("hi"), fromBase64("aGk=")]`, [1, 'aGk=', 'hi']],
  [`toJSON({a: [1, 2.5, nil]})`, '{\n  "a": [\n    1,\n    2.5,\n    null\n  ]\n}'],
  [
    `[first(data.tags), last([]), take([1, 2, 3], 2), reverse([1, 2]), uniq(data.tags), concat([1], [2, 3]), flatten([1, [2, [3]]])]`,
    ['b', undefined, [1, 2], [2, 1], ['b', 'a'], [1, 2, 3], [1, 2, 3]],
  ],
  [
    `[sort(data.tags), sort([1, 3, 2], "desc"), map(sortBy(data.items, .n), .n), map(sortBy(data.items, .n, "desc"), #.n)]`,
    [
      ['a', 'b', 'b'],
      [3, 2, 1],
      [1, 2],
      [2, 1],
    ],
  ],
  [
    `[find([1, 2, 3], # > 1), findIndex([1, 2], # > 1), findLast([1, 2, 3], # < 3), findLastIndex([1, 2], # > 5), count([true, false]), count([1, 2], # > 1)]`,
    [2, 1, 2, -1, 1, 1],
  ],
  [
    `[reduce(1..4, #acc + #), reduce([1, 2], #acc * #, 10), reduce(["a", "b"], #acc + string(#index), ""), sum(data.items, .n)]`,
    [10, 20, '01', 3],
  ],
  [`groupBy(data.items, .n > 1 ? "many" : "one").one[0].n`, 1],
  [
    `keys({a: 1}) == ["a"] and values({a: 1}) == [1] and toPairs({a: 1}) == [["a", 1]] and fromPairs([["b", 2]]).b == 2 and get(data, "nothing") == nil`,
    true,
  ],
  [`data.tags | uniq() | map(upper(#)) | join("+")`, 'B+A'],
  [`let x = data.age; let y = x * 2; y - 2`, 70],
  [`if data.age > 90 { "old" } else if data.age > 30 { "grown" } else { "young" }`, 'grown'],
  [
    `[data.tags[1:], data.tags[:1], data.tags[0:2], data.tags[-1], "hello"[1:3], data.none ?? "nothing"]`,
    [['a', 'b'], ['b'], ['b', 'a'], 'b', 'el', 'nothing'],
  ],
  [
    `{ total: len(data.items), nested: { when: now() > 1700000000, type: type(now()) } }`,
    { total: 2, nested: { when: true, type: 'int' } },
  ],
]

const inJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

test('what transforms are made of: functions, pipes, variables, branches, slices', () =>
  withApp({}, async (app) => {
    for (const [expression, value] of VALUES) {
      const code = `local data = { name = 'Ada', age = 36, tags = { 'b', 'a', 'b' }, items = { { n = 2 }, { n = 1 } } }
        local value, err = expr.eval([==[${expression}]==], { data = data })
        if err then return err:kind() end
        return value`
      assert.equal(inJson(await lua(app, code)), inJson(value), expression)
    }
  }))

test('an error says why there is no value', () =>
  withApp({}, async (app) => {
    const why = async (expression: string): Promise<unknown> =>
      lua(app, `return tostring(select(2, expr.eval([==[${expression}]==], { list = { 1 }, text = 'a' })))`)
    assert.match(String(await why('list[1].x')), 'index out of range: 1 (array length is 1)')
    assert.match(String(await why('missing.x')), 'x is asked of nil')
    assert.match(String(await why('text * 2')), 'a number is expected')
    assert.match(String(await why('frobnicate(text)')), 'there is no function frobnicate')
    assert.match(String(await why('repeat(text, 1000000000)')), 'it takes too much')
    assert.match(String(await why('let long = repeat(text, 200000); map(1..500, long)')), 'it takes too much')
  }))

test.run()
