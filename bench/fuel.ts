// What metering costs, and what WebAssembly costs: six programs on the VM as it is, on the same VM without metering, on stock
// wasmoon and on native Lua.

import { type Figure, geometricMean, median, speedOf, spread } from '../src/bench/figure.ts'
import { type Contender, measure, type Pace } from '../src/bench/measure.ts'
import { Contenders } from '../src/bench/peers/contenders.ts'
import type { Peer } from '../src/bench/peers/peer.ts'
import { atMost, problemsOf, type Report, timesText, timeText } from '../src/bench/report.ts'
import { unmeteredBuild } from './build.ts'

const PROGRAMS: Readonly<Record<string, string>> = {
  arithmetic: 'arithmetic loop',
  fib: 'fib(32)',
  table: 'table fill and sum',
  string: 'string building',
  sort: 'sort',
  pattern: 'pattern scan',
}

const PROCESSES = 3 // of each build: what V8 makes of the same interpreter differs from one process to the next
const WARM_RUNS = 5 // until V8 has compiled the interpreter for good

type Answer = { readonly ns: number; readonly result: unknown }

/** A contender for a program, by peers that take turns; every one must come to the same result. */
const computing = (name: string, peers: readonly Peer[], program: string, results: Set<unknown>): Contender[] => {
  if (peers.length === 0) return []
  let turn = 0
  const run = async (): Promise<number> => {
    const { ns, result } = (await peers[turn++ % peers.length]!.ask('compute', 1, program)) as Answer
    results.add(Number(result))
    if (results.size > 1) throw new Error(`${program} came to ${[...results].join(' and to ')}`)
    return ns
  }
  return [{ name, count: 1, run }]
}

export const fuel = async (pace: Pace, say: (text: string) => void): Promise<Report> => {
  const build = unmeteredBuild(say)
  const contenders = new Contenders()
  try {
    const several = (start: () => Peer): Peer[] => Array.from({ length: pace.quick ? 1 : PROCESSES }, start)
    const [metered, unmetered] = [several(() => contenders.wippy()), several(() => contenders.wippy(build))]
    const lua = contenders.native()
    const native = lua === null ? [] : [lua]
    const stock = [contenders.stock()].filter((peer) => peer !== null)
    for (const peer of [...metered, ...unmetered, ...stock]) for (let i = 0; i < WARM_RUNS; i++) await peer.ask('compute', 1, 'fib')
    const figures: Record<string, readonly Figure[]> = {}
    for (const program of Object.keys(PROGRAMS)) {
      const results = new Set<unknown>()
      figures[program] = await measure(
        [
          ...computing('metered', metered, program, results),
          ...computing('unmetered', unmetered, program, results),
          ...computing('native', native, program, results),
          ...computing('stock', stock, program, results),
        ],
        pace,
      )
    }
    const cost = (program: string, other: string): number =>
      1 /
      speedOf(
        figures[program]![0],
        figures[program]!.find(({ name }) => name === other),
      )
    const metering = Object.keys(PROGRAMS).map((program) => cost(program, 'unmetered'))
    const slower = Object.keys(PROGRAMS).map((program) => cost(program, 'native'))
    const rows = Object.entries(PROGRAMS).map(([program, text], i) => {
      const byName = (name: string): Figure | undefined => figures[program]!.find((figure) => figure.name === name)
      const [a, b, c, d] = ['metered', 'unmetered', 'stock', 'native'].map(byName)
      const time = (figure: Figure | undefined): string => timeText(median(figure?.values ?? []))
      return [
        text,
        time(a),
        time(b),
        time(c),
        time(d),
        `±${(spread(a!.values) * 100).toFixed(0)} %`,
        timesText(metering[i]!),
        timesText(slower[i]!),
      ]
    })
    return {
      tables: [
        {
          title: 'processor time of six programs',
          columns: ['program', 'metered', 'unmetered', 'stock wasmoon', 'native Lua', 'spread', 'metering costs', 'against native'],
          rows: [...rows, ['geometric mean', '', '', '', '', '', timesText(geometricMean(metering)), timesText(geometricMean(slower))]],
          problems: problemsOf(Object.values(figures).flat()),
        },
      ],
      targets: [
        atMost('metering, geometric mean', geometricMean(metering), 1.08),
        ...Object.values(PROGRAMS).map((text, i) => atMost(`metering, ${text}`, metering[i]!, 1.2)),
        ...(lua === null ? [] : [atMost('against native Lua, geometric mean', geometricMean(slower), 1.5)]),
      ],
      data: { programs: figures },
      notes: contenders.missing.map((name) => `${name} is not installed here and was left out`),
    }
  } finally {
    contenders.close()
  }
}
