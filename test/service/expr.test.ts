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

test.run()
