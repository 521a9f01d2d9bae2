import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CallPool } from '../../src/service/call-pool.ts'
import { entry } from '../registry/scratch.ts'

const test = suite('call pool')

const pool = (fields: unknown) => new CallPool(entry('app:f', 'function.lua', { pool: fields }))
const places = (of: CallPool): number => {
  let count = 0
  while (count < 2000 && of.enter()) count++
  return count
}

test('its size is what the function says, under any of the names', () => {
  assert.equal(
    [{ size: 2 }, { workers: 3 }, { max_size: 4, size: 2 }, { size: 0 }, undefined].map((fields) => places(pool(fields))),
    [2, 3, 4, 1000, 1000],
  )
})

test('who waits gets the place of who leaves, in the order they came', () => {
  const two = pool({ size: 1 })
  assert.ok(two.enter())
  const order: string[] = []
  two.wait(() => order.push('first'))
  const giveUp = two.wait(() => order.push('second'))
  two.wait(() => order.push('third'))
  giveUp()
  assert.not(two.enter())
  two.leave()
  two.leave()
  assert.equal(order, ['first', 'third'])
  two.leave()
  assert.ok(two.enter())
})

test('not more than so many wait', () => {
  const one = pool({ size: 1 })
  one.enter()
  for (let i = 0; i < 10_000; i++) one.wait(() => {})
  assert.throws(
    () => one.wait(() => {}),
    ({ code, kind, retryable }: { code: string; kind: string; retryable: boolean }) =>
      code === 'FUNCTION_BUSY' && kind === 'RateLimited' && retryable,
  )
})

test.run()
