// A node that starts with many workflows that sleep loads those that are due, and no other.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { start, startIn } from '../support/app.ts'
import { ended, HOST } from './app.ts'
import { asleep, begin, multiply, sleeper } from './sleepers.ts'

const test = suite('sleepers')

test('what sleeps stays on the disk', async () => {
  const first = await start({ ...HOST, sleeper })
  await begin(first, 'template')
  await asleep(first, 'template')
  await first.node.stop({ now: true })
  await multiply(first.root, 3000, 5)
  const app = await startIn(first.root)
  try {
    for (let n = 0; n < 5; n++) assert.equal(await ended(app, `s-${n}`), { status: 'completed', value: 'awake', error: null })
    await app.until(() => app.processes('app:sleeper').length === 0, 'nobody in memory')
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
