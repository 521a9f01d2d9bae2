import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../src/clock.ts'

const test = suite('clock')

test('time is milliseconds since 1970 and does not go backward', () => {
  const first = systemClock.nowMs()
  assert.ok(Math.abs(first - Date.now()) < 1000)
  assert.ok(systemClock.nowMs() >= first)
})

test('a timer calls once', async () => {
  await new Promise<void>((resolve) => systemClock.setTimer(0, resolve))
})

test('a forgotten timer does not call', async () => {
  let called = false
  const forget = systemClock.setTimer(0, () => {
    called = true
  })
  forget()
  await new Promise<void>((resolve) => systemClock.setTimer(1, resolve))
  assert.not(called)
})

test('a timer beyond the platform limit waits instead of calling at once', async () => {
  let called = false
  const forget = systemClock.setTimer(0x7fff_ffff * 3, () => {
    called = true
  })
  await new Promise<void>((resolve) => systemClock.setTimer(1, resolve))
  forget()
  assert.not(called)
})

test.run()
