import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { Scheduler } from '../../src/kernel/scheduler.ts'
import { Loaded } from '../../src/workflow/loaded.ts'
import type { Run } from '../../src/workflow/run.ts'

const test = suite('loaded')

test('of many that are busy few are looked at, and what is idle behind them is given up all the same', () => {
  const loaded = new Loaded({
    scheduler: () => ({}) as Scheduler,
    clock: systemClock,
    read: async () => null,
    kept: 10,
    report: () => {},
  })
  let looks = 0
  const run = (n: number, isBusy: boolean): Run => {
    const made = {
      id: `w${n}`,
      process: null,
      get isIdle() {
        looks++
        return !isBusy
      },
      close: async () => {},
    }
    return made as unknown as Run
  }
  const COUNT = 2000
  const busy = Array.from({ length: COUNT }, (_, n) => run(n, true))
  for (const one of busy) loaded.keep(one)
  assert.is(loaded.size, COUNT)
  assert.ok(looks <= COUNT * 100, `${looks} looks`)
  for (let n = 0; n < 100; n++) loaded.keep(run(COUNT + n, false))
  for (const one of busy) loaded.keep(one)
  assert.is(loaded.size, COUNT)
})

test.run()
