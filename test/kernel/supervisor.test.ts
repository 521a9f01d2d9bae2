import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import type { Lifecycle } from '../../src/kernel/service.ts'
import { type Supervised, Supervisor } from '../../src/kernel/supervisor.ts'
import { ManualTimers } from '../support/manual-timers.ts'

const test = suite('supervisor')
const boom = new WippyError('BOOM', Kind.Internal, 'boom')
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A group of services that do as they are told, and a log of what was asked of them. */
class Group {
  readonly log: string[] = []
  readonly timers = new ManualTimers()
  readonly supervisor = new Supervisor({ setTimer: this.timers.setTimer, random: () => 0.5 })
  readonly ended = new Map<string, (error: WippyError | null) => void>()
  readonly finish = new Map<string, () => void>()

  /** `slow`: starts and stops only when `finish` says so. */
  add(
    id: string,
    requires: readonly string[] = [],
    how: { slow?: boolean; fails?: boolean } = {},
    lifecycle: Partial<Lifecycle> = {},
  ): this {
    const wait = () => (how.slow ? new Promise<void>((resolve) => this.finish.set(id, resolve)) : undefined)
    const supervised: Supervised = {
      start: (ended) => {
        this.log.push(`start ${id}`)
        this.ended.set(id, ended)
        if (how.fails) throw boom
        return wait()
      },
      stop: () => {
        this.log.push(`stop ${id}`)
        return wait()
      },
      kill: () => void this.log.push(`kill ${id}`),
    }
    this.supervisor.add(id, supervised, { requires, ...lifecycle })
    return this
  }

  states(): string {
    return [...this.supervisor.services()].map(([id, { state }]) => `${id} ${state}`).join(', ')
  }
}

test('what a service requires starts first', async () => {
  const group = new Group().add('web', ['db', 'cache']).add('db', ['disk']).add('cache').add('disk')
  assert.is((await group.supervisor.start('web')).state, 'running')
  assert.equal(group.log, ['start cache', 'start disk', 'start db', 'start web'])
})

test('what is required in many ways is asked for once: forty diamonds below each other start', async () => {
  const group = new Group()
  const pair = (depth: number): string[] => [`left ${depth}`, `right ${depth}`]
  for (let depth = 0; depth < 40; depth++) for (const id of pair(depth)) group.add(id, depth < 39 ? pair(depth + 1) : [])
  group.add('top', pair(0))
  assert.is((await group.supervisor.start('top')).state, 'running')
  assert.is(group.log.length, 81)
})

test('services of one level start at once, and those above wait for all of them', async () => {
  const group = new Group().add('a', [], { slow: true }).add('b', [], { slow: true }).add('c', ['a', 'b'])
  const started = group.supervisor.start('c')
  assert.equal(group.log, ['start a', 'start b'])
  group.finish.get('a')?.()
  await settle()
  assert.is(group.states(), 'a running, b starting, c unknown')
  group.finish.get('b')?.()
  assert.is((await started).state, 'running')
})

test('stopping goes the other way round', async () => {
  const group = new Group().add('db').add('app', ['db']).add('web', ['app']).add('other')
  await Promise.all(['web', 'other'].map((id) => group.supervisor.start(id)))
  group.log.length = 0
  await group.supervisor.stop('db')
  assert.equal(group.log, ['stop web', 'stop app', 'stop db'])
  assert.is(group.states(), 'db stopped, app stopped, web stopped, other running')
})

test('a service is stopped only when those that require it have stopped', async () => {
  const group = new Group().add('db').add('web', ['db'], { slow: true })
  const started = group.supervisor.start('web')
  group.finish.get('web')?.()
  await started
  const stopped = group.supervisor.stopAll()
  assert.is(group.states(), 'db running, web stopping')
  group.finish.get('web')?.()
  await stopped
  assert.is(group.states(), 'db stopped, web stopped')
})

test('a failed service starts again after its delay, and again later', async () => {
  const group = new Group().add('a')
  await group.supervisor.start('a')
  group.ended.get('a')?.(boom)
  assert.equal([group.states(), group.timers.waits], ['a failed', [1000]])
  group.timers.pass(1000)
  assert.is(group.states(), 'a running')
  group.ended.get('a')?.(boom)
  assert.equal(group.timers.waits, [2000])
})

test('running long enough resets the delay', async () => {
  const group = new Group().add('a')
  await group.supervisor.start('a')
  group.ended.get('a')?.(boom)
  group.timers.pass(1000)
  group.timers.pass(5000)
  group.ended.get('a')?.(boom)
  assert.equal(group.timers.waits, [1000])
})

test('a service that ends well is not started again, and serves those that required it', async () => {
  const group = new Group().add('migrate').add('web', ['migrate'])
  await group.supervisor.start('migrate')
  group.ended.get('migrate')?.(null)
  assert.is((await group.supervisor.start('web')).state, 'running')
  assert.is(group.states(), 'migrate exited, web running')
  assert.equal(group.timers.waits, [])
})

test('a start that fails says so at once and goes on trying', async () => {
  const group = new Group().add('a', [], { fails: true })
  const status = await group.supervisor.start('a')
  assert.equal([status.state, status.retrying, status.error], ['failed', true, boom])
  group.timers.pass(1000)
  assert.is(group.log.length, 2)
})

test('a start that takes too long is ended and tried again', async () => {
  const group = new Group().add('a', [], { slow: true }, { startTimeoutMs: 50 })
  const started = group.supervisor.start('a')
  group.timers.pass(50)
  const status = await started
  assert.equal([status.state, status.error?.code], ['failed', 'SERVICE_START_TIMEOUT'])
  assert.equal(group.log, ['start a', 'kill a'])
})

test('a stop that takes too long is forced', async () => {
  const group = new Group().add('a', [], { slow: true })
  const started = group.supervisor.start('a')
  group.finish.get('a')?.()
  await started
  const stopped = group.supervisor.stop('a')
  group.timers.pass(10_000)
  assert.is((await stopped).state, 'stopped')
  assert.equal(group.log, ['start a', 'stop a', 'kill a'])
})

test('who requires a failed service hears of it, and starts once that recovers', async () => {
  const group = new Group().add('db', [], { slow: true }).add('web', ['db'])
  const started = group.supervisor.start('web')
  group.ended.get('db')?.(boom)
  const status = await started
  assert.equal([status.state, status.error?.code], ['unknown', 'SERVICE_REQUIREMENT'])
  group.timers.pass(1000)
  group.finish.get('db')?.()
  await settle()
  assert.is(group.states(), 'db running, web running')
})

test('stopping ends the retries', async () => {
  const group = new Group().add('a', [], { fails: true })
  await group.supervisor.start('a')
  await group.supervisor.stop('a')
  assert.equal(group.timers.waits, [])
})

test('news of an earlier run are not heard', async () => {
  const group = new Group().add('a')
  await group.supervisor.start('a')
  const early = group.ended.get('a')
  await group.supervisor.stop('a')
  await group.supervisor.start('a')
  early?.(boom)
  assert.is(group.states(), 'a running')
})

test('a service started while it stops starts when it has stopped', async () => {
  const group = new Group().add('a', [], { slow: true })
  const started = group.supervisor.start('a')
  group.finish.get('a')?.()
  await started
  void group.supervisor.stop('a')
  const again = group.supervisor.start('a')
  group.finish.get('a')?.()
  await settle()
  group.finish.get('a')?.()
  assert.is((await again).state, 'running')
})

test('another lifecycle holds from the next failure on', async () => {
  const group = new Group().add('a')
  await group.supervisor.start('a')
  group.supervisor.update('a', { restart: { initialDelayMs: 5, maxDelayMs: 5, backoffFactor: 1, jitter: 0, maxAttempts: 0 } })
  group.ended.get('a')?.(boom)
  assert.equal(group.timers.waits, [5])
})

test('a removed service is stopped and gone', async () => {
  const group = new Group().add('a')
  await group.supervisor.start('a')
  await group.supervisor.remove('a')
  assert.equal([group.states(), group.log], ['', ['start a', 'stop a']])
})

test('unknown services, cycles and doubles are refused', () => {
  const group = new Group().add('a', ['b']).add('b', ['a']).add('c', ['nobody'])
  assert.throws(() => group.supervisor.start('a'), /a → b → a/)
  assert.throws(() => group.supervisor.start('c'), /no service nobody/)
  assert.throws(() => group.add('a'), /already/)
})

test('who waits for a stop that a later start has overtaken is told what came of it', async () => {
  const group = new Group().add('a', [], { slow: true })
  const { supervisor, finish } = group
  const started = supervisor.start('a')
  finish.get('a')?.()
  await started
  const stopped = supervisor.stop('a')
  const again = supervisor.start('a')
  finish.get('a')?.()
  await settle()
  finish.get('a')?.()
  assert.equal([(await again).state, (await stopped).state], ['running', 'starting'])
})

test('what is being removed is not started any more', async () => {
  const group = new Group().add('db', [], { slow: true }).add('web', ['db'])
  const { supervisor, finish } = group
  const started = supervisor.start('web')
  finish.get('db')?.()
  await started
  const removed = supervisor.remove('db')
  assert.throws(() => supervisor.start('web'), /no service db/)
  finish.get('db')?.()
  await removed
  assert.is(group.states(), 'web stopped')
})

test('what is added while one with its id is being removed starts when that has stopped', async () => {
  const group = new Group().add('a', [], { slow: true })
  const { supervisor, finish } = group
  const started = supervisor.start('a')
  finish.get('a')?.()
  await started
  const removed = supervisor.remove('a')
  const again = group.add('a').supervisor.start('a')
  assert.equal(group.log, ['start a', 'stop a'])
  finish.get('a')?.()
  await removed
  assert.is((await again).state, 'running')
  assert.equal(group.log, ['start a', 'stop a', 'start a'])
})

test.run()
