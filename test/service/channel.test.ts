import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, withApp } from '../support/app.ts'

const test = suite('channels and coroutines in a process')

const lua = (name: string, code: string, expected: unknown) =>
  test(name, () =>
    withApp({}, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

lua(
  'a spawned coroutine runs first, then the one that spawned it goes on',
  `local order = {}
   coroutine.spawn(function() order[#order + 1] = "spawned" end)
   order[#order + 1] = "main"
   return order`,
  ['spawned', 'main'],
)

lua(
  'a rendezvous: a sender waits for its receiver',
  `local ch, order = channel.new(), {}
   coroutine.spawn(function() for i = 1, 3 do ch:send(i) order[#order + 1] = "sent " .. i end end)
   for _ = 1, 3 do local value = ch:receive() order[#order + 1] = "got " .. value end
   funcs.call("app:turn")
   table.sort(order)
   return order`,
  ['got 1', 'got 2', 'got 3', 'sent 1', 'sent 2', 'sent 3'],
)

lua(
  'a buffered channel takes so many without a receiver, and keeps them after close',
  `local ch = channel.new(2)
   ch:send(1) ch:send(2)
   local full = channel.select{ ch:case_send(3), default = true }
   ch:close() ch:close()
   local out = { full.default, (ch:receive()), (ch:receive()) }
   local value, ok = ch:receive()
   out[4], out[5] = value == nil, ok
   out[6] = pcall(function() ch:send(4) end)
   return out`,
  [true, 1, 2, true, false, false],
)

lua(
  'closing lets receivers go with nil, false, and makes senders fail',
  `local a, b, out = channel.new(), channel.new(), {}
   coroutine.spawn(function() local value, ok = a:receive() out.receiver = { value == nil, ok } end)
   coroutine.spawn(function() out.sender = pcall(function() b:send(1) end) end)
   a:close() b:close()
   funcs.call("app:turn")
   return out`,
  { receiver: [true, false], sender: false },
)

lua(
  'select takes the first case that is ready, in the order they are listed, and says which',
  `local a, b, c = channel.new(1), channel.new(1), channel.new(1)
   b:send("b") c:send("c")
   local first = channel.select{ a:case_receive(), b:case_receive(), c:case_receive() }
   local sent = channel.select{ a:case_send("x"), c:case_receive() }
   a:receive()
   local waited
   coroutine.spawn(function() time.sleep("1ms") a:send("late") end)
   waited = channel.select{ a:case_receive(), b:case_receive() }
   a:close()
   local closed = channel.select{ a:case_receive() }
   return {
     { first.channel == b, first.value, first.ok }, { sent.channel == a, sent.value, sent.ok },
     { waited.channel == a, waited.value, waited.ok }, { closed.value == nil, closed.ok },
     (channel.select({ b:case_receive() }, true)).default, (pcall(channel.select, { a:case_send(1) })),
   }`,
  [[true, 'b', true], [true, 'x', true], [true, 'late', true], [true, false], true, false],
)

lua(
  'a select that was answered leaves nothing behind in the channels it also waited for',
  `local a, b = channel.new(), channel.new()
   coroutine.spawn(function() time.sleep("1ms") a:send("a") end)
   local got = channel.select{ a:case_receive(), b:case_receive() }
   local nobody = channel.select{ b:case_send("b"), default = true }
   return { got.value, nobody.default }`,
  ['a', true],
)

lua(
  'messages, events, timers and channels can be waited for together',
  `local inbox, events, done, out = process.inbox(), process.events(), channel.new(), {}
   process.send(process.pid(), "hello")
   process.cancel(process.pid(), "why")
   coroutine.spawn(function() time.sleep("2ms") done:send("done") end)
   local timer = time.after("20ms")
   while #out < 4 do
     local got = channel.select{ inbox:case_receive(), events:case_receive(), done:case_receive(), timer:case_receive() }
     if got.channel == inbox then out[#out + 1] = got.value:topic()
     elseif got.channel == events then out[#out + 1] = got.value.reason
     elseif got.channel == timer then out[#out + 1] = "timer"
     else out[#out + 1] = got.value end
   end
   table.sort(out)
   return out`,
  ['done', 'hello', 'timer', 'why'],
)

lua(
  'subscribe binds a channel of its own to a topic; unsubscribe gives the topic back',
  `local ch, inbox = channel.new(5), process.inbox()
   subscribe("t", ch)
   local twice = pcall(subscribe, "t", channel.new())
   process.send(process.pid(), "t", 1)
   local first = ch:receive()
   unsubscribe(ch)
   process.send(process.pid(), "t", 2)
   return { twice, first, inbox:receive():payload():data() }`,
  [false, 1, 2],
)

lua(
  'plain coroutines work beside, and may wait for messages',
  `local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) time.sleep("1ms") return b * 2 end)
   local values = { co(1), co(10) }
   local ok, err = coroutine.resume(coroutine.create(function() error("inside", 0) end))
   return { values, ok, err }`,
  [[2, 20], false, 'inside'],
)

test('a process that only waits for itself fails, however many coroutines wait', () =>
  withApp({}, async (app) => {
    for (const code of [
      `local ch = channel.new() coroutine.spawn(function() ch:receive() end) ch:receive()`,
      `channel.select{ channel.new():case_receive() }`,
      `channel.new():send(1)`,
    ]) {
      const error = await failure(app.eval(code))
      assert.is(error.message, 'all coroutines blocked with no pending operations')
    }
  }))

test.run()
