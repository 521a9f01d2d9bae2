// `table.freeze`: a table that nobody changes any more, and that is otherwise what it was.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, func, library, withApp } from '../support/app.ts'

const test = suite('frozen tables')

const json = { modules: ['json', 'funcs'] }

test('it reads, counts, walks, sorts into others and is written as before', () =>
  withApp({ f: func('return function(t) return t end') }, async (app) => {
    const code = `
      local t = { "a", "b", nil, "d", name = "n", inner = { x = 1 } }
      local list = { 3, 1, 2 }
      local same = table.freeze(t) == t and table.freeze(t) == t
      table.freeze(list)
      local keys, walked, nexted = {}, {}, {}
      for k in pairs(t) do keys[#keys + 1] = tostring(k) end
      for i, v in ipairs(list) do walked[i] = v end
      for k, v in next, list do nexted[k] = v end
      table.sort(keys)
      local copy = table.move(list, 1, #list, 1, {})
      table.sort(copy)
      return { same, type(t), t.name, t.inner.x, t[4], t.absent == nil, #list, walked, nexted, copy, table.concat(list, "-"), { table.unpack(list) },
        next(t) ~= nil, next(table.freeze({})) == nil, keys, json.encode(list), json.encode({ in_it = table.freeze({ x = 1 }) }),
        (funcs.call("app:f", t)).name, table.isfrozen(t), table.isfrozen(t.inner), getmetatable(list) }`
    assert.equal(await app.eval(code, json), [
      ...[true, 'table', 'n', 1, 'd', true, 3, [3, 1, 2], [3, 1, 2], [1, 2, 3], '3-1-2', [3, 1, 2], true, true],
      ...[['1', '2', '4', 'inner', 'name'], '[3,1,2]', '{"in_it":{"x":1}}', 'n', true, false, false],
    ])
  }))

test('whatever would change it is refused: old keys, new ones, nil, lists', () =>
  withApp({}, async (app) => {
    const code = `
      local t, list = table.freeze({ x = 1 }), table.freeze({ 3, 1, 2 })
      local tries = {
        function() t.x = 2 end, function() t.y = 2 end, function() t.x = nil end, function() table.insert(list, 4) end,
        function() table.remove(list) end, function() table.sort(list) end, function() setmetatable(t, {}) end,
      }
      local refused = {}
      for i, try in ipairs(tries) do
        local ok, err = pcall(try)
        refused[i] = not ok and (tostring(err):match("readonly table") or tostring(err):match("protected metatable")) or "taken"
      end
      return { refused, t.x, t.y == nil, #list }`
    const readonly = 'readonly table'
    assert.equal(await app.eval(code), [[...Array(6).fill(readonly), 'protected metatable'], 1, true, 3])
  }))

test('a metatable stays what it was: methods, operators, what is absent', () =>
  withApp({}, async (app) => {
    const code = `
      local Point = { __add = function(a, b) return a.x + b.x end, __tostring = function(p) return "at " .. p.x end }
      Point.__index = function(_, name) return name .. "?" end
      local p = table.freeze(setmetatable({ x = 2 }, Point))
      return { p + p, tostring(p), p.x, p.other, getmetatable(p) == Point }`
    assert.equal(await app.eval(code), [4, 'at 2', 2, 'other?', true])
    const refused = (made: string) => failure(app.eval(`table.freeze(${made})`))
    assert.match((await refused('setmetatable({}, { __metatable = "mine" })')).text, /protected metatable/)
    assert.match((await refused('5')).text, /bad argument #1 to 'freeze' \(table expected, got number\)/)
    assert.match((await refused('process.inbox()')).text, /table expected, got userdata/)
  }))

test('a library’s frozen constants are frozen in what imports it', () => {
  const consts = library('return table.freeze({ LIMITS = table.freeze({ most = 10 }) })')
  const f = func('return function() return { consts.LIMITS.most, (pcall(function() consts.LIMITS.most = 11 end)), next(consts) } end', {
    imports: { consts: 'app:consts' },
  })
  return withApp({ consts, f }, async (app) => {
    assert.equal(await app.eval('return (funcs.call("app:f"))'), [10, false, 'LIMITS', { most: 10 }])
  })
})

test.run()
