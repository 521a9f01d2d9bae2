// The library functions that are not Lua's own: they give what Lua's own give (wasmoon's, unchanged), and say the same when they refuse.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaFactory } from 'wasmoon'
import { LuaProcess, runLua } from './lua-process.ts'
import { randomFrom } from './random-program.ts'

const engine = await new LuaFactory().createEngine()

/** What unchanged Lua makes of a program that returns a string. */
const original = (source: string): string => {
  engine.global.set('source', source)
  return engine.doStringSync(`return assert(load('return function(...) ' .. source .. '\\nend', '@main.lua'))()()`) as string
}
const same = (what: string, source: string): void => {
  const expected = original(source)
  for (const fuel of [1 << 30, 400]) {
    const process = new LuaProcess(source)
    assert.is(process.result(fuel, 1_000_000), expected, `${what}, slices of ${fuel}`)
    process.close()
  }
}

const test = suite('library')

test('sort sorts like Lua: lists of every length, numbers and strings, with and without a comparison', () => {
  const random = randomFrom(1)
  for (const n of [0, 1, 2, 3, 11, 12, 13, 24, 25, 100, 1000, 5000]) {
    const numbers = Array.from({ length: n }, () => Math.floor(random() * 1000))
    const list = `{ ${numbers.join(', ')} }`
    same(
      `${n} numbers`,
      `local a, b, c = ${list}, ${list}, {}
       for i, v in ipairs(a) do c[i] = ('%04d'):format(v) end
       table.sort(a) table.sort(b, function(x, y) return x > y end) table.sort(c)
       return table.concat(a, ' ') .. '|' .. table.concat(b, ' ') .. '|' .. table.concat(c, ' ')`,
    )
  }
})

test('sort without a comparison sorts whatever has an order, and keeps every element', () => {
  const kinds: Readonly<Record<string, string>> = {
    integers: 'math.random(-1000, 1000)',
    'large integers': 'math.random(0)',
    floats: '(math.random() - 0.5) * 1e300',
    'floats and infinities': 'math.random(3) == 1 and 1 / 0 or math.random(2) == 1 and -1 / 0 or -0.0 * math.random(2)',
    'integers and floats': 'math.random(2) == 1 and math.random(100) or math.random() * 100',
    strings: '("s" .. math.random(1000)):rep(math.random(0, 2))',
    'strings with zeros': '("\\0"):rep(math.random(0, 9)) .. string.char(math.random(0, 255))',
    'long strings': '("the same for quite a while, longer than a short string may be "):rep(math.random(2)) .. math.random(100)',
    'sorted ones': 'i',
    'sorted the other way': '-i',
    'all the same': '7',
  }
  for (const [kind, value] of Object.entries(kinds)) {
    const source = `
      math.randomseed(7)
      for _, n in ipairs{ 1, 2, 7, 8, 9, 16, 17, 100, 2047, 2048, 5000 } do
        local list, count = {}, {}
        for i = 1, n do list[i] = ${value} end
        for i = 1, n do count[list[i]] = (count[list[i]] or 0) + 1 end
        table.sort(list)
        assert(#list == n)
        for i = 2, n do assert(not (list[i] < list[i - 1]), i .. ' of ' .. n) end
        for i = 1, n do count[list[i]] = count[list[i]] - 1 end
        for _, left in pairs(count) do assert(left == 0) end
      end
      return 'sorted'`
    for (const fuel of [1 << 30, 1000]) {
      const process = new LuaProcess(source, { hardFuel: 1 << 28 })
      assert.is(process.result(fuel, 1_000_000), 'sorted', `${kind}, slices of ${fuel}`)
      process.close()
    }
  }
})

test('a finalizer does not see a list that is half sorted', () => {
  const source = `
    local t, ran = {}, 0
    for i = 1, 60000 do t[i] = (i * 7919) % 60013 end
    local function bait()
      setmetatable({}, { __gc = function()
        ran = ran + 1
        for i = 1, 70000 do t[#t + 1] = i end
        if ran < 4 then bait() end
      end })
    end
    bait()
    for _ = 1, 6 do
      table.sort(t)
      for i = 2, #t do if t[i - 1] > t[i] then return 'not sorted' end end
      for i = 1, 2000 do local _ = { i } end
    end
    return ran > 1 and 'sorted' or 'nothing was finalized'`
  const process = new LuaProcess(source)
  assert.is(process.result(20_000, 1_000_000), 'sorted')
  process.close()
})

test('sort takes lists that have no order, or hide one, as Lua does', () => {
  const lists = [
    '{ 3, nil, 1 }',
    '{ 1, "x" }',
    '{ {}, {} }',
    '{ true, false }',
    '{ 0/0, 1, 0/0, 2 } and {}',
    'setmetatable({ 2, 1 }, { __index = {} })',
  ]
  for (const list of lists)
    same(list, `local list = ${list} local ok, why = pcall(table.sort, list) return tostring(ok) .. tostring(why) .. #list`)
  assert.is(runLua(`local list = {} for i = 1, 500 do list[i] = i % 3 == 0 and 0 / 0 or -i + 0.5 end table.sort(list) return #list`), 500)
})

test('a long sort is preempted, in a coroutine too, and nothing of it is seen', () => {
  const source = `
    local list, seed = {}, 1
    for i = 1, 50000 do seed = (seed * 1103515245 + 12345) % 2147483648 list[i] = seed end
    local co = coroutine.wrap(function() local ok = pcall(table.sort, list) coroutine.yield(ok) end)
    return { co(), list[1] < list[2], list[25000] <= list[25001] }`
  const process = new LuaProcess(source)
  assert.equal(process.result(10_000), [true, true, true])
  assert.ok(process.steps > 50, `${process.steps} steps`)
  assert.ok(process.overshoot < 100_000, `${process.overshoot} units`)
  process.close()
})

test('sort keeps all elements and puts no two in the wrong order when the comparison is a partial one', () => {
  const source = `
    local list = {}
    for i = 1, 600 do list[i] = { key = (i * 7919) % 13, i = i } end
    table.sort(list, function(a, b) return a.key < b.key end)
    local sum = 0
    for i, item in ipairs(list) do
      sum = sum + item.i
      if i > 1 then assert(list[i - 1].key < item.key or (list[i - 1].key == item.key and list[i - 1].i < item.i)) end
    end
    return sum`
  assert.is(runLua(source), (600 * 601) / 2)
})

test('a comparison may wait, yield and fail', () => {
  const process = new LuaProcess(`
    local list = { 3, 1, 2 }
    table.sort(list, function(a, b) return process.registry.lookup(a .. '<' .. b) end)
    local co = coroutine.wrap(function()
      local t = { 2, 1 }
      table.sort(t, function(a, b) coroutine.yield(a) return a < b end)
      return t[1] .. t[2]
    end)
    local first, last = co(), co()
    local ok, message = pcall(table.sort, { 2, 1 }, function() error('no order', 0) end)
    return { list, first, last, ok, message }`)
  let verdict = process.run()
  for (let i = 0; verdict === 'wait'; i++) {
    const { tag, target, args } = process.asks[i]!
    const [a, b] = String(target || args[0])
      .split('<')
      .map(Number) as [number, number]
    verdict = process.reply(tag, [a < b]).run()
  }
  assert.equal(process.ended!.value, [[1, 2, 3], 1, '12', false, 'no order'])
  process.close()
})

test('gsub with a function replaces like Lua: patterns that match nothing, everything, and the empty string', () => {
  const texts = ['', 'a', 'hello world', 'aaa', ' spaced  out ', 'a.b.c', 'x=1, y=2', 'THE (quick) fox', '\\0\\1a\\0', 'ab12cd34']
  const patterns = [
    '',
    '.',
    'a',
    'a*',
    'a-',
    '%w+',
    '(%w)(%w)',
    '()',
    '^a',
    '^',
    'a$',
    '$',
    '%s*',
    '%f[%w]%w+',
    '%b()',
    '(a)(b)',
    '[^%s]+',
    '%d%d',
    '(.)%1',
    'x*',
  ]
  const replacements = [
    `function(...) return '<' .. table.concat({ ... }, ',') .. '>' end`,
    `function() return nil end`,
    `function(x) return false end`,
    `function(x) return #tostring(x) end`,
    `function(x) if x == 'a' then return '' end end`,
  ]
  const source = `
    local out = {}
    for _, text in ipairs{ ${texts.map((text) => `"${text}"`).join(', ')} } do
      for _, pattern in ipairs{ ${patterns.map((pattern) => `"${pattern}"`).join(', ')} } do
        for _, f in ipairs{ ${replacements.join(', ')} } do
          for _, limit in ipairs{ 100, 1, 2, 0, -1 } do
            local ok, result, count = pcall(string.gsub, text, pattern, f, limit)
            out[#out + 1] = tostring(ok) .. ' ' .. tostring(result):gsub('^.-: ', '') .. ' ' .. tostring(count)
          end
          out[#out + 1] = table.concat({ text:gsub(pattern, f) }, ' ')
        end
      end
    end
    return (table.concat(out, '\\n'):gsub('[\\0\\1]', '#'))`
  const [ours, theirs] = [runLua(source, { hardFuel: 1 << 28 }) as string, original(source)]
  const [lines, expected] = [ours.split('\n'), theirs.split('\n')]
  const at = lines.findIndex((line, i) => line !== expected[i])
  assert.is(at < 0 ? '' : lines[at], at < 0 ? '' : expected[at], `line ${at}`)
  assert.is(lines.length, expected.length)
})

test('gsub with a string or a table is untouched', () => {
  same(
    'gsub',
    `local t = { a = '1', b = false }
     return table.concat({ ('abc'):gsub('%w', t), ('abc'):gsub('b', '[%0%%]'), ('abc'):gsub('', '-'), ('a b'):gsub('(%w) (%w)', '%2 %1') }, '|')`,
  )
})

test('a replacement may wait, yield and fail', () => {
  const process = new LuaProcess(`
    local text = ('a-b'):gsub('%w', function(c) return process.registry.lookup(c) end)
    local co = coroutine.wrap(function() return (('xy'):gsub('.', function(c) return coroutine.yield(c) end)) end)
    local yields = { co(), co('1'), co('2') }
    local ok, message = pcall(string.gsub, 'x', 'x', function() error('no', 0) end)
    return { text, yields, ok, message }`)
  let verdict = process.run()
  for (let i = 0; verdict === 'wait'; i++) verdict = process.reply(process.asks[i]!.tag, [`${i}`]).run()
  assert.equal(process.ended!.value, ['0-1', ['x', 'y', '12'], false, 'no'])
  process.close()
})

test('rep repeats like Lua, few times and many, with separators and without', () => {
  const source = `
    local out = {}
    for _, n in ipairs{ -1, 0, 1, 2, 3, 7, 100, 1023, 5000, 100000 } do
      for _, text in ipairs{ '', 'a', 'abc' } do
        for _, separator in ipairs{ '', '-', ', and ' } do
          local s = text:rep(n, separator)
          out[#out + 1] = #s .. s:sub(1, 20) .. s:sub(-20)
        end
        out[#out + 1] = #text:rep(n) .. #text:rep(n + 0.0)
      end
    end
    return table.concat(out, '\\n')`
  assert.is(runLua(source), original(source))
})

test('many copies of little, and endless copies of nothing, cost little', () => {
  const process = new LuaProcess(`return #('x'):rep(10 << 20) + #(''):rep(1 << 50) + #(''):rep(1 << 50, '')`)
  assert.is(process.result(), 10 << 20)
  assert.ok(process.spent < 1_000_000, String(process.spent))
  process.close()
})

test('what they refuse they refuse in the words of Lua, with the line of the caller', () => {
  const calls = [
    `('x'):rep()`,
    `('x'):rep({})`,
    `('x'):rep(1.5)`,
    `('x'):rep(1, {})`,
    `string.rep()`,
    `string.rep(nil, 3)`,
    `('x'):rep(1 << 40)`,
    `('abc'):rep(1 << 33, 'x')`,
    `string.gsub()`,
    `string.gsub('x')`,
    `string.gsub('x', 'y')`,
    `string.gsub('x', 'y', 1, {})`,
    `string.gsub('x', {}, print)`,
    `string.gsub({}, 'x', print)`,
    `string.gsub('x', 'x', print, 'y')`,
    `string.gsub('x', 'x', function() return {} end)`,
    `string.gsub('x', 'x', true)`,
    `string.gsub('x', 'x', '%2')`,
    `table.sort()`,
    `table.sort(1)`,
    `table.sort({}, 1)`,
    `table.sort({ 1, 2 }, {})`,
    `string.find()`,
    `string.find('x')`,
    `string.find({}, 'x')`,
    `string.find('x', 'y', {})`,
    `string.upper()`,
    `string.byte('x', {})`,
    `string.gmatch('x')`,
    `('x'):len(1, 2):foo()`,
    `string.format('%d', 'x')`,
    `string.format('%d')`,
    `tostring()`,
    `setmetatable(1, {})`,
    `coroutine.wrap(1)`,
    `coroutine.resume(1)`,
    `coroutine.wrap(function() error('inside') end)()`,
    `coroutine.wrap(function() error({}) end)()`,
    `(function() local co = coroutine.wrap(function() end) co() co() end)()`,
    `({})()`,
    `error('text')`,
    `error('text', 0)`,
    `error('text', 2)`,
    `assert(false)`,
    `assert(nil, 'said')`,
    `table.concat({ {} })`,
    `table.unpack({}, 1, 1e8)`,
    `math.floor('x')`,
    `math.random(0, -1)`,
    `select(0)`,
    `('x') + 1`,
    `#5`,
  ]
  const source = `
    local out = {}
    local function try(f) local ok, message = pcall(f) out[#out + 1] = type(message) == 'string' and message or type(message) end
    ${calls.map((call) => `try(function()\nlocal _ = ${call}\nend)`).join('\n')}
    return table.concat(out, '\\n')`
  const [ours, theirs] = [(runLua(source) as string).split('\n'), original(source).split('\n')]
  for (const [i, call] of calls.entries()) assert.is(ours[i], theirs[i], call)
})

test('string functions take an Error for its text', () => {
  const source = `
    local err = errors.wrap(errors.new('some text'), 'context')
    return { string.upper(err), (string.gsub(err, 'text', function(s) return '<' .. s .. '>' end)), string.rep(err, 2, '|'),
      string.find(err, 'some'), string.len(err), string.sub(err, 1, 7), string.match(err, ': (%w+)') }`
  const text = 'context: some text'
  assert.equal(runLua(source), [text.toUpperCase(), 'con<text>: some <text>', `${text}|${text}`, 10, text.length, 'context', 'some'])
})

test.run()
