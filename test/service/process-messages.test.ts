import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, func, proc, withApp } from '../support/app.ts'

const test = suite('process: messages')

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp(drafts, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

const flood = proc(`return function(who, topic, n) for i = 1, n do process.send(who, topic, i) end end`)

lua(
  'messages of one sender arrive in the order of sending, more than one batch of them',
  { flood },
  `local got = process.listen("n")
   process.spawn("app:flood", "app:processes", process.pid(), "n", 1000)
   for i = 1, 1000 do if got:receive() ~= i then return i end end
   return "in order"`,
  'in order',
)

lua(
  'messages sent before anybody listens are kept, in order, for who asks for their topic first and for the inbox then',
  { flood },
  `local self = process.pid()
   for i, topic in ipairs{ "a", "b", "a", "c", "b" } do process.send(self, topic, i) end
   funcs.call("app:turn")
   local a = process.listen("a")
   local out = { (a:receive()), (a:receive()) }
   local inbox = process.inbox()
   for _ = 1, 3 do
     local message = inbox:receive()
     out[#out + 1] = message:topic() .. message:payload():data()
   end
   return out`,
  [1, 3, 'b2', 'c4', 'b5'],
)

lua(
  'listen gives values: one as it is, several as a list, none as nil; with message=true it gives messages',
  {},
  `local self, values, whole = process.pid(), process.listen("v"), process.listen("m", { message = true })
   process.send(self, "v", { x = 1 })
   process.send(self, "v", 1, "two")
   process.send(self, "v")
   process.send(self, "m", 7)
   local one, several, none = values:receive(), values:receive(), values:receive()
   local message = whole:receive()
   return { one, several, none == nil, message:topic(), message:from() == self, message:payload():data() }`,
  [{ x: 1 }, [1, 'two'], true, 'm', true, 7],
)

lua(
  'a message in the inbox has topic, sender, and one payload, a list of them, or none',
  {},
  `local self, inbox = process.pid(), process.inbox()
   process.send(self, "one", 1)
   process.send(self, "two", 1, "b")
   process.send(self, "none")
   local one, two, none = inbox:receive(), inbox:receive(), inbox:receive()
   return {
     one:topic(), one:from() == self, one:payload():data(), one:payload():get_format(),
     two:payload()[1]:data(), two:payload()[2]:data(), none:payload() == nil,
   }`,
  ['one', true, 1, 'lua/any', 1, 'b', true],
)

lua(
  'the inbox gets what has no listener of its own; listening twice gives the same channel',
  {},
  `local self, inbox = process.pid(), process.inbox()
   local mine = process.listen("mine")
   process.send(self, "mine", 1)
   process.send(self, "other", 2)
   return { mine:receive(), inbox:receive():topic(), process.listen("mine") == mine, process.inbox() == inbox }`,
  [1, 'other', true, true],
)

lua(
  'after unlisten the channel is closed and the topic goes to the inbox',
  {},
  `local self, inbox, mine = process.pid(), process.inbox(), process.listen("mine")
   process.unlisten(mine)
   process.send(self, "mine", 1)
   local value, ok = mine:receive()
   return { value == nil, ok, inbox:receive():payload():data() }`,
  [true, false, 1],
)

lua(
  'what cannot be sent is refused: reserved topics, unknown names, processes that are gone',
  { ends: proc('return function() end') },
  `local events = process.events()
   local gone = process.spawn_monitored("app:ends", "app:processes")
   events:receive()
   local out = {}
   for i, call in ipairs{ { process.pid(), "@x" }, { "nobody", "x" }, { gone, "x" }, { "{app:processes|0x99999}", "x" } } do
     local ok, err = process.send(call[1], call[2], 1)
     out[i] = { ok = ok, kind = err:kind(), text = tostring(err) }
   end
   local ok, err = process.listen("@x")
   local ok2, err2 = process.listen("")
   return { out, err:kind(), err2:kind() }`,
  [
    [
      { kind: 'Invalid', text: 'cannot send to @ topics' },
      { kind: 'NotFound', text: "could not resolve 'nobody' as PID or registered name" },
      { kind: 'NotFound', text: 'process {app:processes|0x00002} not found' },
      { kind: 'NotFound', text: 'process {app:processes|0x99999} not found' },
    ],
    'Invalid',
    'Invalid',
  ],
)

lua(
  'tables are copied, functions and channels do not travel, errors keep what they are',
  {},
  `local got, self = process.listen("v"), process.pid()
   local original = { list = { 1, 2.5, "s" }, f = function() end, ch = channel.new() }
   process.send(self, "v", original, errors.new{ kind = errors.TIMEOUT, message = "late", details = { ms = 5 } })
   original.list[1] = "changed"
   local value, err = table.unpack((got:receive()))
   return { value.list, value.f == nil, value.ch == nil, math.type(value.list[1]), err:kind(), err:message(), err:details() }`,
  [[1, 2.5, 's'], true, true, 'integer', 'Timeout', 'late', { ms: 5 }],
)

lua(
  'a function can send to itself and receive, and knows who called it by a message',
  {
    f: func(
      `return function(who) local got = process.listen("x") process.send(process.pid(), "x", 5) process.send(who, "hi", process.pid()) return got:receive() end`,
    ),
  },
  `local hi = process.listen("hi")
   return { (funcs.call("app:f", process.pid())), (hi:receive()) }`,
  [5, '{app:f#lua.1|0x00002}'],
)

const small = { kind: 'process.host', limits: { mailbox: { messages: 10, size: '1KiB' } } }

test('a full mailbox refuses with RateLimited; received messages make room', () =>
  withApp(
    {
      small,
      sink: proc(`return function() process.listen("go"):receive() local n = process.listen("n") while true do n:receive() end end`),
    },
    async (app) => {
      const found = await app.eval(`
      local sink = process.spawn("app:sink", "app:small")
      local sent, err = 0, nil
      while not err do
        local ok, why = process.send(sink, "n", sent)
        if ok then sent = sent + 1 else err = why end
      end
      funcs.call("app:turn") -- it takes its messages in, but has not received them
      local still, why = process.send(sink, "n", "late")
      local ok, large = process.send(sink, "n", ("x"):rep(2000))
      return { sent, err:kind(), err:retryable(), tostring(err), still == nil, why:kind(), ok == nil, large:kind() }`)
      assert.equal(found, [10, 'RateLimited', true, 'mailbox is full', true, 'RateLimited', true, 'Invalid'])
    },
  ))

test('what a process received does not count any more, nor what lies in a channel it has given up', () =>
  withApp(
    {
      small,
      sink: proc(`return function(who)
        local go = process.listen("go")
        for round = 1, 5 do
          local n = process.listen("n")
          process.send(who, "ready", round)
          go:receive()
          if round % 2 == 0 then for _ = 1, 5 do n:receive() end end
          process.unlisten(n)
        end
      end`),
    },
    async (app) => {
      const found = await app.eval(`
        local ready, sent = process.listen("ready"), 0
        local sink = process.spawn("app:sink", "app:small", process.pid())
        for round = 1, 5 do
          ready:receive()
          for i = 1, 5 do if process.send(sink, "n", i) then sent = sent + 1 end end
          process.send(sink, "go")
        end
        return sent`)
      assert.is(found, 25)
    },
  ))

test.run()
