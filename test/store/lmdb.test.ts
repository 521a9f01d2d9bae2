import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { Folders } from '../../src/store/folders.ts'
import { LmdbStore, type LmdbStoreOptions } from '../../src/store/lmdb.ts'
import { directoryWith } from '../registry/scratch.ts'
import { ManualTimers } from '../support/manual-timers.ts'
import { code, conforms, get, put } from './store.ts'

const test = suite('lmdb store')

const folders = new Folders()
const open = async (path: string, more: Partial<LmdbStoreOptions> = {}): Promise<LmdbStore> => {
  const { environment, release } = await folders.open(path)
  return new LmdbStore(environment, release, { clock: systemClock, maxSize: 10, maxValue: 1000, cleanupMs: 60_000, ...more })
}
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

conforms(test, () => open(directoryWith({})), pass)

test('keys, values, versions and expiries outlive the store', async () => {
  const path = directoryWith({})
  const first = await open(path)
  const { version } = await put(first, 'a', { n: 1 })
  await put(first, 'short', 1, { ttlMs: 50 })
  await first.close()
  await pass(60)
  const second = await open(path)
  assert.equal({ ...((await get(second, 'a')) as object) }, { n: 1 })
  assert.is(await second.get('short'), undefined)
  assert.is((await second.get('a'))!.version, version)
  await second.delete('a')
  await second.close()
  const third = await open(path)
  assert.ok(BigInt((await put(third, 'a', 2)).version) > BigInt(version))
  await third.close()
})

test('a full store makes room of what has expired, else refuses', async () => {
  let nowMs = 1000
  const store = await open(directoryWith({}), { maxSize: 2, clock: { ...systemClock, nowMs: () => nowMs } })
  await put(store, 'a', 1, { ttlMs: 30 })
  await put(store, 'b', 1)
  assert.is(await code(put(store, 'c', 1)), 'STORE_FULL')
  nowMs += 50
  assert.is(await code(put(store, 'c', 1)), 'no error')
  assert.is(await code(put(store, 'd', 1)), 'STORE_FULL')
  assert.is(await code(put(store, 'b', 'x'.repeat(2000))), 'STORE_VALUE')
  await store.close()
})

test('a folder may be opened again before it is closed, and is given up with the last', async () => {
  const path = directoryWith({})
  const [one, two] = [await open(path), await open(path)]
  await put(one, 'a', 1)
  await one.close()
  assert.is(await get(two, 'a'), 1)
  await two.close()
  const other = await new Folders().open(path)
  await other.release()
})

test('a store that is closed while it sweeps sweeps no more', async () => {
  const timers = new ManualTimers()
  const store = await open(directoryWith({}), { clock: { nowMs: () => timers.nowMs, setTimer: timers.setTimer }, cleanupMs: 1000 })
  await put(store, 'a', 1, { ttlMs: 10 })
  timers.pass(1000)
  await store.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(timers.waits, [])
})

test('stores with one folder are one store: no version comes twice, one of two wins, and the bound is theirs together', async () => {
  const path = directoryWith({})
  const [one, two] = [await open(path), await open(path)]
  const { version } = await put(one, 'k', 0)
  assert.not.equal((await put(two, 'other', 0)).version, version)
  const outcomes = await Promise.all([one, two].map((store) => code(put(store, 'k', 1, { ifVersion: version }))))
  assert.equal(outcomes.sort(), ['STORE_CONFLICT', 'no error'])
  for (let i = 0; i < 4; i++) await Promise.all([put(one, `a${i}`, i), put(two, `b${i}`, i)])
  assert.is(await code(put(one, 'more', 1)), 'STORE_FULL')
  assert.is(await code(put(two, 'more', 1)), 'STORE_FULL')
  await Promise.all([one.close(), two.close()])
})

test('a folder that is being closed is waited for', async () => {
  const path = directoryWith({})
  const one = await open(path)
  await put(one, 'a', 1)
  const closed = one.close()
  const [two, three] = await Promise.all([open(path), open(path)])
  assert.equal([await get(two, 'a'), await get(three, 'a')], [1, 1])
  await Promise.all([closed, two.close(), three.close()])
})

test('everything that has expired goes when it is swept, however much it is', async () => {
  const timers = new ManualTimers()
  const path = directoryWith({})
  const clock = { nowMs: () => timers.nowMs, setTimer: timers.setTimer }
  const store = await open(path, { clock, maxSize: 10_000, cleanupMs: 1000 })
  const { environment, release } = await folders.open(path)
  await Promise.all(Array.from({ length: 2500 }, (_, i) => put(store, `k${i}`, i, { ttlMs: 10 })))
  timers.pass(1000)
  while (timers.waits.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.is(environment.table('records').count(), 0)
  await Promise.all([store.close(), release()])
})

test.run()
