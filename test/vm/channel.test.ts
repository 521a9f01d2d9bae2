// Channels under load: order, nil, close, and what selects leave behind.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PAGE } from '../../src/vm/abi.ts'
import { LuaProcess, MiB, runLua } from './lua-process.ts'
import { randomFrom } from './random-program.ts'

const test = suite('channel')

const lua = (name: string, source: string, expected: unknown): void =>
  test(name, () => {
    for (const fuel of [1 << 30, 300]) {
      const process = new LuaProcess(source)
      assert.equal(process.result(fuel, 1_000_000), expected, `slices of ${fuel}`)
      process.close()
    }
  })

lua(
  'nil goes through a channel like any value: by rendezvous, from a buffer, in a select',
  `local plain, buffered, out = channel.new(), channel.new(3), {}
   coroutine.spawn(function() plain:send(nil) plain:send(false) end)
   for i = 1, 2 do local value, ok = plain:receive() out[#out + 1] = tostring(value) .. ' ' .. tostring(ok) end
   buffered:send(nil) buffered:send(1) buffered:send(nil) buffered:close()
   for i = 1, 4 do local value, ok = buffered:receive() out[#out + 1] = tostring(value) .. ' ' .. tostring(ok) end
   coroutine.spawn(function() plain:send(nil) end)
   local got = channel.select{ plain:case_receive() }
   out[#out + 1] = tostring(got.value) .. ' ' .. tostring(got.ok)
   return out`,
  ['nil true', 'false true', 'nil true', '1 true', 'nil true', 'nil false', 'nil true'],
)

lua(
  'receivers are served in the order in which they began to wait, whatever they wait with',
  `local ch, other, order = channel.new(), channel.new(), {}
   for i = 1, 6 do
     coroutine.spawn(function()
       local value
       if i % 3 == 0 then value = channel.select{ other:case_receive(), ch:case_receive() }.value else value = ch:receive() end
       order[#order + 1] = i .. '=' .. value
     end)
   end
   for i = 1, 6 do ch:send(i) end
   coroutine.spawn(function() end)
   return order`,
  ['1=1', '2=2', '3=3', '4=4', '5=5', '6=6'],
)

lua(
  'senders are heard in the order in which they began to wait, whatever they send with',
  `local ch, never, out = channel.new(), channel.new(), {}
   for i = 1, 6 do
     coroutine.spawn(function()
       if i % 2 == 0 then channel.select{ never:case_receive(), ch:case_send(i) } else ch:send(i) end
     end)
   end
   for i = 1, 6 do out[i] = ch:receive() end
   return out`,
  [1, 2, 3, 4, 5, 6],
)

lua(
  'a full buffer takes from its waiting senders as it empties, in order',
  `local ch, out, sent = channel.new(2), {}, 0
   for i = 1, 6 do coroutine.spawn(function() ch:send(i) sent = sent + 1 end) end
   local before = sent
   for i = 1, 6 do out[i] = ch:receive() end
   return { before, out }`,
  [2, [1, 2, 3, 4, 5, 6]],
)

lua(
  'close wakes everyone: receivers, senders, selects of both',
  `local ch, out = channel.new(), {}
   local function note(...) out[#out + 1] = table.concat({ ... }, ' ') end
   coroutine.spawn(function() local value, ok = ch:receive() note('receiver', tostring(value), tostring(ok)) end)
   coroutine.spawn(function() local got = channel.select{ ch:case_receive() } note('select', tostring(got.value), tostring(got.ok)) end)
   ch:close()
   local full = channel.new(1)
   full:send('kept')
   coroutine.spawn(function() note('sender', tostring((pcall(full.send, full, 1)))) end)
   coroutine.spawn(function() note('select', tostring((pcall(channel.select, { full:case_send(1) })))) end)
   full:close()
   coroutine.spawn(function() end)
   table.sort(out)
   return { out, full:receive(), (select(2, full:receive())) }`,
  [['receiver nil false', 'select false', 'select nil false', 'sender false'], 'kept', false],
)

lua(
  'items of a select that are no cases are passed over; none ready and a default: the default',
  `local ch = channel.new()
   local got = channel.select{ 1, 'x', {}, ch:case_receive(), default = true }
   local bad = pcall(channel.select, 7)
   return { got.default, got.ok, bad }`,
  [true, true, false],
)

lua(
  'a size must be a whole number, 0 or more',
  `local out = {}
   for i, size in ipairs{ 0, 3, 2.0, -1, 1.5, 'x' } do out[i] = (pcall(channel.new, size)) end
   return out`,
  [true, true, true, false, false, false],
)

test('many senders and receivers: every value arrives once, those of one sender in order', () => {
  const random = randomFrom(3)
  for (let round = 0; round < 12; round++) {
    const [senders, receivers, size] = [1 + Math.floor(random() * 6), 1 + Math.floor(random() * 6), Math.floor(random() * 4)]
    const source = `
      local ch, finished, got = channel.new(${size}), channel.new(), {}
      for s = 1, ${senders} do
        coroutine.spawn(function()
          for i = 1, 30 do
            if (i + s) % 5 == 0 then channel.select{ ch:case_send{ s, i } } else ch:send{ s, i } end
          end
          finished:send(true)
        end)
      end
      for r = 1, ${receivers} do
        coroutine.spawn(function()
          local mine, latest = 0, {}
          while true do
            local value, ok
            if mine % 3 == ${round % 3} then
              local chosen = channel.select{ ch:case_receive() }
              value, ok = chosen.value, chosen.ok
            else
              value, ok = ch:receive()
            end
            if not ok then break end
            assert(value[2] > (latest[value[1]] or 0), 'out of order')
            latest[value[1]] = value[2]
            got[value[1] * 1000 + value[2]] = (got[value[1] * 1000 + value[2]] or 0) + 1
            mine = mine + 1
          end
          finished:send(false)
        end)
      end
      for i = 1, ${senders} do assert(finished:receive() == true) end
      ch:close()
      for i = 1, ${receivers} do assert(finished:receive() == false) end
      local count = 0
      for _, times in pairs(got) do assert(times == 1) count = count + 1 end
      return count`
    for (const fuel of [1 << 30, 250]) {
      const process = new LuaProcess(source)
      assert.is(process.result(fuel, 1_000_000), senders * 30, `${senders} senders, ${receivers} receivers, room for ${size}`)
      process.close()
    }
  }
})

test('selects that were answered by one channel leave nothing behind in the others', () => {
  for (const beside of ['', 'coroutine.spawn(function() quiet:receive() end)']) {
    const process = new LuaProcess(`
      local inbox, quiet, sink = process.inbox(), process.listen('quiet'), channel.new()
      ${beside}
      while true do channel.select{ inbox:case_receive(), quiet:case_receive(), sink:case_send(1) } end`)
    process.run()
    for (let i = 0; i < 2000; i++) process.post('loud', [i]).run()
    const { memoryBytes } = process.body
    for (let i = 0; i < 10_000; i++) process.post('loud', [i]).run()
    assert.ok(process.body.memoryBytes <= memoryBytes + PAGE, `${process.body.memoryBytes} after ${memoryBytes}`) // 10,000 would be many
    assert.ok(memoryBytes < 2 * MiB)
    process.close()
  }
})

test('what a channel refuses it refuses with the line of the caller', () => {
  for (const [source, message] of [
    ['local c = channel.new() c:close()\nc:send(1)', 'main.lua:2: channel is closed'],
    ['local c = channel.new() c:close()\nchannel.select{ c:case_send(1) }', 'main.lua:2: channel is closed'],
    ['coroutine.spawn(7)', `main.lua:1: bad argument #1 to 'spawn' (function expected, got number)`],
    ['channel.select(7)', `main.lua:1: bad argument #1 to 'select' (table expected, got number)`],
  ] as const) {
    assert.throws(
      () => runLua(source),
      (error: Error) => error.message === message,
      message,
    )
  }
})

// Whoever waits for a message takes the next one without leaving: what happens must be the same as if each had come alone.
const ORDER = `
  local seen, one, two = {}, process.listen('one', { message = true }), process.listen('two')
  local function note(text) seen[#seen + 1] = text end
  local idle = channel.new()
  coroutine.spawn(function() while true do note('one ' .. one:receive():payload():data()) end end)
  coroutine.spawn(function() while true do note('two ' .. (two:receive())) idle:send('x') end end)
  coroutine.spawn(function() while true do note('idle ' .. idle:receive()) end end)
  local inbox = process.inbox()
  while true do
    local message = inbox:receive()
    if message:topic() == 'stop' then return seen end
    note(message:topic())
  end`

test('messages that come together are seen as if they had come one by one, whoever waits for them', () => {
  const random = randomFrom(20261126)
  for (let round = 0; round < 30; round++) {
    const topics = Array.from({ length: 30 }, () => ['one', 'two', 'other', 'more'][Math.floor(random() * 4)]!)
    const run = (together: number): unknown => {
      const process = new LuaProcess(ORDER)
      process.run()
      topics.forEach((topic, i) => {
        process.post(topic, [i])
        if (i % together === together - 1) assert.is(process.run(), 'wait')
      })
      process.run()
      const result = process.post('stop', []).result()
      process.close()
      return result
    }
    const alone = run(1) as string[]
    const heard = (all: string[], kind: string): string[] => all.filter((text) => text.startsWith(kind))
    for (const together of [2, 7, 30]) {
      const all = run(together) as string[]
      for (const kind of ['one', 'two', 'other', 'more', 'idle']) assert.equal(heard(all, kind), heard(alone, kind), `${kind} of ${topics}`)
      assert.is(all.length, alone.length)
    }
  }
})

test('a channel that does not listen any more gets nothing, also when the messages came together', () => {
  const process = new LuaProcess(`
    local inbox, a = process.inbox(), process.listen('a')
    local first = a:receive()
    process.unlisten(a)
    local rest = {}
    for i = 1, 2 do local m = inbox:receive() rest[i] = m:topic() .. m:payload():data() end
    a = process.listen('a')
    return { first, rest, (a:receive()) }`)
  process.run()
  for (let i = 1; i <= 4; i++) process.post('a', [i])
  assert.equal(process.result(), [1, ['a2', 'a3'], 4])
  process.close()
})

test('who takes message after message is preempted between them, and goes on', () => {
  const process = new LuaProcess(`
    local a, sum = process.listen('a'), 0
    for _ = 1, 200 do
      sum = sum + a:receive()
      for i = 1, 50 do sum = sum + i - i end
    end
    return sum`)
  process.run()
  for (let i = 1; i <= 200; i++) process.post('a', [i])
  assert.is(process.result(500), 20100)
  assert.ok(process.steps > 20, `${process.steps} steps`)
  process.close()
})

test.run()
