// Managed coroutines: in which order they run, how they end, and where they may wait.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CONTROL } from '../../src/vm/abi.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import type { Instance } from '../../src/vm/instance.ts'
import { LuaProcess, MiB, runLua } from './lua-process.ts'

const test = suite('coroutine')

test('what becomes ready runs in that order: the spawned coroutine, then who was ready, then its spawner', () => {
  const source = `
   local order, ch = {}, channel.new()
   local function note(text) order[#order + 1] = text end
   coroutine.spawn(function()
     note('a')
     coroutine.spawn(function() note('b') ch:receive() note('d') end)
     note('c')
   end)
   note('main')
   ch:send(1)
   coroutine.spawn(function() end)
   return order`
  assert.equal(runLua(source), ['a', 'main', 'b', 'd', 'c'])
})

test('a wait where none is possible fails there, and is not remembered', () => {
  const attempts: Readonly<Record<string, string>> = {
    ask: `process.registry.lookup('x')`,
    receive: `ch:receive()`,
    send: `ch:send(1)`,
    select: `channel.select{ ch:case_receive(), ch:case_send(1) }`,
    'receive after others': `ch:receive()`,
  }
  for (const [what, attempt] of Object.entries(attempts)) {
    for (const inside of [attempt, `coroutine.wrap(function() ${attempt} end)()`]) {
      const source = `
        local ch, after = channel.new(), channel.new()
        ${what.includes('others') ? 'coroutine.spawn(function() ch:receive() end) coroutine.spawn(function() ch:receive() end)' : ''}
        local ok, message = pcall(string.format, '%s', setmetatable({}, { __tostring = function() ${inside} return 'x' end }))
        assert(not ok and tostring(message):find('attempt to wait across a C%-call boundary'), message)
        local co, yields = coroutine.wrap(function() coroutine.yield('first') coroutine.yield('second') end), {}
        yields[1], yields[2] = co(), co()
        coroutine.spawn(function() after:send('value') end)
        local got, more = after:receive()
        local answer = process.registry.lookup('the one')
        return { yields, got, more, answer }`
      const process = new LuaProcess(source)
      assert.is(process.run(), 'wait', what)
      assert.is(process.asks.length, 1, `${what}: only what could wait was asked`)
      for (let tag = 1; tag < process.asks[0]!.tag; tag++) process.reply(tag, ['stolen'])
      process.reply(process.asks[0]!.tag, ['mine'])
      assert.equal(process.result(), [['first', 'second'], 'value', true, 'mine'], what)
      process.close()
    }
  }
})

test('an error in any coroutine fails the process, with a traceback that says where', () => {
  const process = new LuaProcess(
    [
      'local function broken()',
      '  local t = nil',
      '  return t.x',
      'end',
      'coroutine.spawn(function()',
      '  broken()',
      'end)',
      'channel.new():receive()',
    ].join('\n'),
  )
  assert.is(process.run(), 'exit')
  const { ok, error } = process.ended!
  assert.is(ok, false)
  assert.is(error!.message, `main.lua:3: attempt to index a nil value (local 't')`)
  assert.match(error!.frame!, /main\.lua:3: in .*broken[\s\S]*main\.lua:6: in function <main\.lua:5>/)
  process.close()
})

test('the end of main is the end of every coroutine', () => {
  const process = new LuaProcess(`
    coroutine.spawn(function() while true do process.registry.lookup('again') end end)
    coroutine.spawn(function() channel.new():receive() end)
    return 'over'`)
  assert.is(process.result(), 'over')
  process.close()
})

test('an Error crosses the end of a process with all it carries; a second result is the error', () => {
  const { error } = (() => {
    const process = new LuaProcess(`
      error(errors.wrap(errors.new{ message = 'inner', kind = errors.NOT_FOUND, retryable = true, details = { id = 7 } }, 'outer'))`)
    process.run()
    process.close()
    return process.ended!
  })()
  assert.equal(
    [error!.kind, error!.message, error!.contexts, error!.retryable, error!.details && { ...error!.details }],
    ['NotFound', 'inner', ['outer'], true, { id: 7 }],
  )
  const process = new LuaProcess(`return 'value', 'text'`)
  process.run()
  assert.equal([process.ended!.ok, process.ended!.error!.message], [false, 'text'])
  process.close()
})

test('a process that is never idle may switch for ever', () => {
  let newest: Instance | null = null
  const bodies = new Bodies({ hot: 2, keptBytes: 2 * MiB })
  const acquire = bodies.pool.acquire.bind(bodies.pool)
  bodies.pool.acquire = (tenant) => {
    const slot = acquire(tenant)
    newest = slot.instance
    return slot
  }
  const process = new LuaProcess(
    `local a, b, n = channel.new(), channel.new(), 0
     local inbox = process.inbox()
     for i = 1, 3 do coroutine.spawn(function() while true do b:send(a:receive()) end end) end
     inbox:receive()
     for i = 1, 3000 do a:send(i) n = n + b:receive() end
     return n`,
    { bodies },
  )
  process.run()
  const words = newest!.words
  const [first, last] = [(CONTROL + 80) >> 2, (CONTROL + 84) >> 2]
  assert.equal([words[first], words[last]], [1, 0], 'the ready queue is empty')
  words[first] = 0x7fffff00
  words[last] = 0x7fffff00 - 1
  assert.is(process.post('go', []).result(2000, 100_000), (3000 * 3001) / 2)
  assert.ok(words[last]! < 0x7fff0000)
  process.close()
})

test('an endless chain of spawns and wakes does not grow the process', () => {
  const process = new LuaProcess(`
    local ch = channel.new()
    coroutine.spawn(function() while true do ch:receive() end end)
    while true do coroutine.spawn(function() ch:send(1) end) end`)
  process.run(100_000, 20)
  const { memoryBytes } = process.body
  process.run(100_000, 200)
  assert.ok(process.body.memoryBytes <= memoryBytes + MiB, `${process.body.memoryBytes} after ${memoryBytes}`)
  process.close()
})

test('coroutines nest as deep as Lua lets them, and every level may wait', () => {
  const source = `
    local function level(n)
      if n == 0 then return process.registry.lookup('bottom') end
      return coroutine.wrap(function() local v = level(n - 1) coroutine.yield() return v end)
    end
    local out = {}
    for depth = 0, 40, 10 do
      local function run(f) if type(f) ~= 'function' then return f end local inner = f() if inner == nil then inner = f() end return run(inner) end
      out[#out + 1] = run(level(depth))
    end
    return out`
  const process = new LuaProcess(source)
  let verdict = process.run(500)
  for (let i = 0; verdict === 'wait'; i++) verdict = process.reply(process.asks[i]!.tag, [`answer ${i}`]).run(500)
  assert.equal(
    process.ended!.value,
    Array.from({ length: 5 }, (_, i) => `answer ${i}`),
  )
  process.close()
})

test.run()
