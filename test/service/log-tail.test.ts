// The newest records of the log: so many, and of so many bytes, whatever is in them.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LogTail } from '../../src/service/log-tail.ts'
import { createLog } from '../../src/service/logger.ts'

const test = suite('log-tail')

const tailed = () => {
  const tail = new LogTail()
  return { tail, log: tail.over(createLog({ write: () => {}, now: () => 0, format: 'json' })) }
}

test('what is deep within a field counts as what stands in it', () => {
  const big = 'x'.repeat(100_000)
  for (const value of [big, Buffer.from(big), { a: { b: [big] } }, new Map([['k', [big]]]), [[[big]]], new Error(big)]) {
    const { tail, log } = tailed()
    for (let count = 0; count < 100; count++) log.record('info', 'test', 'm', { value })
    assert.ok(tail.recent().length < 12, String(tail.recent().length))
  }
  const { tail, log } = tailed()
  for (let count = 0; count < 100; count++) log.write({ timeMs: 0, level: 'info', source: 's', message: 'm', fields: [], location: big })
  assert.ok(tail.recent().length < 12)
})

test('small records: the last thousand, the oldest first', () => {
  const { tail, log } = tailed()
  for (let count = 0; count < 2500; count++) log.record('info', 'test', String(count))
  const kept = tail.recent().map(({ message }) => Number(message))
  assert.ok(kept.length <= 1000 && kept.length > 700)
  assert.equal([kept.at(-1), kept[0]], [2499, 2500 - kept.length])
})

test.run()
