import { setImmediate as nextTurn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { yamlService } from '../../src/service/yaml.ts'
import { failure, type TestApp, withApp } from '../support/app.ts'
import { callOf, fakeCaller } from '../support/caller.ts'

const test = suite('yaml')

const run = (app: TestApp, code: string): Promise<unknown> => app.eval(code, { modules: ['yaml'] })
const decoded = (app: TestApp, text: string): Promise<unknown> =>
  run(app, `local v, err = yaml.decode([==[${text}]==]) if err then error(err) end return v`)

test('documents become values, with integers kept', () =>
  withApp({}, async (app) => {
    assert.equal(await decoded(app, 'a: 1\nb: [x, true, null, 1.5]\nc: {d: "1"}'), { a: 1, b: ['x', true, null, 1.5], c: { d: '1' } })
    assert.is(await run(app, 'return math.type(yaml.decode("a: 7").a)'), 'integer')
    assert.equal(await decoded(app, 'base: &b {x: 1}\nmore: *b'), { base: { x: 1 }, more: { x: 1 } })
    assert.equal(Object.keys((await decoded(app, '__proto__: 1\nconstructor: 2')) as object).sort(), ['__proto__', 'constructor'])
  }))

test('values become documents that become the same values', () =>
  withApp({}, async (app) => {
    const code = `local v = { name = "a: b", list = { 1, 2.5, false, "yes", "" }, deep = { [1] = "x" }, text = "two\\nlines" }
      local back = yaml.decode(yaml.encode(v))
      return { back.name == v.name, back.list[2], back.list[3], back.list[4], back.list[5], back.deep[1], back.text == v.text }`
    assert.equal(await run(app, code), [true, 2.5, false, 'yes', '', 'x', true])
  }))

test('keys come in the order asked for', () =>
  withApp({}, async (app) => {
    const code = 'return yaml.encode({ c = 1, a = { z = 1, id = 2 }, id = 3 }, { field_order = { "id", "none" }, sort_unordered = true })'
    assert.is(await run(app, code), 'id: 3\na:\n  id: 2\n  z: 1\nc: 1\n')
  }))

test('what is no document is an error with its kind', () =>
  withApp({}, async (app) => {
    for (const [call, kind] of [
      ['yaml.decode("")', 'Invalid'],
      ['yaml.decode(1)', 'Invalid'],
      ['yaml.encode("x")', 'Invalid'],
      ['yaml.decode("a: [")', 'Internal'],
      ['yaml.decode(("a"):rep(1024 * 1024 + 1))', 'Internal'],
      ['yaml.decode(("["):rep(100000))', 'Internal'],
      ['yaml.decode("a: 1\\na: 2")', 'Internal'],
    ] as const) {
      assert.is((await failure(run(app, `local v, err = ${call} error(err)`))).kind, kind, call)
    }
  }))

test('a document that repeats itself without end is refused', () =>
  withApp({}, async (app) => {
    const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)]
    assert.is((await failure(decoded(app, bomb.join('\n')))).kind, 'Internal')
  }))

/** How many turns others have while a document is read, or made. */
const turnsDuring = async (op: 'yaml.decode' | 'yaml.encode', value: unknown): Promise<number> => {
  const answer = Promise.resolve(yamlService().operations[op]!(callOf(fakeCaller(), op, '', [value]))).catch(() => {})
  let isOver = false
  void answer.then(() => {
    isOver = true
  })
  let turns = 0
  for (; !isOver; turns++) await nextTurn()
  return turns
}

test('others have their turns while a long document is read, or made of many values', async () => {
  for (const text of ['&a '.repeat(21_000), '- a: '.repeat(13_000), '- '.repeat(32_000), "'' ".repeat(21_000)])
    assert.ok((await turnsDuring('yaml.decode', text)) > 10, text.slice(0, 10))
  assert.ok(
    (await turnsDuring(
      'yaml.encode',
      Array.from({ length: 90_000 }, () => 'yes: no #'),
    )) > 10,
  )
})

test('a long document is read as a short one is', () =>
  withApp({}, async (app) => {
    const code = `local lines = {} for i = 1, 2000 do lines[i] = 'k' .. i .. ': ' .. i end
      local v = assert(yaml.decode(table.concat(lines, '\\n')))
      local back = assert(yaml.decode(yaml.encode(v)))
      local _, err = yaml.decode(('a: ['):rep(2000))
      return { v.k2000, math.type(back.k7), err:kind() }`
    assert.equal(await run(app, code), [2000, 'integer', 'Internal'])
  }))

test.run()
