// What an honest app may do in one go, in sizes that apps have: all of it finishes with the limits that a process has when nobody says otherwise.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { defaultLimits } from '../../src/kernel/host.ts'
import { LuaProcess, program } from './lua-process.ts'

const { memoryBytes, hardFuel, fuel } = defaultLimits
const list = 'local t = {} for i = 1, 200000 do t[i] = (i * 7919) % 200003 end'
const megabyte = `local s = ('x'):rep(1 << 20)`
const markup = `local s = ('a<b&c  '):rep(150000)`
const parts = `local t = {} for i = 1, 100000 do t[i] = 'part ' .. i end`
const objects = `local meta = { __lt = function(a, b) return a.n < b.n end, __tostring = function(o) return 'object ' .. o.n end }
  local t = {} for i = 1, 20000 do t[i] = setmetatable({ n = (i * 7919) % 20011 }, meta) end`

/** What each returns. */
const work: Readonly<Record<string, readonly [code: string, value: unknown]>> = {
  'joining 100,000 texts': [`${parts} return #table.concat(t, ', ')`, 1_188_893],
  'joining 200,000 numbers': [`${list} return #table.concat(t, ',') > 1000000`, true],
  'eight megabytes of a word': [`return #('hello '):rep(1400000)`, 8_400_000],
  'case and order of a megabyte': [`${megabyte} return #s:upper() + #s:lower() + #s:reverse()`, 3 << 20],
  'case of eight megabytes': [`local s = ('x'):rep(8 << 20) return #s:upper()`, 8 << 20],
  'a megabyte without what is looked for': [
    `${megabyte} return s:find('y', 1, true) or s:find('xy', 1, true) or s:find('%d') or 'none'`,
    'none',
  ],
  'trimming a megabyte': [`local s = '  ' .. ('some words '):rep(100000) .. '  ' return #s:match('^%s*(.-)%s*$')`, 1_099_999],
  'a megabyte up to its end': [`${megabyte} return #(s .. 'END'):match('^(.-)END')`, 1 << 20],
  'lines of a megabyte': [
    `local n = 0 for _ in ('some words on a line\\n'):rep(50000):gmatch('[^\\n]+') do n = n + 1 end return n`,
    50_000,
  ],
  'a text for each match in a megabyte': [`${markup} return #s:gsub('<', '&lt;')`, 1_500_000],
  'a value of a table for each': [`${markup} return #s:gsub('[<&]', { ['<'] = '&lt;', ['&'] = '&amp;' })`, 2_100_000],
  'a function for each': [`${markup} return #s:gsub('%s+', function() return ' ' end)`, 900_000],
  'a megabyte as a text of Lua': [`return #('%q'):format(('x\\n'):rep(150000))`, 450_002],
  'comparing megabytes': [`${megabyte} local a, b = s .. 'a', s .. 'b' return a < b and a ~= b`, true],
  'a megabyte as a key': [`${megabyte} local t = { [s .. 'y'] = 7 } return t[s .. 'y']`, 7],
  'a list of 500,000': [`local t = {} for i = 1, 500000 do t[i] = i end return #t`, 500_000],
  'a table of 400,000 numbers': [
    `local t, n = {}, 0 for i = 1, 400000 do t[i * 7] = i end for _ in pairs(t) do n = n + 1 end return n`,
    400_000,
  ],
  'a table of 100,000 names': [`local t = {} for i = 1, 100000 do t['name ' .. i] = i end return t['name 7']`, 7],
  'inserting at the front, and removing there': [`${list} table.insert(t, 1, 0) table.remove(t, 1) return #t`, 200_000],
  'moving 200,000': [`${list} return #table.move(t, 1, #t, 1, {})`, 200_000],
  'sorting 200,000': [`${list} table.sort(t) return t[1]`, 1],
  'sorting them by a function': [`${list} table.sort(t, function(a, b) return a > b end) return t[1]`, 200_002],
  'sorting objects that have an order': [`${objects} table.sort(t) return t[1].n`, 1],
  'objects as texts': [`${objects} local n = 0 for i = 1, #t do n = n + #tostring(t[i]) end return n > 0`, true],
  'twenty megabytes alive, and garbage': [
    `local kept = {} for i = 1, 200000 do kept[i] = { i } end local t for i = 1, 500000 do t = { i } end return #kept`,
    200_000,
  ],
  'weak tables of 50,000': [
    `local weak, kept = setmetatable({}, { __mode = 'k' }), {}
     for i = 1, 50000 do kept[i] = { i } weak[kept[i]] = i end local t for i = 1, 300000 do t = { i } end return weak[kept[7]]`,
    7,
  ],
  '20,000 finalizers': [`local n = 0 for i = 1, 20000 do setmetatable({}, { __gc = function() n = n + 1 end }) end return n > 0`, true],
  'a runaway recursion, caught': [
    `local function f() return 1 + f() end local ok, e = pcall(f) return tostring(e):match('stack overflow')`,
    'stack overflow',
  ],
}

const finish = (what: string, process: LuaProcess): unknown => {
  for (let verdict = process.step(fuel); verdict === 'again'; ) verdict = process.step(fuel)
  const { fault } = process.body
  if (fault) throw new Error(`${what}: ${fault.message}`)
  return process.ended?.value
}

const test = suite('honest')

for (const [what, [code, value]] of Object.entries(work)) {
  test(what, () => {
    const process = new LuaProcess(code, { memoryBytes, hardFuel })
    assert.equal(finish(what, process), value)
    process.close()
  })
}

test('a runaway recursion that nobody catches: an error with a traceback, its first and last calls', () => {
  const process = new LuaProcess('local function f() return 1 + f() end return f()', { memoryBytes, hardFuel })
  finish('recursion', process)
  const { frame = '', message } = process.ended!.error!
  assert.match(message, 'stack overflow')
  assert.match(frame, /skipping \d+ levels/)
  assert.is(frame.split('\n').length, 1 + 10 + 1 + 11 + 1)
  process.close()
})

test('messages of thousands of records, in and out', () => {
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: `user ${id}`, tags: ['a', 'b'], score: id / 3 }))
  for (const value of [rows, Object.fromEntries(rows.map((row) => [row.name, row.id])), 'x'.repeat(4 << 20)]) {
    const process = new LuaProcess(`local c = process.listen('t') process.send('{x|1}', 't', (c:receive()))`, { memoryBytes, hardFuel })
    finish('receiving', process)
    finish('a message', process.post('t', [value]))
    assert.is(process.sends.length, 1)
    process.close()
  }
})

test('JSON with a long text of any alphabet in it', () => {
  for (const text of [`('x'):rep(2000000) .. 'é'`, `('é'):rep(1500000)`, `('x\\xff'):rep(100000)`]) {
    const process = new LuaProcess(program(`local s = ${text} return #require('json').encode(s) >= #s`, ['json']), {
      memoryBytes,
      hardFuel,
    })
    assert.is(finish(text, process), true)
    process.close()
  }
})

test('JSON of a megabyte', () => {
  const code = `local json, t = require('json'), {}
    for i = 1, 9000 do t[i] = { id = i, name = 'user ' .. i, tags = { 'a', 'b', 'c' }, score = i / 3, ok = true } end
    return #json.decode(json.encode(t))`
  const process = new LuaProcess(program(code, ['json']), { memoryBytes, hardFuel })
  assert.is(finish('JSON', process), 9000)
  process.close()
})

test.run()
