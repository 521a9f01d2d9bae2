// The promise, on one machine: workflow code exactly once, messages between workflows exactly once, effects at least once by one key.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Outcome, ROUNDS, runWithKills, totalOf } from './kills.ts'

const checkOutcome = ({ results, effects }: Outcome, count: number): void => {
  assert.is(results.length, count)
  for (const [id, status, value] of results)
    assert.equal([status, value], ['completed', { total: totalOf(Number(id.slice(1))), more: false }], id)
  assert.is(effects.size, count * ROUNDS)
}

const test = suite('kill')

test('a node that is killed again and again finishes every workflow with the right result', async () => {
  const count = 12
  const outcome = await runWithKills(count, 1, 150, 900, 6)
  assert.ok(outcome.kills >= 2, `${outcome.kills} kills`)
  checkOutcome(outcome, count)
})

test.run()
