// Turns on threads that others need as well.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Turns } from '../../src/service/turns.ts'
import { failure } from '../support/app.ts'

const test = suite('turns')

/** Work that ends when it is told to. */
const held = () => {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const work = (name: string) => () => {
    begun.push(name)
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
  }
  const end = async (name: string): Promise<void> => {
    ends.get(name)!()
    await new Promise(setImmediate)
  }
  return { begun, work, end }
}

test('two short things and a long one at a time, one of each who asks', async () => {
  const turns = new Turns()
  const { begun, work, end } = held()
  const take = (name: string, ms = 1) => turns.take(name[0]!, ms, work(name))
  const all = [take('a1'), take('a2'), take('a3'), take('b1'), take('c1'), take('d1', 1000), take('e1', 1000)]
  assert.equal(begun, ['a1', 'b1', 'd1'])
  await end('a1')
  assert.equal(begun.slice(3), ['a2'])
  await end('b1')
  assert.equal(begun.slice(4), ['c1'])
  await end('d1')
  assert.equal(begun.slice(5), ['e1'])
  for (const name of ['c1', 'a2', 'a3', 'e1']) await end(name)
  assert.equal(await Promise.all(all), ['a1', 'a2', 'a3', 'b1', 'c1', 'd1', 'e1'])
})

test('what fails makes room; more than may wait are refused', async () => {
  const turns = new Turns()
  const broken = turns.take('a', 1, () => Promise.reject(new Error('on purpose')))
  assert.is((await failure(broken)).message, 'on purpose')
  const { work, end, begun } = held()
  const first = turns.take('a', 1, work('first'))
  const waiting = Array.from({ length: 1000 }, () => turns.take('a', 1, async () => 'waited'))
  assert.is((await failure(turns.take('a', 1, work('last')))).code, 'THREAD_FULL')
  await end('first')
  assert.equal([await first, begun, new Set(await Promise.all(waiting))], ['first', ['first'], new Set(['waited'])])
})

test.run()
