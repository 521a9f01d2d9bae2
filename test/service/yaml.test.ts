import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, type TestApp, withApp } from '../support/app.ts'

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

test.run()
