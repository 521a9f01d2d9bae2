// What workflows call: tried again as policies say, also by a node that starts anew, and never more often than they allow.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { views } from '../../src/app/workflow-view.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { parse, RecordKind } from '../../src/workflow/record.ts'
import { type Draft, func, start, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'
import { again, ended, exec, HOST, send, spawn, WITHOUT_ROOM, workflow } from './app.ts'

const MODULES = ['activity', 'logger', 'time', 'ctx', 'funcs']

/** A function with what it may say of itself. */
const activity = (code: string, meta: Readonly<Record<string, unknown>> = {}): Draft =>
  func(`local activity, log, time = require('activity'), require('logger'), require('time') return function(...) ${code} end`, {
    meta,
    modules: MODULES,
  })

const policy = (text: string): string => `funcs.new():with_options{ ['activity.retry_policy'] = { initial_interval = 1, ${text} } }`

const told = `return { value = value, kind = err and err:kind(), text = err and tostring(err), retryable = err and err:retryable(),
  timeout = err and (err:details() or {}).timeout_type }`

/** How often each kind of record is in a journal. */
const kinds = async (app: TestApp, id: string): Promise<number[]> =>
  (await workflowsOf(app.node.parts).engine.read(id, 1, 1000)).map((bytes) => parse(bytes, id).kind)

const notes = async (app: TestApp, id: string): Promise<number> => (await kinds(app, id)).filter((kind) => kind === RecordKind.note).length

const FLAKY = `local number = activity.info().attempt
  log:info('attempt ' .. number)
  if number < (...) then return nil, 'not yet' end
  return number`

const test = suite('activities')

test('what fails is tried again as often as the policy says, each failure noted in the journal', () =>
  withApp(
    {
      ...HOST,
      flaky: activity(FLAKY),
      calls: workflow(`local policy, most = ...
    local value, err = ${policy('maximum_attempts = policy')}:call('app:flaky', most) ${told}`),
    },
    async (app) => {
      assert.equal(await exec(app, 'calls', '3, 3'), { value: 3 })
      assert.equal(await exec(app, 'calls', '2, 3'), { kind: 'Internal', text: 'not yet' })
      await spawn(app, 'calls', 'c', '5, 4')
      assert.equal((await ended(app, 'c')).value, { value: 4 })
      assert.is(await notes(app, 'c'), 6)
      const { records } = await views.journal(workflowsOf(app.node.parts).engine, { id: 'c' })
      const told = records.flatMap(({ events }) => events.map(({ event, name }) => `${event} ${name}`))
      assert.equal(told.slice(2, 4), ['fails app:flaky', 'tried app:flaky'])
    },
  ))

test('what may not be tried again is not: by the error, by its kind, by a crash of the function', () =>
  withApp(
    {
      ...HOST,
      fails: activity(`log:info('called') local how = ...
      if how == 'crash' then error('boom') end
      return nil, errors.new{ message = 'no', kind = how }`),
      final: activity(`log:info('called') return nil, errors.new{ message = 'no', kind = 'Invalid', retryable = false }`),
      calls: workflow(`local id, how = ...
      local value, err = ${policy(`maximum_attempts = 3, non_retryable_error_types = { 'NotFound' }`)}:call(id, how) ${told}`),
    },
    async (app) => {
      const count = async (args: string): Promise<number> => {
        const before = app.messages.filter((message) => message === 'called').length
        await exec(app, 'calls', args)
        return app.messages.filter((message) => message === 'called').length - before
      }
      assert.equal([await count(`'app:fails', 'Unavailable'`), await count(`'app:fails', 'NotFound'`)], [3, 1])
      assert.equal([await count(`'app:final'`), await count(`'app:fails', 'crash'`)], [1, 1])
      assert.equal(
        await exec(app, 'calls', `'app:fails', 'crash'`).then((seen) => [
          (seen as { kind: string }).kind,
          (seen as { retryable: boolean }).retryable,
        ]),
        ['Internal', false],
      )
    },
  ))

test('a function that says it is an activity is tried for as long as it takes; a plain one once', () =>
  withApp(
    {
      ...HOST,
      declared: activity(FLAKY, {
        temporal: { activity: { worker: 'app:worker', retry_policy: { initial_interval: '1ms', backoff_coefficient: 1 } } },
      }),
      plain: activity(FLAKY),
      calls: workflow(`local value, err = funcs.call(..., 4) ${told}`),
    },
    async (app) => {
      assert.equal(await exec(app, 'calls', `'app:declared'`), { value: 4 })
      assert.equal(await exec(app, 'calls', `'app:plain'`), { kind: 'Internal', text: 'not yet' })
    },
  ))

test('the time to the next attempt, and how many there were, outlive the node', async () => {
  let app = await start({
    ...HOST,
    flaky: activity(FLAKY),
    calls: workflow(`
    local value, err = funcs.new():with_options{ ['activity.retry_policy'] = { initial_interval = '1h' } }:call('app:flaky', 2) ${told}`),
  })
  try {
    await spawn(app, 'calls', 'c')
    await app.logged('attempt 1')
    while ((await notes(app, 'c')) < 1) await new Promise((resolve) => setImmediate(resolve))
    const [timer] = await workflowsOf(app.node.parts).engine.timers('c')
    const clock = new LaterClock(HOUR_MS - 200) // what is left is waited for
    app = await again(app, { clock })
    assert.equal((await ended(app, 'c')).value, { value: 2 })
    assert.ok(clock.nowMs() >= timer!.dueMs)
    assert.equal(app.messages, ['attempt 2'])
  } finally {
    await app.node.stop({ now: true })
  }
})

test('what the last heartbeat said is handed to the next attempt, also after a crash', async () => {
  const paged = activity(`
    local page = activity.details()
    log:info('from page ' .. tostring(page))
    if page == nil then
      activity.heartbeat(7)
      if ... then time.sleep('1h') end
      return nil, 'lost'
    end
    return page`)
  let app = await start({ ...HOST, paged, calls: workflow(`local value, err = ${policy('')}:call('app:paged', ...) ${told}`) })
  try {
    assert.equal(await exec(app, 'calls'), { value: 7 })
    await spawn(app, 'calls', 'c', 'true')
    while ((await notes(app, 'c')) < 1) await new Promise((resolve) => setImmediate(resolve))
    app = await again(app)
    assert.equal((await ended(app, 'c')).value, { value: 7 })
    await app.logged('from page 7')
  } finally {
    await app.node.stop({ now: true })
  }
})

test('a workflow is not given up while the failure of a call is being written', () =>
  withApp(
    {
      ...HOST,
      flaky: activity(`if activity.details() == nil then activity.heartbeat(7) return nil, 'lost' end return activity.details()`),
      calls: workflow(`local value, err = ${policy('')}:call('app:flaky') ${told}`),
    },
    async (app) => assert.equal(await exec(app, 'calls'), { value: 7 }),
    WITHOUT_ROOM,
  ))

test('each of the four times that may be over is an error of its own', () =>
  withApp(
    {
      ...HOST,
      slow: { ...activity(`time.sleep('1h')`), pool: { max_size: 1 } },
      beating: activity(`for i = 1, 8 do activity.heartbeat(i) time.sleep('20ms') end return 'alive'`),
      calls: workflow(`local id, options = ...
      local value, err = funcs.new():with_options(options):call(id) ${told}`),
    },
    async (app) => {
      const call = (id: string, options: string) => exec(app, 'calls', `'app:${id}', { ${options} }`)
      const over = async (options: string) => {
        const { kind, timeout } = (await call('slow', options)) as { kind: string; timeout: string }
        return [kind, timeout]
      }
      assert.equal(await over(`['activity.start_to_close_timeout'] = '20ms'`), ['Timeout', 'start_to_close'])
      assert.equal(await over(`['temporal.activity.heartbeat_timeout'] = '20ms'`), ['Timeout', 'heartbeat'])
      assert.equal(await over(`['activity.schedule_to_close_timeout'] = '20ms'`), ['Timeout', 'schedule_to_close'])
      await spawn(app, 'calls', 'full', `'app:slow', {}`)
      await app.until(() => app.processes('app:slow').length === 1, 'the call that fills the pool')
      assert.equal(await over(`['activity.schedule_to_start_timeout'] = '20ms'`), ['Timeout', 'schedule_to_start'])
      assert.equal(await call('beating', `['activity.heartbeat_timeout'] = '10s'`), { value: 'alive' })
    },
  ))

test('attempts that a crash interrupted count: beyond the last the outcome is unknown, and it is not made again', async () => {
  const hang = activity(`log:info('called ' .. activity.info().idempotency_key) time.sleep('1h')`)
  let app = await start({
    ...HOST,
    hang,
    calls: workflow(`
    local value, err = funcs.new():with_options{ ['activity.retry_policy'] = { maximum_attempts = 2 } }:call('app:hang') ${told}`),
  })
  try {
    await spawn(app, 'calls', 'c')
    await app.logged('called c/1/1')
    app = await again(app)
    await app.logged('called c/1/1')
    app = await again(app)
    const { value } = await ended(app, 'c')
    assert.match((value as { text: string }).text, /not known/)
    assert.not.ok(app.messages.includes('called c/1/1'))
  } finally {
    await app.node.stop({ now: true })
  }
})

test('who cancels a call that waits for its next attempt gets none', () =>
  withApp(
    {
      ...HOST,
      flaky: activity(FLAKY),
      calls: workflow(`
    local future, inbox = funcs.new():with_options{ ['activity.retry_policy'] = { initial_interval = '1h' } }:async('app:flaky', 100), process.inbox()
    inbox:receive()
    future:cancel()
    inbox:receive()
    return future:is_canceled()`),
    },
    async (app) => {
      const { engine } = workflowsOf(app.node.parts)
      const timers = async (count: number): Promise<void> => {
        while ((await engine.timers('c')).length !== count) await new Promise((resolve) => setImmediate(resolve))
      }
      await spawn(app, 'calls', 'c')
      await app.patient(timers(1), 'the time of the next attempt')
      await send(app, 'c', 'go', '1')
      await app.patient(timers(0), 'nothing to wait for')
      await send(app, 'c', 'go', '1')
      assert.is((await ended(app, 'c')).value, true)
      assert.equal(app.messages, ['attempt 1'])
    },
  ))

test('a local activity is tried again in memory: only its outcome is written', () =>
  withApp(
    {
      ...HOST,
      flaky: activity(FLAKY),
      calls: workflow(`
    local value, err = funcs.new():with_options{ ['activity.local'] = true, ['activity.retry_policy'] = { initial_interval = 1 } }:call('app:flaky', 4)
    ${told}`),
    },
    async (app) => {
      await spawn(app, 'calls', 'c')
      assert.equal((await ended(app, 'c')).value, { value: 4 })
      assert.equal(await kinds(app, 'c'), [RecordKind.start, RecordKind.step, RecordKind.step])
    },
  ))

test('a heartbeat outside of an activity says so; too much of it is refused', () =>
  withApp(
    {
      ...HOST,
      big: activity(`local ok, err = activity.heartbeat(string.rep('x', 70000)) return tostring(err)`),
      calls: workflow(`return (funcs.call('app:big'))`),
    },
    async (app) => {
      const [kind] = (await app.eval(`local _, err = require('activity').heartbeat(1) return { err:kind() }`, {
        modules: MODULES,
      })) as string[]
      assert.is(kind, 'Invalid')
      assert.match(String(await exec(app, 'calls')), /at most 65536 bytes/)
    },
  ))

test('the methods of a contract are activities as well', () =>
  withApp(
    {
      ...HOST,
      flaky: activity(FLAKY),
      greeter: { kind: 'contract.definition', methods: [{ name: 'greet' }] },
      bound: { kind: 'contract.binding', contracts: [{ contract: 'app:greeter', methods: { greet: 'app:flaky' }, default: true }] },
      calls: {
        ...workflow(`local contract = require('contract')
      local greeter, err = contract.get('app:greeter'):with_options{ ['activity.retry_policy'] = { initial_interval = 1 } }:open()
      if err then return tostring(err) end
      local value, err = greeter:greet(3) ${told}`),
        modules: ['workflow', 'funcs', 'time', 'uuid', 'ctx', 'contract'],
      },
    },
    async (app) => {
      assert.equal(await exec(app, 'calls'), { value: 3 })
    },
  ))

test.run()
