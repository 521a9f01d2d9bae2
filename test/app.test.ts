import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../src/clock.ts'
import { describe } from '../src/error.ts'
import { func, library, proc, service, start, withApp } from './support/app.ts'
import { ManualTimers } from './support/manual-timers.ts'

const test = suite('app')

const waits = proc('return function() process.events():receive() end')
const spins = proc('return function() while true do end end')

test('the exit code of a process is its result: a number, 0 for nothing and true, 1 for false and errors', () =>
  withApp(
    {
      p: proc(`return function(what)
        if what == "error" then error("broken", 0) end
        return ({ nothing = nil, yes = true, no = false, three = 3, text = "x", big = 258, float = 2.9 })[what]
      end`),
    },
    async (app) => {
      const codes: Record<string, number> = {}
      for (const what of ['nothing', 'yes', 'no', 'three', 'text', 'big', 'float', 'error']) codes[what] = await app.run('app:p', [what])
      assert.equal(codes, { nothing: 0, yes: 0, no: 1, three: 3, text: 0, big: 2, float: 2, error: 1 })
      assert.equal(app.lines, [{ level: 'error', source: 'app:p', message: 'broken', fields: app.lines[0]!.fields }])
    },
  ))

test('a process on the terminal has its arguments, its pid and the terminal', () =>
  withApp({ p: proc('return function(...) io.print(process.pid(), ...) end', { modules: ['io'] }) }, async (app) => {
    assert.is(await app.run('app:p', ['a', 'b']), 0)
    assert.is(app.written.join(''), '{app:terminal|0x00001}\ta\tb\n')
  }))

test('what cannot be run says why', () =>
  withApp({ other: { kind: 'terminal.host' }, f: func('return function() end'), waits }, async (app) => {
    const code = (work: Promise<unknown>) =>
      work.then(
        () => 'ran',
        ({ code }) => code,
      )
    const terminal = { args: [], write: () => {}, writeError: () => {}, read: async () => null, readLine: async () => null }
    assert.is(await code(app.run('app:waits')), 'HOST_AMBIGUOUS')
    assert.is(await code(app.node.execute('app:nothing', [], { host: 'app:other', terminal })), 'ENTRY_NOT_FOUND')
    assert.is(await code(app.node.execute('app:f', [], { host: 'app:other', terminal })), 'ENTRY_NO_PROCESS')
    assert.is(await code(app.node.execute('app:waits', [], { host: 'app:nowhere', terminal })), 'HOST_NOT_FOUND')
  }))

test('commands are the entries with meta.command', () =>
  withApp(
    { p: proc('return function() end', { meta: { command: { name: 'go', short: 'Goes.', main: true } } }), q: waits },
    async (app) => {
      assert.equal(app.node.commands(), [{ name: 'go', short: 'Goes.', entry: 'app:p', main: true, useCase: 'run' }])
    },
  ))

test('what is wrong with single entries is said with its place; the others run', () =>
  withApp(
    {
      broken: proc('local x = 1\nreturn function( end'),
      undeclared: proc('\n\nlocal sql = require("sql")\nreturn function() end'),
      lost: proc('return function() return lib end', { imports: { lib: 'app:nothing' } }),
      a: library('return 1', { imports: { b: 'app:b' } }),
      b: library('return 1', { imports: { a: 'app:a' } }),
      ring: func('return function() end', { imports: { a: 'app:a' } }),
      orphan: service('nothing'),
      empty: { kind: 'function.lua' },
      strange: { kind: 'fish.tank' },
      fine: func('return function() return "fine" end'),
    },
    async (app) => {
      const said = app.node.problems.map((problem) => describe(problem).split('\n')[0]!)
      for (const expected of [
        /^src\/broken\.lua:2:18: .*\[LUA_SYNTAX\]$/,
        /^src\/undeclared\.lua:3:\d+ \(app:undeclared\): module 'sql' not found: .*\[REQUIRE_UNDECLARED\]$/,
        /^src\/_index\.yaml:\d+:\d+ \(app:lost\): "app:lost" imports "app:nothing", which does not exist \[IMPORT_MISSING\]$/,
        /libraries import each other in a circle: app:a → app:b → app:a \[IMPORT_CYCLE\]$/,
        /\(app:orphan\): "app:nothing" does not exist \[SERVICE_INVALID\]$/,
        /\(app:empty\): "app:empty" has no source \[ENTRY_NO_SOURCE\]$/,
      ]) {
        assert.ok(
          said.some((line) => expected.test(line)),
          `${expected} is not in\n${said.join('\n')}`,
        )
      }
      assert.is(said.length, new Set(said).size, 'each is said once')
      assert.is(said.length, 6)
      assert.equal(
        app.node.warnings.map(({ code }) => code),
        ['KIND_UNKNOWN'],
      )
      assert.is(await app.eval(`return (funcs.call("app:fine"))`), 'fine')
    },
  ))

test('a missing method is known when the code has run', () =>
  withApp({ p: proc('local M = { other = function() end } return M') }, async (app) => {
    const found = await app.eval(`local _, err = process.exec("app:p", "app:processes") return { err:kind(), tostring(err) }`)
    assert.equal(found, ['NotFound', 'method not found: main in app:p'])
  }))

test('stop asks everybody to end, waits for them, and then nothing runs', async () => {
  const app = await start({
    tidy: proc('return function() local event = process.events():receive() time.sleep("1ms") logger:info(event.reason) end'),
    late: proc('return function() process.events():receive() process.spawn("app:tidy", "app:processes") end'),
  })
  await app.eval(`process.spawn("app:tidy", "app:processes") process.spawn("app:late", "app:processes")`)
  await app.node.stop()
  assert.equal(app.messages, ['scheduler shutdown', 'scheduler shutdown'])
  assert.is(app.node.scheduler.processes.size, 0)
  assert.is(await app.node.ended, 0)
})

test('who does not end in time is ended', async () => {
  const timers = new ManualTimers()
  const app = await start(
    { waits, spins },
    { clock: { nowMs: systemClock.nowMs, setTimer: timers.setTimer }, set: ['shutdown.timeout=7s'] },
  )
  await app.eval(`process.spawn("app:waits", "app:processes") process.spawn("app:spins", "app:processes")`)
  const stopped = app.node.stop()
  await app.until(() => app.processes('app:waits').length === 0, 'the end of the one that listens')
  assert.is(app.processes('app:spins').length, 1)
  assert.equal(timers.waits, [7000])
  timers.pass(7000)
  await stopped
  assert.is(app.node.scheduler.processes.size, 0)
  assert.equal(timers.waits, [])
})

test('stop at once ends everything without asking, and no service comes back', async () => {
  const timers = new ManualTimers()
  const clock = { nowMs: systemClock.nowMs, setTimer: timers.setTimer }
  const app = await start({ waits, spins, s: service('waits'), t: service('spins') }, { clock })
  const slow = app.node.stop()
  await app.node.stop({ now: true })
  await slow
  assert.is(app.node.scheduler.processes.size, 0)
  assert.equal(timers.waits, [])
})

test('system.exit ends the wait for the node with its code', async () => {
  const app = await start({ p: proc('return function() system.exit(3) process.events():receive() end') })
  await app.eval(`process.spawn("app:p", "app:processes")`)
  assert.is(await app.patient(app.node.ended, 'the exit code'), 3)
  await app.node.stop({ now: true })
})

test('the log tells of processes that fail while nobody waits for their answer', () =>
  withApp(
    {
      fails: proc('return function() error("broken", 0) end'),
      f: func('return function() error("told to the caller", 0) end'),
      waits,
      linked: proc('return function() process.spawn_linked("app:fails", "app:processes") process.events():receive() end'),
    },
    async (app) => {
      await app.eval(`
        local events = process.events()
        process.spawn_monitored("app:linked", "app:processes")
        events:receive()
        process.terminate(process.spawn_monitored("app:waits", "app:processes"))
        events:receive()
        funcs.call("app:f")`)
      assert.equal(
        app.lines.map(({ level, source, message, fields }) => [level, source, message, fields.pid]),
        [['error', 'app:fails', 'broken', '{app:processes|0x00003}']],
      )
    },
  ))

test('a flood of failures or of lost messages is cut short in the log', () =>
  withApp(
    {
      lossy: { kind: 'process.host', limits: { mailbox: { messages: 5, policy: 'drop-newest' } } },
      waits,
      fails: proc('return function() error("broken", 0) end'),
    },
    async (app) => {
      await app.eval(`
        local pid = process.spawn("app:waits", "app:lossy")
        for i = 1, 2000 do process.send(pid, "x") end
        for i = 1, 200 do process.exec("app:fails", "app:processes") end`)
      const lost = app.lines.filter(({ message }) => message === 'message lost').length
      const failed = app.lines.filter(({ message }) => message === 'broken').length
      assert.ok(lost >= 1 && lost <= 200 && failed >= 20 && failed < 200, `${lost} ${failed}`)
    },
  ))

test('what happens to entries and services is on the bus', () =>
  withApp({ p: waits, s: service('p', { auto_start: false }) }, async (app) => {
    const talk = app.eval(`
      local registry, supervisor = events.subscribe("registry"):channel(), events.subscribe("supervisor", "service.*"):channel()
      logger:info("listening")
      local out = {}
      for i = 1, 2 do
        local event = registry:receive()
        out[i] = { event.kind, event.path, event.data.meta or event.data.version }
      end
      for i = 3, 5 do
        local event = supervisor:receive()
        out[i] = { event.kind, event.path, event.data.retries }
      end
      return out`)
    await app.logged('listening')
    await app.put('app:s', service('p', { restart: { max_attempts: 2 } }))
    await app.until(() => app.processes('app:p').length === 1, 'the service')
    await app.drop('app:s')
    assert.equal(await talk, [
      ['entry.update', 'app:s', {}],
      ['registry.commit', 'v2', 2],
      ['service.starting', 'app:s', 0],
      ['service.running', 'app:s', 0],
      ['service.stopping', 'app:s', 0],
    ])
  }))

test.run()
