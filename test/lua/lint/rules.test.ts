import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyRules, RULES } from '../../../src/lua/lint/rules.ts'
import { parse } from '../../../src/lua/parser.ts'

const test = suite('lint: rules')

/** What one rule finds in a text: `line:column the text it points at`. */
const found = (name: string, text: string): string[] => {
  const rule = RULES.filter((one) => one.name === name)
  assert.is(rule.length, 1, name)
  const chunk = parse(text, { file: 'app.lua' })
  return applyRules(chunk, rule).map(({ start, end }) => {
    const { line, column } = chunk.source.place(start)
    return `${line}:${column} ${text.slice(start, end)}`
  })
}

const messages = (text: string): string[] => applyRules(parse(text, { file: 'app.lua' })).map(({ code, message }) => `${code} ${message}`)

/** Of each rule: texts with what it finds in them. Those with nothing are alarms it must not raise. */
const CASES: Readonly<Record<string, readonly (readonly [text: string, ...finds: readonly string[]])[]>> = {
  'no-empty-blocks': [
    ['if x then end', '1:1 if'],
    ['if x then f() elseif y then else g() end', '1:15 elseif'],
    ['if x then f() else end', '1:15 else'],
    ['if x then else f() end', '1:1 if'],
    ['if x then ;;; end', '1:1 if'],
    ['while true do end', '1:1 while'],
    ['repeat until x', '1:1 repeat'],
    ['for i = 1, 3 do end', '1:1 for'],
    ['for k, v in pairs(t) do end', '1:1 for'],
    ['f(function() while true do end end)', '1:14 while'],
    ['if x then f() end'],
    ['if x then elseif y then elseif z then f() end'],
    ['if x then -- handled by the caller\nelse g() end'],
    ['while not ready() do end'],
    ['repeat until step()'],
    ['for _ in drained() do end'],
    ['for line in file:lines() do end'],
    ['while true do ::again:: goto again end'],
    ['local function nothing() end do end'],
  ],
  'no-global-assign': [
    ['x = 1', '1:1 x'],
    ['local a a, b = f()', '1:12 b'],
    ['function f() end', '1:10 f'],
    ['local function f() y = 1 end', '1:20 y'],
    ['do local x = 1 end x = 2', '1:20 x'],
    ['for i = 1, 3 do end i = 2', '1:21 i'],
    ['local x x = 1'],
    ['local f function f() end'],
    ['local M = {} function M.f() end function M:g() self.x = 1 self = nil end'],
    ['local x = 1 local function f() x = 2 end'],
    ['local function f(a, ...) a = 1 end for i, v in f do i, v = 1, 2 end'],
    ['print = nil process = {}'],
    ['_, err = f() local err', '1:4 err'],
    ['local err _, err = f()'],
    ['t.x = 1 t[1] = 2 _G.x = 3'],
    ['repeat local done = f() done = done or g() until done'],
  ],
  'no-self-compare': [
    ['return a == a', '1:8 a == a'],
    ['return a.b[1].c <= a.b[1].c', '1:8 a.b[1].c <= a.b[1].c'],
    ['return (x) < x', '1:8 (x) < x'],
    ['return x >= x, x > x', '1:8 x >= x', '1:16 x > x'],
    ['return "a" == "a" or 1 == 1', '1:8 "a" == "a"', '1:22 1 == 1'],
    ['return x ~= x'], // how NaN is found
    ['return a == b, a.x == a.y, a.x == b.x, t[1] == t[2]'],
    ['return f() == f(), t[f()] == t[f()]'],
    ['return x + x, x .. x, x and x'],
    ['return "a" == \'a\', 1 == 1.0'],
    ['return {} == {}'],
  ],
  'no-unused-vars': [
    ['local x = 1', '1:7 x'],
    ['local a, b = f() return a', '1:10 b'],
    ['local x x = 1', '1:7 x'],
    ['local function f() end', '1:16 f'],
    ['for i = 1, 3 do f() end', '1:5 i'],
    ['for k, v in pairs(t) do f(v) end', '1:5 k'],
    ['local x = 1 do local x = 2 f(x) end', '1:7 x'],
    ['f(function() local y end)', '1:20 y'],
    ['obj:x() local x', '1:15 x'],
    ['local T, U = class() function T:f() end function U.g() end'],
    ['local x: number = 1', '1:7 x'],
    ['local x = 1 return x'],
    ['local x = 1 f(x)'],
    ['local t = {} t.x = 1'],
    ['local k, t = 1, {} t[k] = 1 return t'],
    ['local function f() return f() end return f'],
    ['local x = 1 return function() return x end'],
    ['local _ = f() local _x = f()'],
    ['for _, v in pairs(t) do f(v) end'],
    ['local lock <close> = take()'],
    ['local x = 1 return x :: any'],
    ['local x = 1 return (x as any)!'],
    ['local x = 1 x = x + 1'],
    ['repeat local done = f() until done'],
    ['local M = {} function M.f() end return M'],
    ['local x = {} type T = typeof(x)'],
    ['local json = require("json")'],
    ['type T = number'],
  ],
  'no-unused-params': [
    ['return function(x) return 1 end', '1:17 x'],
    ['local function f(a, b) return b end', '1:18 a'],
    ['function M:f(x) return self end', '1:14 x'],
    ['return function(x: number, y?: string) return y end', '1:17 x'],
    ['return function(x) local x = 1 return x end', '1:17 x'],
    ['return function(x) return x end'],
    ['return function(x) end'], // a signature
    ['return function(_x, _) return 1 end'],
    ['return function(self) return 1 end'],
    ['return function(...) return 1 end'],
    ['function M:f() return 1 end'],
    ['return function(x) return function() return x end end'],
    ['return function(x) x.y = 1 end'],
    ['return function(x: any): asserts x is string f() end'],
    ['return function(x) local x = x or 1 return x end'],
  ],
  'no-unused-imports': [
    ['local json = require("json")', '1:7 json'],
    ['local json = require "json"', '1:7 json'],
    ['local function f() local json = require("json") end', '1:26 json'],
    ['local a, b = require("a"), require("b") return b', '1:7 a'],
    ['local json = require("json") json = nil', '1:7 json'],
    ['local json = require("json") return json.encode({})'],
    ['local json = require("json") return { json = json }'],
    ['local types = require("types") local x: types.User? = nil return x'],
    ['local types = require("types") return function(): {types.User} return {} end'],
    ['local types = require("types") type T = { user: types.User }'],
    ['local types = require("types") return f() :: types.User'],
    ['local types = require("types") return f::<types.User>()'],
    ['local _ = require("effect")'],
    ['require("effect")'],
    ['local x = tonumber("1") local y = t.require("x") local z = require("x").y'],
  ],
  'no-shadowed-vars': [
    ['local x = 1 do local x = 2 f(x) end', '1:22 x'],
    ['local x = 1 return function(x) return x end', '1:29 x'],
    ['local x = 1 for x = 1, 2 do f(x) end', '1:17 x'],
    ['local x = 1 for _, x in f do g(x) end', '1:20 x'],
    ['local x = 1 if x then local x = 2 f(x) end', '1:29 x'],
    ['local f local function g() local function f() end end', '1:43 f'],
    ['local x = 1 local x = 2 f(x)'], // not another scope: the one before is done with
    ['return function(x) local x = x or 1 return x end'],
    ['do local x = 1 f(x) end do local x = 2 f(x) end'],
    ['local _ = 1 do local _ = 2 end'],
    ['local function f() return function(self) return self end end function M:g() return function(self) return self end end'],
    ['do local x = f(function() local x2 = 1 return x2 end) end'],
    ['local print = print return print'],
  ],
}

for (const rule of RULES) {
  test(`${rule.code} ${rule.name}: what it finds, and what it must not`, () => {
    const cases = CASES[rule.name] ?? []
    assert.ok(cases.length > 0)
    for (const [text, ...finds] of cases) assert.equal(found(rule.name, text), finds, text)
  })
}

test('every rule has a code and a name of its own', () => {
  assert.equal(
    RULES.map(({ code }) => code),
    RULES.map((_, at) => `W000${at + 1}`),
  )
  assert.is(new Set(RULES.map(({ name }) => name)).size, RULES.length)
})

test('one fault is found by one rule', () => {
  assert.equal(messages('local json = require("json")'), ["W0006 imported module 'json' is never used"])
  assert.equal(messages('local x x = 1'), ["W0004 variable 'x' is assigned but never used"])
  assert.equal(messages('return a == a'), ['W0003 comparison of identical expressions; result is always true'])
})

test('severities are those of upstream', () => {
  assert.equal(
    RULES.map(({ severity }) => severity),
    ['warning', 'warning', 'error', 'warning', 'hint', 'warning', 'hint'],
  )
})

test('a chain of operators that is as long as a text may be is read', () => {
  const chain = Array.from({ length: 20_000 }, () => 'x').join(' + ')
  assert.equal(messages(`local x = 1 return ${chain}`), [])
  assert.equal(messages(`return x${'.y'.repeat(100)} == x${'.y'.repeat(100)}`), []) // deeper than anybody writes: not compared
})

test.run()
