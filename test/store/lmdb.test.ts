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
const open = (path: string, more: Partial<LmdbStoreOptions> = {}): LmdbStore => {
  const { environment, release } = folders.open(path)
  return new LmdbStore(environment, release, { clock: systemClock, maxSize: 10, maxValue: 1000, cleanupMs: 60_000, ...more })
}
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

conforms(test, async () => open(directoryWith({})), pass)

test('keys, values, versions and expiries outlive the store', async () => {
  const path = directoryWith({})
  const first = open(path)
  const { version } = await put(first, 'a', { n: 1 })
  await put(first, 'short', 1, { ttlMs: 50 })
  await first.close()
  await pass(60)
  const second = open(path)
  assert.equal({ ...((await get(second, 'a')) as object) }, { n: 1 })
  assert.is(await second.get('short'), undefined)
  assert.is((await second.get('a'))!.version, version)
  await second.delete('a')
  await second.close()
  const third = open(path)
  assert.ok(BigInt((await put(third, 'a', 2)).version) > BigInt(version))
  await third.close()
})

test('a full store makes room of what has expired, else refuses', async () => {
  let nowMs = 1000
  const store = open(directoryWith({}), { maxSize: 2, clock: { ...systemClock, nowMs: () => nowMs } })
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
  const [one, two] = [open(path), open(path)]
  await put(one, 'a', 1)
  await one.close()
  assert.is(await get(two, 'a'), 1)
  await two.close()
  const other = new Folders().open(path)
  await other.release()
})

test('a store that is closed while it sweeps sweeps no more', async () => {
  const timers = new ManualTimers()
  const store = open(directoryWith({}), { clock: { nowMs: () => timers.nowMs, setTimer: timers.setTimer }, cleanupMs: 1000 })
  await put(store, 'a', 1, { ttlMs: 10 })
  timers.pass(1000)
  await store.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(timers.waits, [])
})

test.run()
