import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { func, proc, withApp } from '../support/app.ts'

const test = suite('process: upgrade')

const first = proc(`return function(who)
  process.registry.register("keeper")
  process.set_options({ trap_links = true })
  process.send(who, "at", "first", process.pid())
  process.listen("go"):receive()
  process.upgrade("app:second", who, "state")
  error("never here")
end`)
const second = proc(`return function(who, state)
  process.send(who, "at", "second", process.pid(), process.id(), state, process.get_options().trap_links, ctx.get("who"))
  local n = process.listen("n")
  process.send(who, "kept", (n:receive()), (n:receive()))
  error("the end", 0)
end`)

test('new code keeps the pid, the name, options, monitors, links and context', () =>
  withApp({ first, second }, async (app) => {
    const found = await app.eval(`
      process.set_options({ trap_links = true })
      local at, kept, events = process.listen("at"), process.listen("kept"), process.events()
      local pid = process.with_context({ who = "ada" }):spawn_linked_monitored("app:first", "app:processes", process.pid())
      local before = at:receive()
      process.send(pid, "go")
      local after = at:receive()
      process.send(pid, "n", 1)
      process.send("keeper", "n", 2)
      local both = { (events:receive()), (events:receive()) }
      table.sort(both, function(a, b) return a.kind < b.kind end)
      return {
        before, after, before[2] == pid, (kept:receive()), both[1].kind, both[2].kind, both[1].from == pid,
        tostring(both[1].result.error),
      }`)
    const pid = '{app:processes|0x00002}'
    assert.equal(found, [
      ['first', pid],
      ['second', pid, 'app:second', 'state', true, 'ada'],
      true,
      [1, 2],
      'pid.exit',
      'pid.link.down',
      true,
      'the end',
    ])
  }))

test('without an entry it is the same one, as the registry has it now', () =>
  withApp(
    {
      self: proc(
        `return function(who, round) process.send(who, "at", "old", round) process.listen("go"):receive() process.upgrade(nil, who, 2) end`,
      ),
    },
    async (app) => {
      const talk = app.eval(`
      local at = process.listen("at")
      process.registry.register("talk")
      local pid = process.spawn("app:self", "app:processes", process.pid(), 1)
      local before = at:receive()
      process.listen("changed"):receive()
      process.send(pid, "go")
      return { before, (at:receive()) }`)
      await app.until(() => app.processes('app:self').length === 1, 'the process')
      await app.put('app:self', proc(`return function(who, round) process.send(who, "at", "new", round) end`))
      app.node.scheduler.delivery.message('', 'talk', 'changed', Uint8Array.of(0x90))
      assert.equal(await talk, [
        ['old', 1],
        ['new', 2],
      ])
    },
  ))

test('what the old code had under way is given up: its calls end, its timers are gone', () =>
  withApp(
    {
      slow: func('return function() time.sleep("1h") end'),
      old: proc(`return function() funcs.async("app:slow") time.after("1h") process.listen("go"):receive() process.upgrade("app:new") end`),
      new: proc('return function() process.events():receive() end'),
    },
    async (app) => {
      await app.eval(`process.registry.register("old", process.spawn("app:old", "app:processes")) process.send("old", "go")`)
      await app.until(() => app.processes('app:new').length === 1, 'the new code')
      assert.equal(app.processes('app:slow'), [])
    },
  ))

test('code that cannot be had leaves the process as it is; a function cannot be upgraded', () =>
  withApp(
    { f: func(`return function() local ok, err = process.upgrade("app:f2") return err:kind() end`), f2: proc('return function() end') },
    async (app) => {
      const found = await app.eval(`
      local ok, err = process.upgrade("app:nothing")
      local ok2, err2 = process.upgrade("app:f")
      return { ok == nil, err:kind(), err2:kind(), (funcs.call("app:f")), process.id() }`)
      assert.equal(found, [true, 'NotFound', 'Invalid', 'Invalid', 'app:probe1'])
    },
  ))

test.run()
