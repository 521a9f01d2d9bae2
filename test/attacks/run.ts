// Every attack, in every way: `node test/attacks/run.ts [--pings N] [--times N] [--way WORD] [WORD…]`. Prints what went wrong, and how long the neighbour's messages took
// on the wall's clock, and how long those took that came from outside meanwhile, the slowest first: for a machine that has nothing else to do.
// Fails when anything did, or when the 99th percentile over all messages is 5 ms or more.

import { parseArgs } from 'node:util'
import { attacks } from './attack.ts'
import { percentile } from './besiege.ts'
import { pluginAttacks } from './component.ts'
import { type Latency, MOST_MS, Neighbourhood } from './neighbourhood.ts'
import { PluginSiege } from './plugin-siege.ts'
import { canBeWrapped, lay, ways, wrapped, wrongs } from './siege.ts'
import { Visitor } from './visitor.ts'

const WORST = 12 // rows
const AS_PLUGIN = 'as a plugin'

const { values, positionals } = parseArgs({
  options: { pings: { type: 'string', default: '100' }, times: { type: 'string', default: '1' }, way: { type: 'string', default: '' } },
  allowPositionals: true,
})
const pings = Number(values.pings)
const times = Number(values.times)

type Row = { readonly name: string; readonly latencies: readonly Latency[]; readonly visits: readonly number[]; readonly p99: number }

const told = (ms: readonly number[]): string => {
  const [median, p99, worst] = [0.5, 0.99, 1].map((share) => (percentile(ms, share) ?? 0).toFixed(2))
  return `median ${median}, p99 ${p99}, worst ${worst} ms`
}
const row = ({ name, latencies, visits }: Omit<Row, 'p99'>): string => {
  const work = percentile(
    latencies.map((each) => each.work),
    1,
  ).toLocaleString('en')
  return `${name}: ${told(latencies.map(({ ms }) => ms))}; worst ${work} units; from outside: ${told(visits)}`
}

const place = await Neighbourhood.open()
const visitor = new Visitor((heard) => place.visit(heard))
const rows: Row[] = []
let failed = 0
const note = (name: string, latencies: readonly Latency[]): void => {
  rows.push({
    name,
    latencies,
    visits: visitor.taken(),
    p99: percentile(
      latencies.map(({ ms }) => ms),
      0.99,
    ),
  })
}
for (const way of [...Object.values(ways), ...Object.values(wrapped)].filter(({ name }) => name.includes(values.way))) {
  for (const attack of attacks(positionals)) {
    if (Object.values(wrapped).includes(way) && !canBeWrapped(attack)) continue
    const name = `${attack.name} ${way.name}`
    const latencies: Latency[] = []
    for (let time = 0; time < times; time++) {
      const outcome = await lay(place, way, attack, pings)
      const said = wrongs(outcome, way)
      for (const wrong of said) console.log(`${name}: ${wrong}`)
      failed += said.length
      latencies.push(...outcome.latencies.slice(0, pings)) // no more than of others: attacks that only wait would outnumber them
    }
    note(name, latencies)
  }
}
const siege = new PluginSiege(place)
for (const attack of AS_PLUGIN.includes(values.way) ? await pluginAttacks() : []) {
  if (positionals.length > 0 && !positionals.some((word) => attack.name.includes(word))) continue
  const outcome = await siege.lay(attack)
  for (const wrong of outcome.wrongs) console.log(`${attack.name} ${AS_PLUGIN}: ${wrong}`)
  failed += outcome.wrongs.length
  note(`${attack.name} ${AS_PLUGIN}`, outcome.latencies.slice(0, pings))
}
await visitor.close()
await siege.close()
for (const each of rows.toSorted((a, b) => b.p99 - a.p99).filter(({ p99 }, at) => at < WORST || p99 >= MOST_MS)) console.log(row(each))
const all = rows.flatMap(({ latencies }) => latencies)
console.log(`${rows.filter(({ p99 }) => p99 >= MOST_MS).length} of ${rows.length} with a p99 of ${MOST_MS} ms or more`)
console.log(row({ name: `all, ${all.length} messages`, latencies: all, visits: rows.flatMap(({ visits }) => visits) }))
if (
  failed > 0 ||
  percentile(
    all.map(({ ms }) => ms),
    0.99,
  ) >= MOST_MS
)
  process.exitCode = 1
