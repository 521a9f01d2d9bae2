import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { formatPid } from '../../src/pid.ts'
import { timeService } from '../../src/service/time.ts'
import { FakeClock } from '../runtime-lua/fake-clock.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'

const test = suite('time')
const SECOND = 1_000_000_000

const setup = (limit?: number) => {
  const clock = new FakeClock(0)
  const service = timeService(clock, limit)
  const caller = fakeCaller()
  const start = (op: string, nanoseconds: number | bigint, tag: number) => ask(service, caller, op, '', [nanoseconds], tag)
  return { clock, service, caller, start }
}

const refused = async (work: () => unknown): Promise<WippyError> => {
  try {
    await work()
  } catch (error) {
    return error as WippyError
  }
  throw new Error('was not refused')
}

/** Whether a promise has settled once everything that is ready has run. */
const settled = async (work: unknown): Promise<boolean> => {
  let done = false
  Promise.resolve(work).then(() => {
    done = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  return done
}

test('a sleep ends when its time has passed, never before', async () => {
  const { clock, start } = setup()
  const sleep = start('time.sleep', 1_500_001, 1)
  clock.advance(1)
  assert.not(await settled(sleep))
  clock.advance(0.9)
  assert.not(await settled(sleep))
  clock.advance(0.1)
  assert.equal(await sleep, [true])
  assert.is(clock.waiting, 0)
})

test('nothing or less is answered at once', () => {
  const { start } = setup()
  assert.equal(start('time.sleep', 0, 1), [true])
  assert.equal(start('time.after', -5, 1), [true])
})

test('waits beyond what a timer can count are several timers', async () => {
  const { clock, start } = setup()
  const days = 100
  const after = start('time.after', BigInt(days * 86_400) * BigInt(SECOND), 1)
  clock.advance(days * 86_400_000 - 1)
  assert.not(await settled(after))
  assert.is(clock.waiting, 1)
  clock.advance(1)
  assert.equal(await after, [true])
})

test('the longest duration there is does not overflow', async () => {
  const { clock, start } = setup()
  const after = start('time.after', 2n ** 63n - 1n, 1)
  clock.advance(86_400_000)
  assert.not(await settled(after))
})

test('a stopped timer is answered and its tag is free again', async () => {
  const { clock, start } = setup()
  const after = start('time.after', SECOND, 7)
  assert.equal(start('time.stop', 7, 8), [true])
  assert.equal(await after, [false])
  assert.is(clock.waiting, 0)
  assert.equal(start('time.stop', 7, 9), [false])
  start('time.after', SECOND, 7)
  assert.is(clock.waiting, 1)
})

test('a ticker says that it runs, then ticks until it is stopped', () => {
  const { clock, caller, start } = setup()
  assert.equal(start('time.ticker', SECOND, 3), [false])
  clock.advance(3_500)
  assert.equal(
    caller.pushed,
    Array.from({ length: 3 }, () => ({ tag: 3, values: [true] })),
  )
  start('time.stop', 3, 4)
  clock.advance(10_000)
  assert.is(caller.pushed.length, 3)
  assert.is(clock.waiting, 0)
})

test('a ticker keeps its beat and does not make up for missed ticks', () => {
  const { clock, caller, start } = setup()
  start('time.ticker', SECOND, 3)
  clock.skip(10_200)
  clock.next()
  assert.is(caller.pushed.length, 1)
  clock.advance(1_000)
  assert.is(caller.pushed.length, 2)
})

test('a tick that the mailbox refuses is lost', () => {
  const { clock, caller, start } = setup()
  start('time.ticker', SECOND, 3)
  caller.accepts = false
  clock.advance(2_000)
  caller.accepts = true
  clock.advance(1_000)
  assert.is(caller.pushed.length, 1)
})

test('a process has a limit, sleeps included, and its neighbour has its own', async () => {
  const { clock, service, start } = setup(2)
  start('time.sleep', SECOND, 1)
  start('time.ticker', SECOND, 2)
  const error = await refused(() => start('time.after', SECOND, 3))
  assert.is(error.kind, 'RateLimited')
  assert.is(error.retryable, true)
  ask(service, fakeCaller({ pid: formatPid('app:test', 2) }), 'time.after', '', [SECOND], 1)
  clock.advance(1_000)
  start('time.after', SECOND, 3)
})

test('a tag has one timer', async () => {
  const { clock, start } = setup()
  start('time.after', SECOND, 1)
  assert.is((await refused(() => start('time.after', SECOND, 1))).kind, 'Invalid')
  assert.is(clock.waiting, 1)
})

test('when a process ends nothing is left of its timers', () => {
  const { clock, caller, start } = setup()
  start('time.sleep', SECOND, 1)
  start('time.after', SECOND, 2)
  start('time.ticker', SECOND, 3)
  caller.end()
  assert.is(clock.waiting, 0)
  clock.advance(5_000)
  assert.equal(caller.pushed, [])
})

test('of a thousand that are due at once some fire, and the others in later turns; those that are stopped meanwhile say so', async () => {
  const { clock, caller, start } = setup()
  const fired: unknown[] = []
  for (let tag = 1; tag <= 999; tag++) (start('time.sleep', SECOND, tag) as Promise<unknown[]>).then(([ok]) => fired.push(ok))
  start('time.ticker', SECOND, 1000)
  clock.advance(1_000)
  await Promise.resolve()
  assert.ok(fired.length > 0 && fired.length < 500, `${fired.length}`)
  assert.equal(start('time.stop', 999, 1001), [true])
  for (let turns = 0; turns < 20; turns++) await settled(null)
  assert.is(fired.filter((ok) => ok === true).length, 998)
  assert.is(fired.filter((ok) => ok === false).length, 1)
  assert.is(caller.pushed.length, 1)
})

test('a duration that is no number is refused', async () => {
  const { service, caller } = setup()
  for (const bad of ['1s', null, [], Number.NaN, true]) {
    assert.is((await refused(() => ask(service, caller, 'time.sleep', '', [bad]))).kind, 'Invalid')
  }
})

test('a zone is a table of periods; unknown names are NotFound', async () => {
  const { service, caller } = setup()
  const [packed, abbreviations] = await values(ask(service, caller, 'time.zone', 'Asia/Tokyo'))
  assert.instance(packed, Uint8Array)
  assert.ok((abbreviations as string[]).includes('JST'))
  for (const name of ['Nowhere', '+01:00', '../../etc/passwd', 'A'.repeat(100)]) {
    const error = await refused(() => ask(service, caller, 'time.zone', name))
    assert.equal([error.kind, error.retryable], ['NotFound', false])
  }
})

test('the local zone has no name to ask for', async () => {
  const { service, caller } = setup()
  const [packed] = await values(ask(service, caller, 'time.zone', ''))
  assert.ok((packed as Uint8Array).length >= 9)
})

test.run()
