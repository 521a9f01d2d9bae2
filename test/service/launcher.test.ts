import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, func, library, proc, start, withApp } from '../support/app.ts'

const test = suite('launcher: code and limits as the registry has them')

const waits = proc('return function() process.events():receive() end')
const says = (what: string) =>
  proc(`return function(who) process.send(who, "at", "${what}") process.listen("go"):receive() process.send(who, "at", "${what}") end`)

test('code has a module under the name it imports it as, whatever else has that name', () =>
  withApp(
    {
      registry: library('local base = require("base") return { kind = function(id) return base.get(id).kind end }', {
        imports: { base: ':registry' },
      }),
      f: func('return function() return { registry.kind("app:f"), clock.now():unix() > 0, data.encode({}) } end', {
        modules: [],
        imports: { registry: 'app:registry', clock: ':time', data: 'json' },
      }),
    },
    async (app) => assert.equal(await app.eval('return (funcs.call("app:f"))'), ['function.lua', true, '[]']),
  ))

test('the next spawn runs the new code, a running process the old', () =>
  withApp({ p: says('old') }, async (app) => {
    const found = app.eval(`
      process.registry.register("main")
      local at = process.listen("at")
      local before = process.spawn("app:p", "app:processes", process.pid())
      local out = { (at:receive()) }
      process.listen("changed"):receive()
      process.spawn("app:p", "app:processes", process.pid())
      out[2] = at:receive()
      process.send(before, "go")
      out[3] = at:receive()
      return out`)
    await app.until(() => app.processes('app:p').length === 1, 'the process')
    await app.put('app:p', says('new'))
    app.node.scheduler.delivery.message('', 'main', 'changed', Uint8Array.of(0x90))
    assert.equal(await found, ['old', 'new', 'old'])
  }))

test('a changed library is in whatever imports it, directly or through others, from the next start on', () =>
  withApp(
    {
      base: library('return { word = "one" }'),
      middle: library('return { word = function() return base.word end }', { imports: { base: 'app:base' } }),
      f: func('return function() return middle.word() end', { imports: { middle: 'app:middle' } }),
      p: proc('return function() return middle.word() end', { imports: { middle: 'app:middle' } }),
    },
    async (app) => {
      const both = `return { (funcs.call("app:f")), (process.exec("app:p", "app:processes")) }`
      assert.equal(await app.eval(both), ['one', 'one'])
      await app.put('app:base', library('return { word = "two" }'))
      assert.equal(await app.eval(both), ['two', 'two'])
    },
  ))

test('a function that changes is another one at the next call; one that is deleted is gone', () =>
  withApp({ f: func('return function() return 1 end') }, async (app) => {
    assert.is(await app.eval(`return (funcs.call("app:f"))`), 1)
    await app.put('app:f', func('return function() return 2 end'))
    assert.is(await app.eval(`return (funcs.call("app:f"))`), 2)
    await app.drop('app:f')
    assert.is(await app.eval(`local _, err = funcs.call("app:f") return err:kind()`), 'NotFound')
  }))

test('code that does not parse, or a library that is still needed, is refused, and what was there stays', () =>
  withApp(
    { f: func('return function() return lib() end', { imports: { lib: 'app:lib' } }), lib: library('return function() return 1 end') },
    async (app) => {
      const error = await failure(app.put('app:lib', library('return function( end')))
      assert.match(error.code, /^LUA_/)
      assert.is(await app.eval(`return (funcs.call("app:f"))`), 1)
    },
  ))

const grows = `local list = {} for i = 1, math.huge do list[i] = ("x"):rep(1000) .. i end`
const stuck = `('%s'):format(setmetatable({}, { __tostring = function() while true do end end }))`

const ends = (id: string, host = 'app:processes') => `
  local events = process.events()
  process.spawn_monitored("${id}", "${host}")
  local err = events:receive().result.error
  return { err:kind(), tostring(err), err:details() }`

test('a process that takes too much memory ends, and no pcall keeps it; the limit is its own, its host its, or the node its', () =>
  withApp(
    {
      small: { kind: 'process.host', limits: { memory: '3MiB' } },
      own: proc(`return function() pcall(function() ${grows} end) return "survived" end`, { limits: { memory: '4MiB' } }),
      any: proc(`return function() ${grows} end`),
    },
    async (app) => {
      const because = (size: string) => ['Internal', `out of memory: more than ${size} MiB`, { reason: 'memory' }]
      assert.equal(await app.eval(ends('app:own')), because('4'))
      assert.equal(await app.eval(ends('app:any', 'app:small')), because('3'))
      assert.equal(await app.eval(ends('app:any')), because('5'))
      assert.equal(app.lines.filter(({ message }) => message.startsWith('out of memory')).length, 3)
    },
    { set: ['limits.memory=5MiB'] },
  ))

test('a process that cannot be stopped between two instructions is ended at the hard bound', () =>
  withApp({ stuck: proc(`return function() ${stuck} end`, { limits: { hard_fuel: 100_000 } }) }, async (app) => {
    assert.equal(await app.eval(ends('app:stuck')), [
      'Internal',
      'out of fuel: ran 100000 units without a point to stop at',
      { reason: 'fuel' },
    ])
  }))

test('fuel is the length of a turn', () =>
  withApp(
    {
      short: { kind: 'process.host', limits: { fuel: 2000 } },
      spins: proc('return function() for i = 1, 2e6 do end process.events():receive() end'),
      long: proc('return function() for i = 1, 2e6 do end process.events():receive() end', { limits: { fuel: 1_000_000 } }),
    },
    async (app) => {
      await app.eval(
        `process.spawn("app:spins", "app:short") process.spawn("app:spins", "app:processes") process.spawn("app:long", "app:short")`,
      )
      const all = [...app.processes('app:spins'), ...app.processes('app:long')]
      await app.until(() => all.every(({ state, steps }) => state === 'waiting' && steps > 1), 'the end of the loops')
      const [short, normal, long] = all.map(({ steps }) => steps) as [number, number, number]
      assert.ok(short > 10 * normal && normal > 5 * long, `${short} ${normal} ${long}`)
    },
  ))

test('a host takes so many processes and no more', () =>
  withApp(
    { few: { kind: 'process.host', limits: { processes: 2 } }, old: { kind: 'process.host', host: { max_processes: 1 } }, waits },
    async (app) => {
      const found = await app.eval(`
      local out = {}
      for _, host in ipairs{ "app:few", "app:old" } do
        local count, err = 0, nil
        repeat
          local pid
          pid, err = process.spawn("app:waits", host)
          if pid then count = count + 1 end
        until err
        out[#out + 1] = { count, err:kind(), err:retryable() }
      end
      return out`)
      assert.equal(found, [
        [2, 'RateLimited', true],
        [1, 'RateLimited', true],
      ])
    },
  ))

test('new limits of a host hold for processes spawned from then on', () =>
  withApp({ few: { kind: 'process.host', limits: { processes: 1 } }, waits }, async (app) => {
    const spawn = `local pid, err = process.spawn("app:waits", "app:few") return err and err:kind() or "spawned"`
    assert.is(await app.eval(spawn), 'spawned')
    assert.is(await app.eval(spawn), 'RateLimited')
    await app.put('app:few', { kind: 'process.host', limits: { processes: 2 } })
    assert.is(await app.eval(spawn), 'spawned')
  }))

test('limits that are none are problems with a place', async () => {
  const app = await start({
    a: { kind: 'process.host', limits: { memory: 'much' } },
    b: proc('return function() end', { limits: { memroy: 5 } }),
    c: { kind: 'process.host', limits: { mailbox: { policy: 'drop-all' } } },
    d: func('return function() end', { limits: { processes: 5 } }),
    e: { kind: 'process.host', limits: 7 },
    f: { kind: 'process.host', limits: { mailbox: { messages: -1 } } },
  })
  const found = app.node.problems.map(({ code, message, hint, where }) => `${code} ${where?.file}:${where?.line} ${message} | ${hint}`)
  await app.node.stop({ now: true })
  assert.equal(found, [
    'LIMIT_INVALID src/_index.yaml:7 limits.memory of "app:a" is not a size, for example 64KiB or 16MiB | Write a size, for example 64KiB or 16MiB.',
    'LIMIT_UNKNOWN src/_index.yaml:8 "app:b" sets "memroy", which is no limit | Did you mean "memory"?',
    'LIMIT_INVALID src/_index.yaml:9 limits.mailbox.policy of "app:c" is not refuse, drop-oldest or drop-newest | Write refuse, drop-oldest or drop-newest.',
    'LIMIT_UNKNOWN src/_index.yaml:10 "app:d" sets "processes", which is no limit | There are memory, fuel, hard_fuel, mailbox.',
    'LIMIT_INVALID src/_index.yaml:11 limits of "app:e" is not a map of processes, memory, fuel, hard_fuel, mailbox | Write a map of processes, memory, fuel, hard_fuel, mailbox.',
    'LIMIT_INVALID src/_index.yaml:12 limits.mailbox.messages of "app:f" is not a whole number greater than 0 | Write a whole number greater than 0.',
  ])
})

test('when a host goes, its processes are asked to end, and nothing can be spawned there', () =>
  withApp(
    {
      extra: { kind: 'process.host' },
      tells: proc('return function(who) process.send(who, "reason", process.events():receive().reason) end'),
    },
    async (app) => {
      const found = app.eval(`
      local reason = process.listen("reason")
      process.spawn("app:tells", "app:extra", process.pid())
      local out = { (reason:receive()) }
      local pid, err = process.spawn("app:tells", "app:extra")
      out[2] = err:kind()
      return out`)
      await app.until(() => app.processes('app:tells').length === 1, 'the process')
      await app.drop('app:extra')
      assert.equal(await found, ['scheduler shutdown', 'NotFound'])
    },
  ))

test.run()
