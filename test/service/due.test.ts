import { setImmediate as turn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Due } from '../../src/service/due.ts'

const test = suite('due')

test('what is little is done at once', () => {
  const due = new Due()
  let done = 0
  for (let i = 0; i < 100; i++) due.add(due, () => done++)
  assert.is(done, 100)
})

test('of much a part is done in each turn, in order', async () => {
  const due = new Due()
  const done: number[] = []
  for (let i = 0; i < 1000; i++) due.add(due, () => done.push(i))
  const parts = [done.length]
  while (done.length < 1000) {
    const before = done.length
    await turn()
    parts.push(done.length - before)
  }
  assert.ok(Math.max(...parts) <= 128 && parts.length <= 9, parts.join(' '))
  assert.equal(
    done,
    done.map((_, i) => i),
  )
})

test('who has little waits for a part of those who have much, not for all of it', async () => {
  const due = new Due()
  const [crowd, single] = [{}, {}]
  let [done, isDone] = [0, false]
  for (let i = 0; i < 10_000; i++) due.add(crowd, () => done++)
  due.add(single, () => {
    isDone = true
  })
  assert.not(isDone)
  await turn()
  assert.ok(isDone)
  assert.ok(done < 400, `${done}`)
})

test('what is given up is not done, and what comes while others are done comes in its turn', async () => {
  const due = new Due()
  const [gone, mine] = [{}, {}]
  const done: string[] = []
  for (let i = 0; i < 128; i++) due.add(mine, () => {})
  due.add(gone, () => done.push('gone'))
  due.add(mine, () => {
    done.push('first')
    due.add(mine, () => done.push('third'))
  })
  due.add(mine, () => done.push('second'))
  due.forget(gone)
  for (let i = 0; i < 3; i++) await turn()
  assert.equal(done, ['first', 'second', 'third'])
})

test.run()
