import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, failure, proc, withApp } from '../support/app.ts'

const test = suite('process: monitors, links, cancel, terminate')

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp(drafts, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

const returns = proc('return function(...) return ... end')
const fails = proc('return function(text) error(text, 0) end')
const waits = proc('return function() process.events():receive() end')
const spins = proc('return function(who) if who then process.send(who, "spinning", process.pid()) end while true do end end')

lua(
  'EXIT tells a watcher who ended, when, and with what',
  { returns },
  `local events = process.events()
   local pid = process.spawn_monitored("app:returns", "app:processes", { answer = 42 })
   local event = events:receive()
   local age = time.now():sub(event.at):seconds()
   local fields = {}
   for key in pairs(event) do fields[#fields + 1] = key end
   table.sort(fields)
   return { event.kind, event.kind == process.event.EXIT, event.from == pid, event.result, fields, age >= 0 and age < 5 }`,
  ['pid.exit', true, true, { value: { answer: 42 } }, ['at', 'from', 'kind', 'result'], true],
)

lua(
  'EXIT of a process that failed, that returned an error, and that was terminated',
  { returns, fails, waits },
  `local events, out = process.events(), {}
   process.spawn_monitored("app:fails", "app:processes", "boom")
   out[1] = events:receive().result
   process.spawn_monitored("app:returns", "app:processes", "half", errors.new{ kind = errors.INVALID, message = "bad" })
   out[2] = events:receive().result
   process.terminate(process.spawn_monitored("app:waits", "app:processes"))
   out[3] = events:receive().result
   for i, result in ipairs(out) do out[i] = { value = result.value, kind = result.error:kind(), text = tostring(result.error) } end
   return out`,
  [
    { kind: '', text: 'boom' },
    { value: 'half', kind: 'Invalid', text: 'bad' },
    { kind: '', text: 'terminated' },
  ],
)

lua(
  'a monitor is one per pair, can be taken back, and needs a living process',
  { waits },
  `local events = process.events()
   local pid = process.spawn("app:waits", "app:processes")
   local first = process.monitor(pid)
   local second, again = process.monitor(pid)
   local off = process.unmonitor(pid)
   process.cancel(pid)
   local gone = process.spawn_monitored("app:waits", "app:processes")
   process.cancel(gone)
   local event = events:receive()
   local third, err = process.monitor(pid)
   return { first, again:kind(), off, event.from == gone, err:kind(), tostring(err) }`,
  [true, 'AlreadyExists', true, true, 'NotFound', 'pid not registered'],
)

lua(
  'CANCEL carries its reason and who asked; the process decides',
  {
    stays: proc(`return function(who)
     local events = process.events()
     for _ = 1, 2 do
       local event = events:receive()
       process.send(who, "told", { kind = event.kind, reason = event.reason, from = event.from, result = event.result })
     end
   end`),
  },
  `local told = process.listen("told")
   local pid = process.spawn("app:stays", "app:processes", process.pid())
   local ok = process.cancel(pid, "enough")
   local first = told:receive()
   process.cancel(pid)
   return { ok, first, (told:receive()).reason, process.event.CANCEL }`,
  [true, { kind: 'pid.cancel', reason: 'enough', from: '{app:terminal|0x00001}' }, '', 'pid.cancel'],
)

lua(
  'CANCEL that came before anybody asked for events is kept',
  {},
  `process.cancel(process.pid(), "early")
   funcs.call("app:turn")
   return (process.events():receive()).reason`,
  'early',
)

test('a linked process that fails takes along who does not trap it, past any pcall', () =>
  withApp({ fails }, async (app) => {
    const error = await failure(
      app.eval(
        `process.spawn_linked("app:fails", "app:processes", "boom") pcall(function() process.events():receive() end) return "alive"`,
      ),
    )
    assert.equal([error.kind, error.message], ['Internal', 'linked process failed'])
  }))

lua(
  'who traps links gets LINK_DOWN, only of an abnormal end',
  { fails, returns },
  `process.set_options({ trap_links = true })
   local events = process.events()
   process.spawn_linked_monitored("app:returns", "app:processes", "fine")
   local normal = events:receive()
   local pid = process.spawn_linked("app:fails", "app:processes", "boom")
   local down = events:receive()
   return { normal.kind, down.kind, down.from == pid, tostring(down.result.error), down.result.value == nil }`,
  ['pid.exit', 'pid.link.down', true, 'boom', true],
)

lua(
  'linking and unlinking by hand',
  { waits },
  `local pid = process.spawn("app:waits", "app:processes")
   local linked, off = process.link(pid), process.unlink(pid)
   process.terminate(pid)
   local again, err = process.link(pid)
   funcs.call("app:turn")
   return { linked, off, again == nil, err:kind() }`,
  [true, true, true, 'NotFound'],
)

test('a failure runs along a chain of links', () =>
  withApp(
    {
      chain: proc(`return function(n, who)
        if n == 0 then process.send(who, "ready", process.pid()) else process.spawn_linked("app:chain", "app:processes", n - 1, who) end
        process.events():receive()
      end`),
    },
    async (app) => {
      const left = await app.eval(`
        local ready, events = process.listen("ready"), process.events()
        local first = process.spawn_monitored("app:chain", "app:processes", 50, process.pid())
        process.terminate((ready:receive()))
        local event = events:receive()
        return { event.from == first, tostring(event.result.error) }`)
      assert.equal(left, [true, 'linked process failed'])
      await app.until(() => app.processes('app:chain').length === 0, 'the end of the chain')
    },
  ))

lua(
  'an endless loop can be terminated, and hears a cancel never',
  { spins },
  `local events, spinning = process.events(), process.listen("spinning")
   local pid = process.spawn_monitored("app:spins", "app:processes", process.pid())
   spinning:receive()
   process.cancel(pid)
   funcs.call("app:turn")
   local alive = process.send(pid, "ping")
   process.terminate(pid)
   local event = events:receive()
   return { alive, event.from == pid, tostring(event.result.error), (process.send(pid, "ping")) == nil }`,
  [true, true, 'terminated', true],
)

test('endless loops leave others their turn', () =>
  withApp(
    {
      spins,
      echo: proc(
        'return function() local inbox = process.inbox() while true do local m = inbox:receive() process.send(m:from(), "back") end end',
      ),
    },
    async (app) => {
      await app.eval(`process.spawn("app:spins", "app:processes") process.spawn("app:spins", "app:processes")`)
      const turns = (): number => app.processes('app:spins').reduce((sum, { steps }) => sum + steps, 0)
      const before = turns()
      await app.eval(`
      local back, echo = process.listen("back"), process.spawn("app:echo", "app:processes")
      for _ = 1, 200 do
        process.send(echo, "there")
        back:receive()
      end`)
      const each = (turns() - before) / 200
      assert.ok(each <= 4, `both loops had ${each} turns for one answer`)
    },
  ))

test.run()
