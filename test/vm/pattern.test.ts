// find, match, gmatch and gsub are ours: they give what Lua's own give (wasmoon's, unchanged), and are preempted wherever they are.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaFactory } from 'wasmoon'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess, runLua } from './lua-process.ts'
import { randomFrom } from './random-program.ts'

const engine = await new LuaFactory().createEngine()

/** What unchanged Lua makes of a program that returns a string. */
const original = (source: string): string => {
  engine.global.set('source', source)
  return engine.doStringSync(`return assert(load('return function(...) ' .. source .. '\\nend', '@main.lua'))()()`) as string
}

/** Lua that does all that is done with patterns, and writes down what came of it, errors too. */
const TRIALS = `
  local out = {}
  local function note(...)
    local words = table.pack(...)
    for i = 1, words.n do words[i] = tostring(words[i]) end
    out[#out + 1] = table.concat(words, '|')
  end
  local function try(s, p)
    note(pcall(string.find, s, p))
    note(pcall(string.find, s, p, -3))
    note(pcall(string.match, s, p, 3))
    note(pcall(function() local n = 0 for a, b in string.gmatch(s, p) do note(a, b) n = n + 1 if n > 50 then break end end end))
    note(pcall(string.gsub, s, p, '<%0%1>'))
    note(pcall(string.gsub, s, p, { a = 'A', [1] = 'one', ['.'] = false }, 3))
    note(pcall(string.gsub, s, p, function(a, b) return b and b or nil end))
  end
  for i, s in ipairs(texts) do for j, p in ipairs(patterns) do try(s, p) end end
  return (table.concat(out, '\\n'):gsub('[%z\\128-\\255]', function(c) return ('\\\\x%02x'):format(c:byte()) end))`

const quoted = (text: string): string => `"${[...text].map((c) => `\\${c.charCodeAt(0).toString().padStart(3, '0')}`).join('')}"`
const listed = (texts: readonly string[]): string => `{ ${texts.map(quoted).join(', ')} }`

const same = (texts: readonly string[], patterns: readonly string[], slices: readonly number[]): void => {
  const source = `local texts, patterns = ${listed(texts)}, ${listed(patterns)} ${TRIALS}`
  const expected = original(source).split('\n')
  for (const fuel of slices) {
    const process = new LuaProcess(source)
    const found = (process.result(fuel, 10_000_000) as string).split('\n')
    const at = expected.findIndex((line, i) => line !== found[i])
    if (at >= 0) assert.is(found[at], expected[at], `slices of ${fuel}, of ${JSON.stringify(texts)} and ${JSON.stringify(patterns)}`)
    process.close()
  }
}

/** Two spaces lie between two of them; the first is empty. */
const PATTERNS = [
  '  a  o w  .  .*  .-  .+  a*  a-b  a?b  ^a  ^  $  a$  ^$  [abc]  [^abc]  [a-c]+  [%a_]  []]  [^]]  [a-]  %a+  %A  %d%d?  %D*  %s',
  '%S+  %w  %W  %p  %P  %l  %u  %x+  %c  %g  %z  %.  %%  %b()  %bxy  %f[%a]  %f[%z]  ()  ()a()  (a)  (a*)(.)  ((a)(b))  (.)%1',
  '(.-)%1  ^%s*(.-)%s*$  ^(%w+)%s*=%s*(%w+)$  (%w+) (%w+)  %((%a+)%)  [%s%p]  [^%s]+',
]
  .join('  ')
  .split('  ')

const test = suite('pattern')

test('patterns of every kind find, capture and replace what Lua does', () => {
  const texts = [
    '',
    'a',
    'hello world',
    'aaa.bbb',
    '  trimmed  ',
    'key = value',
    '((a)(b(c)))',
    'THE (quick) fox',
    'x\0y\0',
    'äö\xff',
    'a1b22c333',
  ]
  same(texts, PATTERNS, [1 << 30, 900])
})

test('what is no pattern is refused in the words of Lua', () => {
  const bad = [
    '%  a%  [  [a  [^  [%  [a-  (  )  (()  a)  %1  (%1)  %b  %bx  %f  %fa  %0  (a)%2'.split('  '),
    '('.repeat(33),
    '.?'.repeat(300),
  ].flat()
  same(['', 'a', 'a.b', 'a'.repeat(300)], bad, [1 << 30])
  for (const repl of ['%', '%2', '%x', 'a%']) {
    const source = `return tostring(select(2, pcall(string.gsub, 'abc', 'b', '${repl}')))`
    assert.is(runLua(source), original(source), repl)
  }
})

test('random patterns on random texts', () => {
  const random = randomFrom(3)
  const parts = 'a  b  .  %a  [ab]  [^a]  (  )  ()  *  +  -  ?  %1  %b()  %f[a]  ^  $  %  [a-c]  %w  ]  (a)  (.)'.split('  ')
  const some = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const text = (from: readonly string[], most: number): string =>
    Array.from({ length: Math.floor(random() * most) }, () => some(from)).join('')
  for (let round = 0; round < 40; round++) {
    const texts = Array.from({ length: 4 }, () => text(['a', 'b', 'c', '(', ')', ' ', '.'], 12))
    same(
      texts,
      Array.from({ length: 20 }, () => text(parts, 7)),
      [1 << 30, 700],
    )
  }
})

test('a match is preempted where it is, however long it takes: in a coroutine, below pcall, and in another memory', () => {
  const long: Readonly<Record<string, string>> = {
    'one that backs off': `(('a'):rep(28):find(('a?'):rep(14) .. ('a'):rep(14) .. ('a*'):rep(4) .. 'b'))`,
    'one repetition': `#(('x'):rep(300000):match('^%s*(.*)$'))`,
    'a lazy one': `#(('x'):rep(100000) .. 'END'):match('^(.-)END')`,
    'a balance': `(('('):rep(300000):find('%b()', 299990))`,
    'a search': `(('x'):rep(300000):find('%d'))`,
    'a plain one': `(('x'):rep(300000):find('xy', 1, true))`,
    'all matches': `(function() local n = 0 for _ in ('ab '):rep(30000):gmatch('%a+') do n = n + 1 end return n end)()`,
    'a text for each': `#(('a<b&c '):rep(30000):gsub('[<&]', '%%%0%%'))`,
    'a table for each': `#(('a<b&c '):rep(30000):gsub('[<&]', { ['<'] = '&lt;' }))`,
    'a long text for one': `#(('<'):gsub('<', ('x'):rep(1 << 23) .. '%0'))`,
    'a text of many parts': `#(('<<'):gsub('<', ('%0'):rep(30000)))`,
    'nothing, everywhere': `#(('x'):rep(30000):gsub('', '-'))`,
    'a function for each': `#(('a<b&c '):rep(3000):gsub('[<&]', function(c) return c .. c end))`,
  }
  for (const [what, code] of Object.entries(long)) {
    const source = `local co = coroutine.wrap(function() local _, found = pcall(function() return ${code} end) coroutine.yield(found) end) return co()`
    const expected = runLua(`return ${code}`, { hardFuel: 1 << 29 })
    const process = new LuaProcess(source, { hardFuel: 100_000 })
    let moves = 0
    for (let verdict = process.step(5000); verdict === 'again'; verdict = process.step(5000))
      if (process.steps % 10 === 0 && moves++ < 3) process.moveTo(new Bodies({ hot: 1, keptBytes: 1 << 20 }))
    assert.is(process.ended?.value ?? null, expected, what)
    assert.ok(process.steps > 1, `${what}: ${process.steps} steps`)
    process.close()
  }
})

test('a pattern without end goes on and on, a slice at a time', () => {
  const process = new LuaProcess(`return ('a'):rep(40):find(('a*'):rep(20) .. 'b')`, { hardFuel: 50_000 })
  assert.is(process.run(10_000, 300), 'again')
  assert.ok(process.overshoot < 15_000, String(process.overshoot))
  process.close()
})

test('where it cannot be left, a pattern without end is ended', () => {
  const source = `setmetatable({}, { __gc = function() ('a'):rep(40):find(('a*'):rep(20) .. 'b') end })
    for i = 1, 1e6 do local t = {} end
    return 'alive'`
  const process = new LuaProcess(source, { hardFuel: 50_000 })
  assert.is(process.run(10_000, 10_000), 'fault')
  assert.is(process.body.fault!.reason, 'fuel')
  assert.ok(process.overshoot <= 51_000, String(process.overshoot))
  process.close()
})

test('a function that gsub calls may wait, yield, fail, and call gsub itself', () => {
  const process = new LuaProcess(`
    local waited = ('a b'):gsub('%a', function(c) return process.registry.lookup(c) end)
    local co = coroutine.wrap(function() return (('xyz'):gsub('.', function(c) return coroutine.yield(c) end)) end)
    local yielded = co() .. co(1) .. co(2) .. co(3)
    local failed = select(2, pcall(string.gsub, 'a', '.', function() error('no', 0) end))
    local nested = ('a-b'):gsub('%a', function(c) return (('1'):gsub('%d', function(d) return c .. d end)) end)
    return { waited, yielded, failed, nested }`)
  let verdict = process.run()
  for (let i = 0; verdict === 'wait'; i++) {
    const { tag, args, target } = process.asks[i]!
    verdict = process.reply(tag, [`<${target || args[0]}>`]).run()
  }
  assert.equal(process.ended!.value, ['<a> <b>', 'xyz123', 'no', 'a1-b1'])
  process.close()
})

test.run()
