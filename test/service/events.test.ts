// The event bus: who hears what, in which order, and what happens to those who are slow.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { compilePattern, EventBus, eventsService } from '../../src/service/events.ts'
import { ask, fakeCaller } from '../support/caller.ts'
import { guest } from '../support/guest.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('events')

const all = () => true
const clock = { nowMs: () => 0, setTimer: () => () => {} }
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return error instanceof WippyError ? `${error.kind} ${error.code}` : String(error)
  }
  return 'no error'
}

test('patterns: nothing or a star is all, a trailing star a prefix, anything else itself', () => {
  const matched = (pattern: string) => ['test', 'test.a', 'test.a.b', 'testing', '*'].filter(compilePattern(pattern))
  assert.is(matched('').length, 5)
  assert.is(matched('*').length, 5)
  assert.equal(matched('test.*'), ['test.a', 'test.a.b'])
  assert.equal(matched('test'), ['test'])
  assert.equal(matched('tes'), [])
})

test('patterns with a star elsewhere are matched part by part', () => {
  const matched = (pattern: string) => ['user.made', 'user.made.late', 'team.made', 'user'].filter(compilePattern(pattern))
  assert.equal(matched('*.made'), ['user.made', 'team.made'])
  assert.equal(matched('user.**'), ['user.made', 'user.made.late', 'user'])
  assert.equal(matched('**.late'), ['user.made.late'])
  assert.equal(matched('(user|team).made'), ['user.made', 'team.made'])
  assert.equal(matched('u*r.made'), ['user.made'])
})

test('the host hears and speaks in order; a listener that throws stops nobody', () => {
  const reported: unknown[] = []
  const heard: string[] = []
  const bus = new EventBus((error) => reported.push(error))
  const end = bus.subscribe('users', 'user.*', ({ kind, path }) => {
    heard.push(kind + path)
    throw new Error('listener')
  })
  bus.subscribe('*', '', ({ system }) => heard.push(system))
  bus.publish('users', 'user.created', '/1')
  bus.publish('users', 'other', '/2')
  end()
  bus.publish('users', 'user.created', '/3')
  assert.equal(heard, ['user.created/1', 'users', 'users', 'users'])
  assert.is(reported.length, 1)
})

test('a subscriber is pushed system, kind, path and data under its tag, until it closes', () => {
  const bus = new EventBus()
  const service = eventsService(bus, all, clock)
  const caller = fakeCaller()
  assert.equal(ask(service, caller, 'events.subscribe', 'users', ['user.created'], 5), [true])
  assert.equal(ask(service, fakeCaller(), 'events.send', 'users', ['user.created', '/1', { name: 'A' }]), [true])
  ask(service, fakeCaller(), 'events.send', 'users', ['user.deleted', '/1'])
  assert.is(caller.pushed.length, 1)
  const [system, kind, path, data, missed] = caller.pushed[0]!.values
  assert.equal([system, kind, path, (data as { name: string }).name, missed], ['users', 'user.created', '/1', 'A', 0])
  assert.is(caller.pushed[0]!.tag, 5)
  ask(service, caller, 'events.close', '', [5], 0)
  bus.publish('users', 'user.created', '/2')
  assert.is(caller.pushed.length, 1)
})

test('a process that ends hears no more', () => {
  const bus = new EventBus()
  const service = eventsService(bus, all, clock)
  const caller = fakeCaller()
  ask(service, caller, 'events.subscribe', '*')
  caller.end()
  bus.publish('users', 'k', '/')
  assert.is(caller.pushed.length, 0)
})

test('what a full mailbox does not take is counted and told with the next event', () => {
  const bus = new EventBus()
  const service = eventsService(bus, all, clock)
  const caller = fakeCaller()
  ask(service, caller, 'events.subscribe', 'users')
  caller.accepts = false
  for (let i = 0; i < 3; i++) bus.publish('users', 'k', '/')
  caller.accepts = true
  bus.publish('users', 'k', '/')
  bus.publish('users', 'k', '/')
  assert.equal(
    caller.pushed.map(({ values }) => values[4]),
    [3, 0],
  )
})

test('when nothing comes after what was missed, that is told as soon as there is room', () => {
  const bus = new EventBus()
  const timers = new ManualTimers()
  const service = eventsService(bus, all, { nowMs: () => 0, setTimer: timers.setTimer })
  const caller = fakeCaller()
  ask(service, caller, 'events.subscribe', 'users')
  caller.accepts = false
  bus.publish('users', 'k', '/')
  bus.publish('users', 'k', '/')
  timers.pass(100)
  assert.equal(caller.pushed, [])
  caller.accepts = true
  timers.pass(100)
  assert.equal(
    caller.pushed.map(({ values }) => values),
    [[null, null, null, null, 2]],
  )
  assert.equal(timers.waits, [])
  caller.accepts = false
  bus.publish('users', 'k', '/')
  caller.end()
  assert.equal(timers.waits, [])
})

test('processes do not speak on the systems of the runtime', () => {
  const service = eventsService(new EventBus(), all, clock)
  for (const system of ['registry', 'supervisor', 'process']) {
    assert.is(
      codeOf(() => ask(service, fakeCaller(), 'events.send', system, ['service.stop', 'app:db'])),
      'PermissionDenied EVENTS_RESERVED',
    )
  }
})

test('a wildcard brings a reserved system only to those who may subscribe to it', () => {
  const bus = new EventBus()
  const service = eventsService(bus, (_, action, resource) => !(action === 'events.subscribe' && resource === 'registry'), clock)
  const caller = fakeCaller()
  ask(service, caller, 'events.subscribe', 'reg*')
  bus.publish('registry', 'entry.create', 'app:secret')
  bus.publish('regatta', 'race', '/')
  assert.equal(
    caller.pushed.map(({ values }) => values[0]),
    ['regatta'],
  )
})

test('empty and overlong names, and too many subscriptions, are refused', () => {
  const service = eventsService(new EventBus(), all, clock)
  const caller = fakeCaller()
  const send = (system: string, kind: unknown, path: unknown) => codeOf(() => ask(service, caller, 'events.send', system, [kind, path]))
  for (const [system, kind, path] of [
    ['', 'k', 'p'],
    ['s', '', 'p'],
    ['s', 'k', ''],
    ['s', 5, 'p'],
    ['s', 'k', 'x'.repeat(1025)],
  ] as const)
    assert.is(send(system, kind, path), 'Invalid EVENTS_ARGUMENT')
  for (let tag = 1; tag <= 256; tag++) ask(service, caller, 'events.subscribe', 's', [], tag)
  assert.is(
    codeOf(() => ask(service, caller, 'events.subscribe', 's', [], 257)),
    'RateLimited EVENTS_TOO_MANY',
  )
})

test('a tag means one subscription: a second one is refused, and the first ends with its process', () => {
  const bus = new EventBus()
  const service = eventsService(bus, all, clock)
  const caller = fakeCaller()
  ask(service, caller, 'events.subscribe', 's', [], 7)
  assert.is(
    codeOf(() => ask(service, caller, 'events.subscribe', 's', [], 7)),
    'Invalid EVENTS_TAG_TAKEN',
  )
  caller.end()
  assert.is(bus.listeners, 0)
})

test('an event is turned into bytes once, however many hear it', () => {
  const bus = new EventBus()
  const service = eventsService(bus, all, clock)
  const caller = fakeCaller()
  for (let tag = 1; tag <= 100; tag++) ask(service, caller, 'events.subscribe', 's', [], tag)
  let reads = 0
  const data = Object.defineProperty({}, 'x', { enumerable: true, get: () => ++reads })
  bus.publish('s', 'k', 'p', data)
  assert.is(caller.pushed.length, 100)
  assert.is(reads, 1)
})

test('a pattern has so many parts', () => {
  const service = eventsService(new EventBus(), all, clock)
  const subscribe = (kind: string, tag: number) => codeOf(() => ask(service, fakeCaller(), 'events.subscribe', 'users', [kind], tag))
  assert.is(subscribe('*.'.repeat(31), 1), 'no error')
  assert.is(subscribe('*.'.repeat(32), 2), 'Invalid EVENTS_ARGUMENT')
})

test('in Lua events arrive on a channel as tables, in order', async () => {
  const { run } = await guest([eventsService(new EventBus(), all, clock)])
  const result = await run(`
    local events = require('events')
    local sub = events.subscribe('test.*')
    assert(sub:channel() == sub:channel())
    events.send('test.a', 'kind', '/1', { n = 1, nested = { x = 'y' } })
    events.send('other', 'kind', '/2')
    events.send('test.b', 'kind', '/3')
    local first, second = sub:channel():receive(), sub:channel():receive()
    return first.system .. first.kind .. first.path .. first.data.n .. first.data.nested.x .. second.path .. tostring(second.data)
  `)
  assert.is(result, 'test.akind/11y/3nil')
})

test('in Lua a channel holds 64 events; one that stands where others are missing says how many', async () => {
  const { run } = await guest([eventsService(new EventBus(), all, clock)])
  const result = await run(`
    local events = require('events')
    local ch = events.subscribe('s*'):channel()
    local next = 0
    local function send(count)
      for i = 1, count do
        next = next + 1
        events.send('s', 'k', '/' .. next)
      end
    end
    local heard = {}
    local function take(count)
      for i = 1, count do
        local event = ch:receive()
        if event.system == 'events' then heard[#heard + 1] = event.kind .. event.path .. event.data.count
        elseif i == 1 or i == count then heard[#heard + 1] = event.path end
      end
    end
    send(70)    -- 1 to 64, then 6 missed
    take(60)    -- 1 to 60
    send(3)     -- behind the gap
    take(8)     -- 61 to 64, the gap, 71 to 73
    send(200)   -- 74 to 137, then 136 missed
    take(65)
    send(1)
    take(1)
    return table.concat(heard, ' ')
  `)
  assert.is(result, '/1 /60 /61 events.misseds*6 /73 /74 events.misseds*136 /274')
})

test('in Lua close ends the subscription and gives receivers nil, false', async () => {
  const { run, asked } = await guest([eventsService(new EventBus(), all, clock)])
  const result = await run(`
    local events = require('events')
    local sub = events.subscribe('s', 'k')
    local seen
    spawn(function() local v, ok = sub:channel():receive() seen = tostring(v) .. tostring(ok) end)
    events.send('s', 'other', '/')
    assert(sub:close() == true and sub:close() == true)
    events.send('s', 'k', '/')
    return seen
  `)
  assert.is(result, 'nilfalse')
  assert.is(asked.filter((one) => one.startsWith('events.close')).length, 1)
})

test('in Lua errors are values; wrong types raise', async () => {
  const { run } = await guest([eventsService(new EventBus(), all, clock)])
  assert.is(await run(`local v, err = require('events').subscribe('') return tostring(v) .. err:kind()`), 'nilInvalid')
  assert.is(await run(`local v, err = require('events').send('s', 'k', '') return tostring(v) .. err:kind()`), 'nilInvalid')
  assert.is(
    await run(`local v, err = require('events').send('registry', 'k', 'p') return tostring(v) .. err:kind()`),
    'nilPermissionDenied',
  )
  assert.is(await run(`return pcall(require('events').send, {}, 'k', 'p')`), false)
  const denied = await guest([
    {
      name: 'events',
      operations: {
        'events.subscribe': () => {
          throw new WippyError('DENIED', 'PermissionDenied', 'no')
        },
      },
    },
  ])
  assert.is(await denied.run(`local v, err = require('events').subscribe('s') return tostring(v) .. err:kind()`), 'nilPermissionDenied')
})

test.run()
