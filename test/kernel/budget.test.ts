import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Verdict } from '../../src/kernel/body.ts'
import { Budget, type BudgetLimits } from '../../src/kernel/budget.ts'
import { TestKernel } from '../support/test-kernel.ts'
import { TsBody, type TsStep } from '../support/ts-body.ts'

const test = suite('budget')

const MIB = 1024 ** 2
const budgetOf = (limits: Partial<BudgetLimits>, parent: Budget | null = null): Budget =>
  new Budget({ fuel: 1e9, memoryBytes: 1024 * MIB, processes: 1000, ...limits }, parent)

/** A body that spends all it is given, wants more, and holds `heldBytes` after each step. */
class Greedy extends TsBody {
  heldBytes = 0
  readonly given: number[] = []

  constructor(grow = 0, step: TsStep = () => 'again') {
    super((inbox, out, at): Verdict | undefined => {
      this.given.push(at.fuel)
      this.spent = at.fuel
      this.heldBytes += grow
      return step(inbox, out, at)
    })
  }
}

const ends = (kernel: TestKernel): string[] => kernel.notes.ended_.map((line) => line.split(' ').at(-1)!)

test('what spends more than its budget in all its steps together is ended, and closed', () => {
  const kernel = new TestKernel({}, { fuel: 40_000 })
  const body = new Greedy()
  const budget = budgetOf({ fuel: 100_000 })
  kernel.spawn(body, { budget })
  kernel.run()
  assert.equal(body.given, [40_000, 40_000, 20_000])
  assert.equal(ends(kernel), ['PROCESS_FUEL'])
  assert.equal([body.closed, budget.spent, budget.members.size], [1, 100_000, 0])
})

test('what ends within its budget, even with its last unit, ends as it wants', () => {
  const kernel = new TestKernel()
  kernel.spawn(new Greedy(0, (_inbox, out) => out.exit('')), { budget: budgetOf({ fuel: 10 }) })
  kernel.run()
  assert.equal(ends(kernel), ['ok'])
})

test('a budget without bounds only counts, as long as there is none above it', () => {
  const none = { fuel: Number.POSITIVE_INFINITY, memoryBytes: Number.POSITIVE_INFINITY, processes: Number.POSITIVE_INFINITY }
  const counting = budgetOf(none)
  assert.is(counting.isBoundless, true)
  assert.is(budgetOf({}, counting).isBoundless, false)
  assert.is(budgetOf(none, budgetOf({})).isBoundless, false)
})

test('three levels: what the lowest spends, those above it spend, and no other', () => {
  const kernel = new TestKernel({}, { fuel: 10_000 })
  const top = budgetOf({ fuel: 1_000_000 })
  const middle = budgetOf({ fuel: 500_000 }, top)
  const beside = budgetOf({ fuel: 500_000 }, top)
  const root = kernel.spawn(undefined, { budget: top })
  const second = kernel.spawn(undefined, { budget: middle, parent: root.pid })
  kernel.spawn(new Greedy(), { budget: budgetOf({ fuel: 30_000 }, middle), parent: second.pid })
  kernel.run()
  assert.equal([top.spent, middle.spent, beside.spent], [30_000, 30_000, 0])
  assert.equal([top.members.size, middle.members.size], [2, 1])
  assert.equal(ends(kernel), ['PROCESS_FUEL'])
})

test('a budget above that is spent ends whoever runs in it, however deep', () => {
  const kernel = new TestKernel({}, { fuel: 10_000 })
  const top = budgetOf({ fuel: 25_000 })
  const low = budgetOf({ fuel: 1e9 }, budgetOf({ fuel: 1e9 }, top))
  const waiting = kernel.spawn(undefined, { budget: top })
  const greedy = new Greedy()
  kernel.spawn(greedy, { budget: low })
  kernel.run()
  assert.equal(greedy.given, [10_000, 10_000, 5000])
  assert.equal(ends(kernel), ['PROCESS_FUEL'])
  kernel.scheduler.delivery.message('' as never, waiting.pid, new TextEncoder().encode('wake'), new Uint8Array())
  kernel.run()
  assert.equal(ends(kernel), ['PROCESS_FUEL', 'PROCESS_FUEL'], 'and who wakes up in it')
})

test('children are in the budget of their parent, and theirs too, wherever they run', () => {
  const kernel = new TestKernel({}, { fuel: 10_000 })
  const budget = budgetOf({ fuel: 40_000 })
  const root = kernel.spawn(undefined, { budget })
  const child = kernel.spawn(undefined, { parent: root.pid })
  kernel.spawn(new Greedy(), { parent: child.pid })
  kernel.spawn(new Greedy(), { parent: child.pid })
  assert.is(budget.members.size, 4)
  kernel.run()
  assert.is(budget.spent, 40_000)
  assert.is(budget.members.size, 2)
})

test('memory is counted together, at once, and given back', () => {
  const kernel = new TestKernel({}, { fuel: 1000 })
  const top = budgetOf({ memoryBytes: 10 * MIB })
  const low = budgetOf({ memoryBytes: 8 * MIB }, budgetOf({}, top))
  kernel.spawn(new Greedy(6 * MIB, () => undefined), { budget: top })
  kernel.spawn(new Greedy(3 * MIB), { budget: low })
  kernel.run()
  assert.equal(ends(kernel), ['PROCESS_MEMORY'], 'of the third level, for the sake of the first')
  assert.equal([top.heldBytes, top.peakBytes, low.heldBytes, low.peakBytes], [6 * MIB, 12 * MIB, 0, 6 * MIB])
})

test('processes are counted together, and a place is free again when one ends', () => {
  const kernel = new TestKernel()
  const top = budgetOf({ processes: 3 })
  const root = kernel.spawn(undefined, { budget: top })
  const child = kernel.spawn(undefined, { budget: budgetOf({ processes: 100 }, budgetOf({}, top)), parent: root.pid })
  const last = kernel.spawn(undefined, { parent: child.pid })
  const { alive } = kernel.host
  const refused = (): unknown => kernel.spawn(undefined, { parent: last.pid })
  assert.throws(refused, ({ code, kind }: { code: string; kind: string }) => code === 'BUDGET_PROCESSES' && kind === 'RateLimited')
  assert.is(kernel.host.alive, alive, 'a refused one is not counted')
  kernel.scheduler.terminate(last.pid)
  kernel.spawn(undefined, { parent: child.pid })
})

test('new code under an old pid has the old budget, and what is retired leaves it', () => {
  const kernel = new TestKernel({}, { fuel: 10_000 })
  const budget = budgetOf({ fuel: 25_000 })
  const process = kernel.spawn(new Greedy(MIB, () => undefined), { budget })
  kernel.run()
  kernel.scheduler.upgrade(process, { body: new Greedy(), entry: 'app:next', args: new Uint8Array() })
  kernel.run()
  assert.equal([ends(kernel), budget.spent, budget.heldBytes], [['PROCESS_FUEL'], 25_000, 0])
  const other = kernel.spawn(new Greedy(MIB, () => undefined), { budget: budgetOf({}) })
  const { budget: own } = other.share!
  kernel.run()
  kernel.scheduler.retire(other)
  assert.equal([own.members.size, own.heldBytes], [0, 0])
})

test('budgets do not lie in each other without end', () => {
  let budget = budgetOf({})
  for (let depth = 1; depth < 16; depth++) budget = budgetOf({}, budget)
  assert.throws(
    () => budgetOf({}, budget),
    ({ code }: { code: string }) => code === 'BUDGET_DEPTH',
  )
})

test.run()
