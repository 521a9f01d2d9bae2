// Seeds of the simulation: everything ends as it must, and the same seed does the same twice.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { simulate } from './simulation.ts'

const SEEDS = 16

const test = suite('simulation')

test('nodes that die, freeze, leave, are cut off and whose clocks jump finish every workflow, each step and message once', async () => {
  let takeovers = 0
  for (let seed = 1; seed <= SEEDS; seed++) {
    const [told, again] = [await simulate(seed), await simulate(seed)]
    assert.equal(told.wrong, [], `seed ${seed}`)
    assert.is(again.trace.join('\n'), told.trace.join('\n'), `seed ${seed}, the second time`)
    takeovers += told.takeovers
  }
  assert.ok(takeovers > 10 * SEEDS, `${takeovers} takeovers`)
})

test.run()
