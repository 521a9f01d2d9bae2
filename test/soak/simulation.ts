// node test/soak/simulation.ts [SEEDS] [FIRST]: many seeds of the simulation of several nodes; the trace of the first that goes wrong.

import { simulate } from '../workflow/simulation.ts'

const [seeds = 1000, first = 1] = process.argv.slice(2).map(Number)
const sum = { records: 0, takeovers: 0, repeated: 0 }
for (let seed = first; seed < first + seeds; seed++) {
  const { trace, wrong, takeovers, repeated } = await simulate(seed)
  sum.records += trace.length
  sum.takeovers += takeovers
  sum.repeated += repeated
  if (wrong.length === 0) continue
  console.error(`${trace.join('\n')}\nseed ${seed}: ${wrong.join('; ')}`)
  process.exit(1)
}
console.log(
  `${seeds} seeds: ${sum.records} events, ${sum.takeovers} takeovers, ${sum.repeated} effects repeated by the same key, nothing wrong`,
)
