// node test/soak/two-nodes.ts [COUNT] [FAULTS] [SEED]: workflows of 20 steps on two nodes with one PostgreSQL, 100 at once unless told
// otherwise, while one node after the other is killed, frozen or cut off, 30 times, and the database crashes three times.

import { type Fault, LEASE_MS, ROUNDS } from '../workflow/attacked-node.ts'
import { runTwoNodes } from '../workflow/two-nodes.ts'

const LATE_MS = LEASE_MS + 2000
const CRASHES = 3
const ATTACKS: readonly Fault[] = ['kill', 'freeze', 'cut', 'silence']

const [count = 100, attacks = 30, seed = 1] = process.argv.slice(2).map(Number)
const faults: Fault[] = Array.from({ length: attacks }, (_, n) => ATTACKS[n % ATTACKS.length]!)
for (let n = CRASHES; n > 0; n--) faults.splice(Math.floor((n * attacks) / (CRASHES + 1)), 0, 'crash')

const started = performance.now()
const { endured, workflows, records, takeovers, effects, wrong } = await runTwoNodes({
  ...{ count, faults, seed },
  say: (line) => void process.stderr.write(`${line}\n`),
})
const seconds = Math.round((performance.now() - started) / 1000)
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const most = (values: readonly number[]): number => Math.max(0, ...values)
console.log(`${workflows} workflows of ${ROUNDS * 4} steps in ${seconds} s: ${records} records, ${takeovers} takeovers`)
for (const fault of new Set(faults)) {
  const of = endured.filter((one) => one.fault === fault)
  const all = of.map(({ allMs }) => allMs)
  console.log(`${of.length} × ${fault}: everything went on after ${median(all)} ms (at most ${most(all)})`)
}
const times = [...effects.values()].reduce((sum, n) => sum + n, 0)
console.log(`${effects.size} effects (of ${workflows * ROUNDS}), ${times - effects.size} repetitions by the same key`)
const late = endured.filter(({ fault, allMs }) => fault !== 'crash' && allMs > LATE_MS)
if (late.length > 0) console.log(`${late.length} times later than ${LATE_MS} ms, which is the lease and 2 s`)
if (wrong.length > 0 || late.length > 0) {
  console.error(wrong.slice(0, 20).join('\n'))
  process.exitCode = 1
}
