import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../src/clock.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { code, conforms, get, put } from './store.ts'

const test = suite('memory store')

let now = 1_000_000
const timers = new Set<{ readonly at: number; readonly fn: () => void }>()
const clock: Clock = {
  nowMs: () => now,
  setTimer: (ms, fn) => {
    const timer = { at: now + ms, fn }
    timers.add(timer)
    return () => timers.delete(timer)
  },
}
const pass = async (ms: number): Promise<void> => {
  now += ms
  for (const timer of timers) {
    if (timer.at > now) continue
    timers.delete(timer)
    timer.fn()
  }
}

const open = (more = {}): MemoryStore => new MemoryStore({ clock, maxSize: 10, maxBytes: 100_000, cleanupMs: 60_000, ...more })

conforms(test, async () => open(), pass)

test('a full store refuses new keys, not new values; what expires makes room', async () => {
  const store = open({ maxSize: 2 })
  await put(store, 'a', 1, { ttlMs: 100 })
  await put(store, 'b', 1)
  assert.is(await code(put(store, 'c', 1)), 'STORE_FULL')
  assert.is(await code(put(store, 'b', 2)), 'no error')
  await pass(200)
  assert.is(await code(put(store, 'c', 1)), 'no error')
  await store.close()
})

test('bytes are bounded, and what was refused has changed nothing', async () => {
  const store = open({ maxBytes: 100 })
  await put(store, 'a', 'x'.repeat(50))
  assert.is(await code(put(store, 'b', 'x'.repeat(50))), 'STORE_FULL')
  assert.is(await code(put(store, 'a', 'x'.repeat(200))), 'STORE_FULL')
  assert.is(await get(store, 'a'), 'x'.repeat(50))
  await store.delete('a')
  assert.is(await code(put(store, 'b', 'x'.repeat(90))), 'no error')
  await store.close()
})

test('a store that is closed leaves no timer behind', async () => {
  timers.clear()
  const store = open()
  await pass(60_000)
  assert.is(timers.size, 1)
  await store.close()
  assert.is(timers.size, 0)
})

test.run()
