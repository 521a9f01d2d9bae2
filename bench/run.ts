// npm run bench -- [NAME…] [--quick] [--json]

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Pace, paces } from '../src/bench/measure.ts'
import { message } from '../src/bench/message.ts'
import { registry } from '../src/bench/registry.ts'
import { machine, type Report, reportData, reportText } from '../src/bench/report.ts'
import { spawn } from '../src/bench/spawn.ts'
import { fuel } from './fuel.ts'
import { guard } from './guard.ts'
import { memory } from './memory.ts'
import { start } from './start.ts'
import { workflow } from './workflow.ts'

const benches: Readonly<Record<string, (pace: Pace, say: (text: string) => void) => Promise<Report>>> = {
  message,
  spawn,
  fuel,
  memory,
  start,
  registry,
  guard,
  workflow,
}
const usage = `npm run bench -- [NAME…] [--quick] [--json]
  NAME     ${Object.keys(benches).join(', ')}; all of them when none is given
  --quick  fewer and shorter rounds: to see that it runs, not to compare
  --json   JSON instead of tables; results/NAME.json is written either way`

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** Writes `results/NAME.json`; returns the same as an object. */
const save = (name: string, report: Report, about: object): object => {
  const result = reportData(name, report, about)
  const folder = join(import.meta.dirname, 'results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

const asked = (): { readonly names: readonly string[]; readonly quick: boolean; readonly json: boolean } => {
  const options = { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const unknown = positionals.find((name) => !(name in benches))
  if (unknown !== undefined) throw new Error(`there is no benchmark "${unknown}"`)
  return { names: positionals.length > 0 ? positionals : Object.keys(benches), ...values }
}

const runAll = async ({ names, quick, json }: ReturnType<typeof asked>): Promise<void> => {
  const pace = quick ? paces.quick : paces.full
  const results: object[] = []
  for (const name of names) {
    const before = machine()
    const started = performance.now()
    say(`${name}${quick ? ', quick' : ''}: ${pace.rounds} rounds`)
    const report = await benches[name]!(pace, say)
    const seconds = Math.round((performance.now() - started) / 1000)
    results.push(save(name, report, { quick, seconds, machine: { ...before, loadAfter: machine().load } }))
    if (json) continue
    console.log(reportText(report))
    console.log(
      `${before.processor}; ${before.system}; ${before.node}; load ${before.load} before, ${machine().load} after; ${seconds} s\n`,
    )
  }
  if (json) console.log(JSON.stringify(results, null, 2))
}

try {
  await runAll(asked())
} catch (error) {
  say(`${error instanceof Error ? error.message : error}\n\n${usage}`)
  process.exitCode = 2
}
