import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { proc, service, start, type TestApp, withApp } from '../support/app.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('services')

/** Runs with timers that fire when the test says so. */
const withTimers = (drafts: Parameters<typeof withApp>[0], act: (app: TestApp, timers: ManualTimers) => Promise<void>) => {
  const timers = new ManualTimers()
  return withApp(drafts, (app) => act(app, timers), { clock: { nowMs: systemClock.nowMs, setTimer: timers.setTimer } })
}

const says = (text: string) => proc(`return function(...) logger:info("${text}", { input = { ... } }) process.events():receive() end`)
const fails = proc('return function() logger:info("run") error("broken", 0) end')
const restart = { initial_delay: '1s', max_delay: '3s', backoff_factor: 2, jitter: 0 }

test('a service runs with its input as soon as the app is up, without anybody waiting for it', () =>
  withApp(
    { p: says('here'), s: service('p', {}, { input: [1, 'two', { three: 3 }] }), off: service('p', { auto_start: false }) },
    async (app) => {
      const line = await app.logged('here')
      assert.equal(line.fields, { input: [1, 'two', { three: 3 }] })
      assert.is(app.processes('app:p').length, 1)
    },
  ))

test('a service that fails is started again, each time after a longer pause, up to the longest', () =>
  withTimers({ fails, s: service('fails', { restart }) }, async (app, timers) => {
    for (const [at, pause] of [1000, 2000, 3000, 3000].entries()) {
      await app.logged('run', at + 1)
      await app.until(() => timers.waits.includes(pause), `a pause of ${pause} ms`)
      timers.pass(pause)
    }
    await app.logged('run', 5)
    const told = app.lines.find(({ source }) => source === 'supervisor')
    assert.equal(told, {
      level: 'warn',
      source: 'supervisor',
      message: 'service failed, it is started again',
      fields: { service: 'app:s', error: 'broken', attempt: 1 },
    })
  }))

test('a service that has run long enough begins again with the shortest pause', () =>
  withTimers(
    {
      p: proc('return function() logger:info("run") process.registry.register("p") process.inbox():receive() error("broken", 0) end'),
      s: service('p', { restart, stable_threshold: '5s' }),
    },
    async (app, timers) => {
      const fail = async (pause: number, count: number): Promise<void> => {
        await app.logged('run', count)
        await app.until(() => app.node.scheduler.names.lookup('p') !== undefined, 'its name')
        app.node.scheduler.delivery.message('', 'p', 'fail', Uint8Array.of(0x90))
        await app.until(() => timers.waits.includes(pause) && app.processes('app:p').length === 0, `a pause of ${pause} ms`)
        timers.pass(pause)
      }
      await fail(1000, 1)
      await fail(2000, 2)
      await app.logged('run', 3)
      timers.pass(5000)
      await fail(1000, 3)
    },
  ))

test('after max_attempts it stays failed, and the log says so', () =>
  withTimers({ fails, s: service('fails', { restart: { ...restart, max_attempts: 2 } }) }, async (app, timers) => {
    for (const pause of [1000, 2000]) {
      await app.until(() => timers.waits.includes(pause), 'a pause')
      timers.pass(pause)
    }
    await app.logged('service failed')
    assert.equal(timers.waits, [])
    assert.is(app.messages.filter((message) => message === 'run').length, 3)
  }))

test('one that ends by itself is not started again, nor one whose error says that trying again is no use', () =>
  withTimers(
    {
      done: proc('return function() logger:info("done") end'),
      hopeless: proc('return function() logger:info("run") return nil, errors.new{ message = "no", retryable = false } end'),
      a: service('done'),
      b: service('hopeless'),
    },
    async (app, timers) => {
      await app.logged('done')
      await app.logged('service failed')
      assert.equal(timers.waits, [])
      const states = await app.eval(`
        local out = {}
        for _, state in ipairs(system.supervisor.states()) do out[state.id] = state.status end
        return out`)
      assert.equal(states, { 'app:a': 'exited', 'app:b': 'failed' })
    },
  ))

test('services start after those they require, and stop before them, told why', async () => {
  const p = (name: string) =>
    proc(
      `return function() logger:info("up ${name}") local event = process.events():receive() logger:info("down ${name}: " .. event.reason) end`,
    )
  const app = await start({
    c: p('c'),
    b: p('b'),
    a: p('a'),
    sc: service('c', { requires: ['app:sb'] }),
    sb: service('b', { depends_on: ['sa'] }),
    sa: service('a'),
  })
  await app.logged('up c')
  assert.equal(app.messages, ['up a', 'up b', 'up c'])
  await app.node.stop()
  const reason = 'service stopping'
  assert.equal(app.messages.slice(3), [`down c: ${reason}`, `down b: ${reason}`, `down a: ${reason}`])
})

test('one that does not hear it is to stop is ended when its time is over', async () => {
  const timers = new ManualTimers()
  const options = { clock: { nowMs: systemClock.nowMs, setTimer: timers.setTimer } }
  const app = await start(
    { deaf: proc('return function() process.inbox():receive() end'), s: service('deaf', { stop_timeout: '4s' }) },
    options,
  )
  const stopped = app.node.stop()
  await app.until(() => timers.waits.includes(4000), 'its time to stop')
  assert.is(app.processes('app:deaf').length, 1)
  timers.pass(4000)
  await stopped
  assert.is(app.processes('app:deaf').length, 0)
})

test('a service created while the app runs starts, a deleted one stops', () =>
  withApp({ p: says('here') }, async (app) => {
    await app.put('app:s', service('p'))
    await app.logged('here')
    await app.drop('app:s')
    await app.until(() => app.processes('app:p').length === 0, 'its end')
  }))

test('a service that changes is started anew, and with it those that require it', () =>
  withApp({ p: says('p'), q: says('q'), s: service('p'), t: service('q', { requires: ['app:s'] }) }, async (app) => {
    await app.logged('q')
    await app.put('app:s', service('p', {}, { input: ['new'] }))
    assert.equal((await app.logged('p', 2)).fields, { input: ['new'] })
    await app.logged('q', 2)
    assert.is(app.processes('app:p').length + app.processes('app:q').length, 2)
  }))

test('a new lifecycle alone interrupts nothing', () =>
  withApp({ p: says('p'), s: service('p') }, async (app) => {
    await app.logged('p')
    const [before] = app.processes('app:p')
    await app.put('app:s', service('p', { restart: { max_attempts: 1 } }))
    await app.eval('funcs.call("app:turn")')
    assert.is(app.processes('app:p')[0], before)
  }))

test('a service can change itself: whoever applies the change is answered before it has to stop', () =>
  withApp(
    {
      p: proc(`return function(round)
        if round == 2 then logger:info("second") return end
        local changes = registry.snapshot():changes()
        local entry = registry.get("app:s")
        entry.data.input = { 2 }
        changes:update(entry)
        local version, err = changes:apply()
        logger:info(version and "applied" or tostring(err))
        process.events():receive()
      end`),
      s: service('p', {}, { input: [1] }),
    },
    async (app) => {
      await app.logged('second')
      assert.equal(app.messages, ['applied', 'second'])
    },
  ))

test('a service of a missing process or host, or without one, is a problem with its place', async () => {
  const app = await start({
    p: says('p'),
    a: service('nothing'),
    b: service('p', {}, { host: 'app:p' }),
    c: { kind: 'process.service', host: 'app:processes' },
  })
  const found = app.node.problems.map(({ code, message, where }) => `${code} ${where?.file}:${where?.line} ${message}`)
  await app.node.stop({ now: true })
  assert.equal(found, [
    'SERVICE_INVALID src/_index.yaml:8 "app:nothing" does not exist',
    'SERVICE_INVALID src/_index.yaml:9 "app:p" is a process.lua',
    'SERVICE_INVALID src/_index.yaml:10 "app:c" has no process',
  ])
})

const broken = proc('return functio (')

test('a node says which services could not be started that it should not run without', async () => {
  const optional = { startup: 'optional' }
  const drafts = { p: says('here'), ok: service('p'), broken, s: service('broken'), t: service('broken', optional) }
  const user = (more: object) => ({ ...drafts, user: service('p', { requires: ['t'], ...more }) })
  await withApp(drafts, async ({ node }) => assert.equal(node.unstarted, ['app:s']))
  await withApp(user({}), async ({ node }) => assert.equal(node.unstarted, ['app:s', 'app:user']))
  await withApp(user(optional), async ({ node }) => assert.equal(node.unstarted, ['app:s']))
})

test('one that ran and failed then was started', () =>
  withTimers({ fails, s: service('fails', { restart }) }, async (app) => {
    await app.logged('run')
    assert.equal(app.node.unstarted, [])
  }))

test('a service and what it requires, changed together, both run as they are now', () => {
  const db = proc(`return function(...) logger:info('db', { input = { ... } }) process.events():receive() time.sleep('5ms') end`)
  const drafts = {
    db,
    web: says('web'),
    base: service('db', {}, { input: [1] }),
    top: service('web', { requires: ['app:base'] }, { input: [1] }),
  }
  return withApp(drafts, async (app) => {
    await app.logged('web')
    const changed = (id: string, more: object) => {
      const entry = app.node.registry.get(id)!
      return { kind: 'entry.update', entry: makeEntry({ ...entry, data: { ...(entry.data as object), ...more } }) } as const
    }
    await app.node.registry.apply([changed('app:base', { input: [2] }), changed('app:top', { input: [2] })])
    for (const message of ['db', 'web']) assert.equal((await app.logged(message, 2)).fields, { input: [2] })
    assert.equal([app.processes('app:db').length, app.processes('app:web').length], [1, 1])
    await app.put('app:base', { ...drafts.base, input: [3] })
    assert.equal((await app.logged('db', 3)).fields, { input: [3] })
  })
})

test('what runs because of another service alone runs again with it when it is changed', () => {
  const drafts = { db: says('db'), web: says('web'), top: service('web', { requires: ['app:base'] }) }
  const base = service('db', { auto_start: false }, { input: [1] })
  return withApp({ ...drafts, base }, async (app) => {
    await app.logged('web')
    await app.put('app:base', { ...base, input: [2] })
    assert.equal((await app.logged('db', 2)).fields, { input: [2] })
    await app.logged('web', 2)
  })
})

test.run()
