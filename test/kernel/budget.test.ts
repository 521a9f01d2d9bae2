import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Budget } from '../../src/kernel/budget.ts'
import { TestKernel } from '../support/test-kernel.ts'
import { TsBody } from '../support/ts-body.ts'

const test = suite('budget')

/** A body that spends all it is given, and wants more. */
const greedy = (given: number[]): TsBody => {
  const body: TsBody = new TsBody((_inbox, _out, { fuel }) => {
    given.push(fuel)
    body.spent = fuel
    return 'again'
  })
  return body
}

test('what spends more than its budget in all its steps together is ended, and closed', () => {
  const kernel = new TestKernel({}, { fuel: 40_000 })
  const given: number[] = []
  const body = greedy(given)
  kernel.scheduler.spawn({ host: kernel.host, body: new Budget(body, 100_000), entry: 'app:test', startedAt: 0 })
  kernel.run()
  assert.equal(given, [40_000, 40_000, 20_000])
  assert.match(kernel.notes.ended_[0] ?? '', /PROCESS_FUEL/)
  assert.is(body.closed, 1)
})

test('what ends within its budget, even with its last unit, ends as it wants', () => {
  const kernel = new TestKernel()
  const body: TsBody = new TsBody((_inbox, out) => {
    body.spent = 10
    return out.exit('')
  })
  kernel.scheduler.spawn({ host: kernel.host, body: new Budget(body, 10), entry: 'app:test', startedAt: 0 })
  kernel.run()
  assert.match(kernel.notes.ended_[0] ?? '', / ok$/)
})

test.run()
