// node test/soak/workflows.ts [COUNT] [SEED]: workflows of 20 steps on a node that is killed about every second, until all have ended.

import { ROUNDS, runWithKills, totalOf } from '../workflow/kills.ts'

const [count = 100, seed = 1] = process.argv.slice(2).map(Number)
const { kills, results, effects } = await runWithKills(count, seed, 300, 1500, 100)
const wrong = results.filter(([id, status, { total, more }]) => status !== 'completed' || total !== totalOf(Number(id.slice(1))) || more)
const times = [...effects.values()].reduce((sum, n) => sum + n, 0)
console.log(`${results.length} workflows of ${ROUNDS * 4} steps, ${kills} kills, ${wrong.length} wrong results`)
console.log(`${effects.size} effects (of ${count * ROUNDS}), ${times - effects.size} repetitions by the same key`)
if (wrong.length > 0 || results.length !== count || effects.size !== count * ROUNDS) {
  console.error(JSON.stringify(wrong.slice(0, 10)))
  process.exitCode = 1
}
