// The promise, on two machines: workflow code exactly once, messages between workflows exactly once, effects at least once by one key, and
// none of a node that has lost its workflows.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runTwoNodes } from './two-nodes.ts'

const test = suite('two nodes')

test('what a node was doing goes on at another one, whatever happens to it, and to the database', async () => {
  const { endured, wrong, takeovers } = await runTwoNodes({ count: 10, faults: ['kill', 'freeze', 'cut', 'crash', 'silence'], seed: 1 })
  assert.equal(wrong, [])
  assert.is(endured.length, 5)
  assert.ok(takeovers > 0)
})

test.run()
