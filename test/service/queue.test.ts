// Queues: what is published is worked on, tried again, or ends among the dead letters; never lost, never for ever.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { WippyError } from '../../src/error.ts'
import { MemoryQueue } from '../../src/service/memory-queue.ts'
import type { Draft } from '../support/app.ts'
import { failure, func, type TestApp, withApp } from '../support/app.ts'
import { effort } from '../support/effort.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('queue')

const modules = ['queue', 'store', 'time', 'logger']
const lua = (app: TestApp, code: string): Promise<unknown> => app.eval(`local queue = require('queue')\n${code}`, { modules })
const worker = (code: string): Draft =>
  func(`local queue, store, time = require('queue'), require('store'), require('time')\n${code}`, { modules })
const base: Readonly<Record<string, Draft>> = {
  driver: { kind: 'queue.driver.memory' },
  q: { kind: 'queue.queue', driver: 'app:driver', driver_options: { memory: { max_length: 50 } } },
  s: { kind: 'store.memory' },
}
const consumer = (more: Record<string, unknown> = {}): Draft => ({
  ...{ kind: 'queue.consumer', queue: 'app:q', func: 'app:work', lifecycle: { auto_start: true }, ...more },
})
/** Waits in Lua until a key of the store is there, and returns its value. */
const wait = (key: string): string => `local s = require('store').get('app:s')
  while not s:has('${key}') do require('time').sleep('5ms') end return s:get('${key}')`

test('a message reaches its consumer with its body, headers and number of attempts', () =>
  withApp(
    {
      ...base,
      work: worker(`return function(body)
        local message = assert(queue.message())
        store.get('app:s'):set('seen', { body.n, message:header('who'), message:headers().n, message:attempt(), #message:id(), message:header('none') == nil })
      end`),
      c: consumer(),
    },
    async (app) => {
      assert.equal(app.node.problems, [])
      assert.equal(await lua(app, `assert(queue.publish('app:q', { n = 7 }, { who = 'me', n = 2 })) ${wait('seen')}`), [
        7,
        'me',
        2,
        1,
        36,
        true,
      ])
      const info = `local i = queue.info('app:q') while i.message_count > 0 do require('time').sleep('5ms') i = queue.info('app:q') end return i`
      assert.equal(await lua(app, info), { message_count: 0, consumer_count: 1, ready: true })
    },
  ))

test('what fails is tried again, later each time, and then is a dead letter with its reason', () =>
  withApp(
    {
      ...base,
      q: { ...base.q!, dead_letter: { queue: 'app:dead', max_attempts: 3 } },
      dead: { kind: 'queue.queue', driver: 'app:driver' },
      work: worker(`return function(body)
        local s = store.get('app:s')
        s:set('tried', (s:get('tried') or 0) + 1)
        if body == 'false' then return false end
        if body == 'nack' then queue.message():nack() return true end
        error('on purpose')
      end`),
      bury: worker(`return function(body)
        local m = queue.message()
        store.get('app:s'):set('dead', { body, m:header('dead_letter_queue'), m:header('dead_letter_attempts'), m:header('dead_letter_reason'), m:header('own') })
      end`),
      c: consumer(),
      d: consumer({ queue: 'app:dead', func: 'app:bury' }),
    },
    async (app) => {
      for (const [how, reason] of [
        ['error', /on purpose/],
        ['false', /it was refused/],
        ['nack', /it was refused/],
      ] as const) {
        const code = `local s = require('store').get('app:s') s:delete('dead') s:delete('tried')
          queue.publish('app:q', '${how}', { own = 'kept' }) ${wait('dead')}`
        const [body, from, attempts, why, own] = (await lua(app, code)) as [string, string, number, string, string]
        assert.equal([body, from, attempts, own], [how, 'app:q', 3, 'kept'])
        assert.match(why, reason)
        assert.is(await lua(app, `return require('store').get('app:s'):get('tried')`), 3)
      }
    },
  ))

test('without a place for dead letters a message is dropped in the end, and that is said', () =>
  withApp(
    { ...base, q: { ...base.q!, dead_letter: { max_attempts: 1 } }, work: worker('return function() return false end'), c: consumer() },
    async (app) => {
      await lua(app, `return queue.publish('app:q', 'poison')`)
      await app.until(() => app.messages.some((line) => /message .* of "app:q" was dropped after 1 attempts/.test(line)), 'the line')
    },
  ))

test('with auto_ack a message that could not be begun is not done', () =>
  withApp(
    {
      ...base,
      q: { ...base.q!, dead_letter: { queue: 'app:dead', max_attempts: 1 } },
      dead: { kind: 'queue.queue', driver: 'app:driver' },
      work: worker('return function() end'),
      c: consumer({ auto_ack: true }),
    },
    async (app) => {
      await app.drop('app:work')
      const code = `queue.publish('app:q', 1) while queue.info('app:dead').message_count == 0 do require('time').sleep('5ms') end return true`
      assert.is(await lua(app, code), true)
    },
  ))

test('headers take room as bodies do, and a queue that is closed keeps nothing', () => {
  const timers = new ManualTimers()
  const queue = new MemoryQueue(
    { setTimer: timers.setTimer, nowMs: () => timers.nowMs },
    { maxLength: 100, maxBytes: 1000, maxAttempts: 3 },
  )
  const message = (header: string) => ({ id: '1', body: new Uint8Array(100), headers: { header }, attempts: 0 })
  const first = message('x'.repeat(600))
  queue.add(first)
  assert.throws(
    () => queue.add(message('x'.repeat(600))),
    ({ code }: WippyError) => code === 'QUEUE_FULL',
  )
  queue.remove(queue.take()!)
  queue.add(message('x'.repeat(600)))
  queue.close()
  queue.retry(first)
  assert.equal(timers.waits, [])
})

test('what a message costs does not depend on how many wait', () => {
  const COUNT = 200_000
  const queue = new MemoryQueue(systemClock, { maxLength: COUNT, maxBytes: COUNT * 10, maxAttempts: 3 })
  const body = new Uint8Array(1)
  for (let n = 0; n < COUNT; n++) queue.add({ id: `${n}`, body, headers: {}, attempts: 0 })
  let taken = 0
  const ms = effort(() => {
    while (queue.take()?.id === `${taken}`) taken++
  })
  assert.is(taken, COUNT)
  assert.ok(ms < 1500, `${ms} ms`)
})

test('a message is settled once', () =>
  withApp(
    {
      ...base,
      work: worker(`return function()
        local m = queue.message()
        local first, second, third = m:ack(), select(2, m:ack()), select(2, m:nack())
        store.get('app:s'):set('seen', { first, second:kind(), third:kind() })
        error('after it was settled this changes nothing')
      end`),
      c: consumer(),
    },
    async (app) => {
      assert.equal(await lua(app, `queue.publish('app:q', 1) ${wait('seen')}`), [true, 'Invalid', 'Invalid'])
    },
  ))

test('as many are worked on at once as the consumer says, and a change of it counts from the next message on', () =>
  withApp(
    {
      ...base,
      work: worker(`return function(name)
        local s = store.get('app:s')
        s:set(name, true)
        while not s:has('go') do time.sleep('5ms') end
      end`),
      c: consumer({ concurrency: 2 }),
    },
    async (app) => {
      await lua(app, `for i = 1, 5 do queue.publish('app:q', 'm' .. i) end return true`)
      await app.until(() => app.processes('app:work').length === 2, 'two')
      await app.put('app:c', consumer({ concurrency: 4 }))
      await app.until(() => app.processes('app:work').length === 4, 'four')
      await lua(app, `require('store').get('app:s'):set('go', true) ${wait('m5')}`)
    },
  ))

test('a full queue refuses, and what makes no sense is refused', () =>
  withApp({ ...base, work: worker('return function() end') }, async (app) => {
    const code = `local out = {}
      local function kind(value, err) out[#out + 1] = err and err:kind() or tostring(value) end
      for i = 1, 50 do assert(queue.publish('app:q', i)) end
      kind(queue.publish('app:q', 51))
      kind(queue.publish('', 1)) kind(queue.publish('app:q', {})) kind(queue.publish('app:q', nil)) kind(queue.publish('app:none', 1))
      kind(queue.publish('app:q', 1, { list = {} })) kind(queue.publish('app:q', ('x'):rep(2000000))) kind(queue.info('app:none')) kind(queue.message())
      return table.concat(out, ' ')`
    assert.is(await lua(app, code), 'RateLimited Invalid Invalid Invalid Internal Invalid Invalid Internal Invalid')
    const wrong = await failure(app.put('app:c', consumer({ func: 'app:none' })))
    assert.match(wrong.message, /func of "app:c" names "app:none", which does not exist/)
    assert.match(
      (await failure(app.put('app:c', consumer({ concurrency: 5000 })))).message,
      /concurrency of "app:c" is not a whole number up to 1000/,
    )
  }))

test('a node that stops takes no more messages, and ends', () =>
  withApp(
    { ...base, work: worker(`return function() time.sleep('1h') end`), c: consumer({ concurrency: 3 }) },
    async (app) => {
      await lua(app, `for i = 1, 20 do queue.publish('app:q', i) end return true`)
      await app.until(() => app.processes('app:work').length === 3, 'three')
      await app.patient(app.node.stop(), 'the stop')
      assert.is([...app.node.scheduler.processes].length, 0)
    },
    { set: ['shutdown.timeout=200ms'] },
  ))

test('a consumer that comes back while what it had begun is still under way goes on when that is over', () =>
  withApp(
    {
      ...base,
      work: worker(`return function(body)
        store.get('app:s'):set('began ' .. body.n, true)
        while body.n == 1 and not store.get('app:s'):has('go') do time.sleep('2ms') end
        store.get('app:s'):set('done ' .. body.n, true)
      end`),
      c: consumer(),
    },
    async (app) => {
      await lua(app, `assert(queue.publish('app:q', { n = 1 })) ${wait('began 1')}`)
      await app.drop('app:c')
      await app.put('app:c', consumer())
      await lua(app, `assert(queue.publish('app:q', { n = 2 })) assert(require('store').get('app:s'):set('go', true))`)
      assert.is(await lua(app, wait('done 1')), true)
      assert.is(await lua(app, wait('done 2')), true)
    },
  ))

test('what a consumer may do is what its entry says when a message comes', () => {
  const policy = (effect: string): Draft => ({ kind: 'security.policy', policy: { actions: '*', resources: '*', effect } })
  const within = (name: string): Draft =>
    consumer({ lifecycle: { auto_start: true, security: { actor: { id: 'c' }, policies: [`app:${name}`] } } })
  return withApp(
    {
      ...base,
      all: policy('allow'),
      none: policy('deny'),
      work: worker(`return function(body)
        local shelf, err = store.get('app:s')
        require('logger'):info(body.n .. (shelf and ' may' or ' may not'))
      end`),
      c: within('all'),
    },
    async (app) => {
      const publish = (n: number) => lua(app, `assert(queue.publish('app:q', { n = ${n} }))`)
      await publish(1)
      await app.logged('1 may')
      await app.put('app:c', within('none'))
      await publish(2)
      await app.logged('2 may not')
    },
  )
})

test.run()
