import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeEntry } from '../../src/registry/entry.ts'
import { Consumer } from '../../src/service/consumer.ts'
import { TestKernel } from '../support/test-kernel.ts'

const test = suite('consumer')
const entry = makeEntry({ id: 'app:c', kind: 'queue.consumer', data: { queue: 'q', func: 'f', concurrency: 100 } })

test('it is stopped and killed while ends of what it runs are on their way', async () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const consumer = new Consumer(entry, scheduler, () => {})
  const ends: unknown[] = []
  await consumer.start((error) => ends.push(error))
  const hub = kernel.listener()
  for (let n = 0; n < 50; n++) {
    const { pid } = kernel.listener()
    scheduler.link(hub.pid, pid)
    consumer.began(pid)
    scheduler.onExit(pid, () => consumer.ended(pid))
  }
  kernel.run()
  scheduler.terminate(hub.pid)
  const stopped = consumer.stop()
  consumer.kill()
  assert.equal(ends, [], 'some have not ended yet')
  kernel.run()
  await stopped
  assert.equal(ends, [null])
})

test.run()
