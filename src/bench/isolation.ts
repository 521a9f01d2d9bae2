// What a memory of one's own costs: a call, a message, a start, the bytes; beside no isolation at all and every other kind there is. And what
// it costs besides, where only we have it: metering, a state that can be taken out, a call of a plugin.

import { type Chart, type Figure, geometricMean, median, spread } from './figure.ts'
import { type Contender, measure, type Pace } from './measure.ts'
import { Contenders } from './peers/contenders.ts'
import type { Peer } from './peers/peer.ts'
import { countText, type Report, sizeText, type Table, timesText, timeTable, timeText } from './report.ts'

/** The pace of the command: two minutes on two processors, all contenders together. */
export const isolationPace: Pace = { rounds: 7, roundMs: 60, quick: false }

const PROGRAMS = ['arithmetic', 'fib', 'table', 'string', 'pattern'] // `sort` is another one in wippy
const MOVES = 2000 // of a state, out of its memory and back
/** Units that are started for their memory, of each contender. */
const UNITS = {
  wippy: 5000,
  plain: 200_000,
  coroutine: 100_000,
  contexts: 300,
  stock: 60,
  threads: 20,
  children: 5,
  quickjs: 300,
  isolates: 60,
}

/** Bytes of one unit. `problem`: why that is not known. */
export type Holding = { readonly name: string; readonly bytes: number; readonly problem?: string }

export type Isolation = {
  readonly calls: readonly Figure[]
  readonly messages: readonly Figure[]
  readonly spawns: readonly Figure[]
  readonly memory: readonly Holding[]
}

/** From no isolation to a program of its own. */
const NAMES = {
  wippy: 'wippy process',
  plain: 'none (function)',
  coroutine: 'coroutine, shared state',
  contexts: 'node:vm context',
  quickjs: 'quickjs-emscripten',
  isolates: 'isolated-vm',
  stock: 'stock wasmoon',
  threads: 'worker thread',
  children: 'child process',
} as const
type Kind = keyof typeof NAMES
/** Those that are programs of their own. */
const PEERS = ['wippy', 'plain', 'contexts', 'threads', 'children', 'stock', 'quickjs', 'isolates'] as const satisfies Kind[]
const KEEP_NOBODY: readonly string[] = [NAMES.plain, NAMES.coroutine, NAMES.contexts]

type Task = { readonly kind: Kind; readonly peer: Peer | null; readonly task: string; readonly count?: number }

const contenderOf = ({ kind, peer, task, count }: Task): Contender[] =>
  peer === null ? [] : [{ name: NAMES[kind], ...(count !== undefined && { count }), run: (units) => peer.time(task, units) }]

const ORDER: readonly string[] = Object.values(NAMES)
const inOrder = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name))

const measured = async (tasks: readonly Task[], pace: Pace): Promise<Figure[]> => inOrder(await measure(tasks.flatMap(contenderOf), pace))

const holdingOf = async (kind: Kind, peer: Peer | null): Promise<Holding[]> => {
  if (peer === null) return []
  const name = NAMES[kind]
  try {
    const held = (await peer.ask('alive', UNITS[kind])) as { readonly resident?: number; readonly heap?: number }
    const bytes = kind === 'plain' || kind === 'coroutine' ? (held.heap ?? Number.NaN) : (held.resident ?? Number.NaN)
    return [{ name, bytes }]
  } catch (cause) {
    return [{ name, bytes: Number.NaN, problem: cause instanceof Error ? cause.message : String(cause) }]
  }
}

type Computed = { readonly ns: number }

/** How many times as long programs take with metering as in the same interpreter without it, by program; the best of three. */
const meteringOf = async (ours: Peer, stock: Peer | null): Promise<Readonly<Record<string, number>>> => {
  if (stock === null) return {}
  const best = async (peer: Peer, program: string): Promise<number> => {
    const times: number[] = []
    for (let i = 0; i < 3; i++) times.push(((await peer.ask('compute', 1, program)) as Computed).ns)
    return Math.min(...times)
  }
  const ratios: [string, number][] = []
  for (const program of PROGRAMS) ratios.push([program, (await best(ours, program)) / (await best(stock, program))])
  return Object.fromEntries(ratios)
}

const onlyOurs = (rows: readonly (readonly [string, string])[]): Table => ({
  title: 'what only a memory of one’s own gives, and its price',
  columns: ['what', 'cost'],
  rows,
})

export const isolation = async (pace: Pace, say: (text: string) => void): Promise<Report> => {
  const contenders = new Contenders()
  try {
    const wippy = contenders.wippy()
    const others = PEERS.slice(1).map((kind) => [kind, contenders[kind]()] as const)
    const peers = new Map<Kind, Peer | null>([['wippy', wippy], ...others])
    const native = contenders.native()
    const each = (task: string, more: Partial<Record<Kind, Partial<Task>>> = {}): Task[] =>
      [...peers].map(([kind, peer]) => ({ kind, peer, task, ...more[kind] }))
    const shared = (task: string): Task => ({ kind: 'coroutine', peer: wippy, task })

    say('a call')
    const calls = await measured([...each('call'), shared('shared-call')], pace)
    say('a message')
    const messages = await measured([...each('message'), shared('shared-message')], pace)
    say('a start')
    const slow = { threads: { count: 2 }, children: { count: 1 }, isolates: { count: 10 } }
    const spawns = await measured([...each('spawn', slow), { kind: 'coroutine', peer: native, task: 'spawn' }], pace)
    say('memory')
    const held = await holdingOf('coroutine', native)
    for (const kind of PEERS) held.push(...(await holdingOf(kind, contenders[kind]()))) // in a program that has done nothing before
    const memory = inOrder(held)
    say('metering, images, plugins')
    const metering = await meteringOf(wippy, peers.get('stock') ?? null)
    const moves = (await wippy.ask('snapshot', MOVES)) as { readonly ns: number; readonly bytes: number }
    const node = contenders.node('plugin')
    const [functions, plugins] = await measure(
      [
        { name: 'a function of the registry', run: (count) => node.time('functions', count) },
        { name: 'a function of a plugin', run: (count) => node.time('plugins', count) },
      ],
      pace,
    )
    const ratios = Object.values(metering)
    const cost =
      ratios.length > 0
        ? `${timesText(geometricMean(ratios))} the time of the same interpreter without (${spanText(ratios)})`
        : 'not measured: wasmoon is not installed'
    return {
      tables: [
        timeTable('a call: a number in, a number out', 'call', calls),
        timeTable('a message: a table of five values, one way', 'message', messages),
        timeTable('a start, to the first instruction', 'unit', spawns),
        {
          title: 'memory of one that waits',
          columns: ['contender', 'each', `${NAMES.wippy} takes`],
          rows: memory
            .filter(({ problem }) => problem === undefined)
            .map(({ name, bytes }) => [name, sizeText(bytes), shareText(memory[0], bytes, name)]),
          chart: sizeChart(memory),
          problems: memory.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`])),
        },
      ]
        .map(marked)
        .concat(
          onlyOurs([
            ['metering: every program can be stopped', cost],
            ['a snapshot: state out of its memory, and into one again', `${timeText(moves.ns / MOVES)} for ${sizeText(moves.bytes)}`],
            ['a call of a function in a process of its own', `${timeText(median(functions?.values ?? []))} ±${percent(functions)}`],
            ['a call of a plugin, in its own thread', `${timeText(median(plugins?.values ?? []))} ±${percent(plugins)}`],
          ]),
        ),
      targets: [],
      data: { calls, messages, spawns, memory, metering, snapshot: { ns: moves.ns / MOVES, bytes: moves.bytes }, functions, plugins },
      notes: [
        ...new Set(contenders.missing.map((name) => `${name} is not installed here and was left out`)),
        'none, coroutines and node:vm keep nobody apart who is hostile; quickjs-emscripten puts all contexts into one memory',
        `memory: resident bytes, but for none and coroutines: heap. Started: ${Object.entries(UNITS)
          .map(([kind, count]) => `${countText(count)} ${kind}`)
          .join(', ')}`,
      ],
    }
  } finally {
    contenders.close()
  }
}

const spanText = (ratios: readonly number[]): string => `${timesText(Math.min(...ratios))} to ${timesText(Math.max(...ratios))}`
const percent = (figure: Figure | undefined): string =>
  figure && figure.values.length > 0 ? `${(spread(figure.values) * 100).toFixed(0)} %` : '-'
/** A table whose chart says who keeps nobody apart. */
const marked = (table: Table): Table => {
  if (table.chart === undefined) return table
  const bars = table.chart.bars.map((bar) => (KEEP_NOBODY.includes(bar.name) ? { ...bar, tone: 'weak' as const } : bar))
  return { ...table, chart: { ...table.chart, bars } }
}

const sizeChart = (memory: readonly Holding[]): Chart => ({
  unit: 'size',
  bars: memory
    .filter(({ bytes }) => bytes > 0)
    .map(({ name, bytes }) => ({ name, value: bytes, low: bytes, high: bytes, tone: name === NAMES.wippy ? 'ours' : undefined })),
})

const shareText = (ours: Holding | undefined, bytes: number, name: string): string =>
  name === NAMES.wippy || ours === undefined ? '' : timesText(ours.bytes / bytes)
