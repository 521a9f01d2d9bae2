import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { type Draft, func, proc, type TestApp, withApp } from '../support/app.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('funcs')

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp(drafts, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

const double = func('return function(x) return x * 2 end')
const adds = func('local function add(a, b) return a + b end return { add = add }', { method: 'add' })
const bad = func(
  `return function() return nil, errors.new{ kind = errors.NOT_FOUND, message = "no such thing", retryable = false, details = { id = 7 } } end`,
)
const slow = func('return function() time.sleep("1h") end')

lua(
  'a call gives the first result; the second is its error, when it is text or an error',
  {
    double,
    adds,
    bad,
    text: func('return function() return 1, "plain text" end'),
    flag: func('return function() return 1, true end'),
    raises: func('return function() error({ code = 1 }) end'),
  },
  `local out = {}
   for i, call in ipairs{ { "app:double", 21 }, { "app:adds", 1, 2 }, { "app:text" }, { "app:flag" } } do
     local result, err = funcs.call(table.unpack(call))
     out[i] = { result = result, err = err and tostring(err) }
   end
   local _, err = funcs.call("app:bad")
   out[5] = { err:kind(), err:message(), err:retryable(), err:details() }
   local _, err = funcs.call("app:raises")
   out[6] = type(err) == "userdata" and err:kind()
   return out`,
  [{ result: 42 }, { result: 3 }, { err: 'plain text' }, { result: 1 }, ['NotFound', 'no such thing', false, { id: 7 }], ''],
)

lua(
  'what cannot be called says why',
  { double, p: proc('return function() end'), lost: func('local M = { other = function() end } return M', { method: 'main' }) },
  `local out = {}
   for i, id in ipairs{ "", "double", ":double", "app:", "app:nothing", "app:p", "app:lost" } do
     local result, err = funcs.call(id)
     out[i] = { result == nil, err:kind(), tostring(err) }
   end
   out[8] = pcall(funcs.call, 5)
   return out`,
  [
    [true, 'Invalid', 'function id is required'],
    [true, 'Invalid', 'invalid function id: double (expected ns:name)'],
    [true, 'Invalid', 'invalid function id: :double (expected ns:name)'],
    [true, 'Invalid', 'invalid function id: app: (expected ns:name)'],
    [true, 'NotFound', 'function "app:nothing" not found'],
    [true, 'Invalid', '"app:p" is a process.lua and cannot be called'],
    [true, 'NotFound', 'method not found: main in app:lost'],
    false,
  ],
)

lua(
  'no state survives a call',
  { counts: func('local n = 0 return function() n = n + 1 return n end') },
  `return { (funcs.call("app:counts")), (funcs.call("app:counts")) }`,
  [1, 1],
)

lua(
  'a future has its answer once, in its channel and for itself',
  { double, bad },
  `local future = funcs.async("app:double", 4)
   local before = { future:is_complete(), future:result() }
   local answer = future:response():receive()
   local failed = funcs.async("app:bad")
   local err = failed:channel():receive()
   local wrapped, is_error = failed:error()
   local none, no_error = future:error()
   return {
     before[1], before[2] == nil, answer:data(), future:is_complete(), future:result():data(), none == nil, no_error,
     type(err), err:kind(), tostring(wrapped), wrapped:kind(), is_error, future:response() == future:channel(),
   }`,
  [false, true, 8, true, 8, true, false, 'userdata', 'NotFound', 'async call failed: no such thing', 'Internal', true, true],
)

lua(
  'calls run beside each other',
  { meets: func('return function(who) process.send(who, "in", process.pid()) return (process.listen("out"):receive()) end') },
  `local entered, futures, pids, sum = process.listen("in"), {}, {}, 0
   for i = 1, 10 do futures[i] = funcs.async("app:meets", process.pid()) end
   for i = 1, 10 do pids[i] = entered:receive() end
   for i = 1, 10 do process.send(pids[i], "out", i) end
   for i = 1, 10 do sum = sum + futures[i]:response():receive():data() end
   return sum`,
  55,
)

test('a canceled call ends, and its future says so', () =>
  withApp({ slow }, async (app) => {
    const found = await app.eval(`
      local future = funcs.async("app:slow")
      funcs.call("app:turn")
      local ok = future:cancel()
      local err = future:response():receive()
      local result, why = future:result()
      funcs.call("app:turn")
      return { ok, future:is_canceled(), future:is_complete(), err:kind(), result == nil, why:kind() }`)
    assert.equal(found, [true, true, true, 'Canceled', true, 'Canceled'])
    assert.equal(app.processes('app:slow'), [])
  }))

test('a call ends with its caller, however deep', () =>
  withApp(
    {
      slow,
      middle: func('return function() return funcs.call("app:slow") end'),
      caller: proc('return function() funcs.async("app:slow") funcs.call("app:middle") end'),
    },
    async (app) => {
      await app.eval(`process.spawn("app:caller", "app:processes")`)
      await app.until(() => app.processes('app:slow').length === 2, 'two calls')
      app.node.scheduler.terminate(app.processes('app:caller')[0]!.pid)
      assert.is(app.processes('app:slow').length + app.processes('app:middle').length, 0)
    },
  ))

lua(
  'an executor is immutable and adds context over what is inherited',
  {
    all: func('return function() return ctx.all() end'),
    nested: func('return function() return funcs.new():with_context({ b = 3 }):call("app:all") end'),
  },
  `local base = funcs.new():with_context({ a = 1, b = 1 })
   local more = base:with_context({ b = 2 })
   local missing, err = funcs.new():call("app:nothing")
   return { (base:call("app:all")), (more:call("app:all")), (more:call("app:nested")), more:async("app:all"):response():receive():data(), err:kind() }`,
  [{ a: 1, b: 1 }, { a: 1, b: 2 }, { a: 1, b: 3 }, { a: 1, b: 2 }, 'NotFound'],
)

lua(
  'a process entry with a default host can be called',
  { p: proc('return function(x) return { x + 1, process.pid() } end', { meta: { default_host: 'processes' } }) },
  `return (funcs.call("app:p", 1))`,
  [2, '{app:processes|0x00002}'],
)

const gated = func('return function(who) process.send(who, "in", process.pid()) process.listen("out"):receive() return "done" end', {
  pool: { size: 2 },
})

test('a pool runs so many at once; the others wait for their turn', () =>
  withApp({ gated }, async (app) => {
    const found = await app.eval(`
      local entered, futures, most, running = process.listen("in"), {}, 0, 0
      for i = 1, 5 do futures[i] = funcs.async("app:gated", process.pid()) end
      local first, second = entered:receive(), (entered:receive())
      funcs.call("app:turn")
      local third = channel.select{ entered:case_receive(), default = true }
      for _, pid in ipairs{ first, second } do process.send(pid, "out") end
      for _ = 3, 5 do process.send((entered:receive()), "out") end
      local done = 0
      for i = 1, 5 do if futures[i]:response():receive():data() == "done" then done = done + 1 end end
      return { third.default, done }`)
    assert.equal(found, [true, 5])
  }))

test('who waits for a place and gives up, or ends, takes none', () =>
  withApp({ gated, caller: proc('return function(who) funcs.async("app:gated", who) process.events():receive() end') }, async (app) => {
    const found = await app.eval(`
      local entered = process.listen("in")
      local running = { funcs.async("app:gated", process.pid()), funcs.async("app:gated", process.pid()) }
      local pids = { (entered:receive()), (entered:receive()) }
      local gives_up = funcs.async("app:gated", process.pid())
      local ends = process.spawn("app:caller", "app:processes", process.pid())
      funcs.call("app:turn")
      gives_up:cancel()
      process.terminate(ends)
      local last = funcs.async("app:gated", process.pid())
      for _, pid in ipairs(pids) do process.send(pid, "out") end
      process.send((entered:receive()), "out")
      local answer = last:response():receive():data()
      funcs.call("app:turn")
      return { answer, (channel.select{ entered:case_receive(), default = true }).default }`)
    assert.equal(found, ['done', true])
    assert.equal(app.processes('app:gated'), [])
  }))

const fails = func(
  `return function(kind, retryable)
     events.send("app", "attempt", "n")
     return nil, errors.new{ kind = kind, message = "attempt failed", retryable = retryable }
   end`,
)
const attempts = (options: string, args: string): string => `
  local seen = events.subscribe("app"):channel()
  local result, err = funcs.new():with_options({ retry = ${options} }):call("app:fails", ${args})
  local count = 0
  while not channel.select{ seen:case_receive(), default = true }.default do count = count + 1 end
  return { count, err:kind() }`

test('a failed call is tried again as its options say, unless its error says it is no use', () =>
  withApp({ fails }, async (app) => {
    const fast = 'max_attempts = 3, initial_delay = "1ms"'
    for (const [options, args, expected] of [
      [`{ ${fast} }`, 'errors.UNAVAILABLE', [3, 'Unavailable']],
      [`{ ${fast} }`, 'errors.UNAVAILABLE, false', [1, 'Unavailable']],
      [`{ ${fast} }`, 'errors.CANCELED', [1, 'Canceled']],
      [`{ ${fast} }`, 'errors.TIMEOUT', [1, 'Timeout']],
      [`{ ${fast}, skip_kinds = { "Conflict" } }`, 'errors.CONFLICT', [1, 'Conflict']],
      [`{ ${fast}, retry_kinds = { "Conflict" } }`, 'errors.CONFLICT', [3, 'Conflict']],
      [`{ ${fast}, retry_kinds = { "Conflict" } }`, 'errors.INTERNAL', [1, 'Internal']],
      [`{ max_attempts = 2, initial_delay = "soon" }`, 'errors.INTERNAL', [0, 'Invalid']],
    ] as const) {
      assert.equal(await app.eval(attempts(options, args)), expected, `${options} ${args}`)
    }
  }))

test('no attempt is made for a caller that has gone', async () => {
  const timers = new ManualTimers()
  const caller = proc('return function() funcs.new():with_options({ retry = { max_attempts = 9, jitter = 0 } }):call("app:fails", "") end')
  const act = async (app: TestApp) => {
    await app.eval(`process.registry.register("caller", process.spawn("app:caller", "app:processes"))`)
    await app.until(() => timers.waits.length > 0, 'the pause before the second attempt')
    assert.equal(timers.waits, [100])
    timers.pass(100)
    await app.until(() => timers.waits.length > 0, 'the pause before the third attempt')
    assert.equal(timers.waits, [200])
    await app.eval(`process.terminate("caller")`)
    assert.equal(timers.waits, [])
  }
  await withApp({ fails, caller }, act, { clock: { nowMs: systemClock.nowMs, setTimer: timers.setTimer } })
})

test.run()
