// What making a step or a start of a workflow durable costs beside bare flushed commits of LMDB: one at a time, and many workflows at once. It
// measures the journal, not the Lua of a step.

import { join } from 'node:path'
import { Environment } from '../lmdb/environment.ts'
import { type Effects, type Engine, noPages } from '../workflow/engine.ts'
import { LmdbEngine } from '../workflow/lmdb.ts'
import { ORIGIN, type Position, RecordKind, seal } from '../workflow/record.ts'
import { speedOf } from './figure.ts'
import { type Contender, measure, type Pace } from './measure.ts'
import { type Report, timeTable } from './report.ts'
import { scratchFolder } from './scratch.ts'

export const AT_ONCE = 200
const NOTHING = new Uint8Array(0)
export const BYTES = new Uint8Array(200) // of an inbox and of an outbox, about a call and its answer

const STEP = { kind: RecordKind.step, code: new Uint8Array(16), fuel: 1000, spent: 1000, verdict: 'wait', mailed: [] } as const
const NONE: Effects = {
  status: 'running',
  active: true,
  traits: { entry: 'app:w', startedMs: 1, attributes: [] },
  card: BYTES,
  mail: [],
  taken: [],
  timers: [],
  cleared: [],
  pages: noPages,
}

/** `lanes` at once, each of which does one after the other; a unit is one write. */
export const atOnce = (name: string, lanes: number, write: (lane: number) => Promise<unknown>): Contender => ({
  name,
  async run(count) {
    const start = performance.now()
    let left = count
    const lane = async (at: number): Promise<void> => {
      while (left-- > 0) await write(at)
    }
    await Promise.all(Array.from({ length: Math.min(lanes, count) }, (_, at) => lane(at)))
    return (performance.now() - start) * 1e6
  },
})

/** One step of one lane after another, in an engine. */
export const stepsIn = (engine: Engine): ((lane: number) => Promise<void>) => {
  const places = new Map<number, Position>()
  return async (lane) => {
    const before = places.get(lane) ?? null
    const record = seal(before ?? ORIGIN, 1, { ...STEP, nowMs: Date.now(), input: BYTES, output: BYTES })
    places.set(lane, record)
    if (!(await engine.append(`workflow ${lane}`, before, record, NONE))) throw new Error('somebody else appended')
  }
}

/** One start after another, each of a workflow of its own, with what it is found by. */
const startsIn = (engine: Engine): (() => Promise<void>) => {
  let number = 0
  return async () => {
    const id = `started ${number++}`
    const content = { ...STEP, kind: RecordKind.start, nowMs: Date.now(), input: BYTES, output: NOTHING }
    const traits = { entry: 'app:w', startedMs: Date.now(), attributes: [['customer', id] as const] }
    await engine.putCode('code', BYTES)
    if (!(await engine.append(id, null, seal(ORIGIN, 1, content), { ...NONE, traits }))) throw new Error('somebody else started it')
  }
}

export type Part = Pick<Report, 'tables' | 'targets' | 'notes'> & { readonly data: Readonly<Record<string, unknown>> }

/** Journals in the node's own state. */
export const embedded = async (pace: Pace): Promise<Part> => {
  const folder = scratchFolder()
  const [env, bare] = [new Environment(join(folder.path, 'engine')), new Environment(join(folder.path, 'bare'))]
  const engine = new LmdbEngine(env)
  const [step, begin] = [stepsIn(engine), startsIn(engine)]
  const table = bare.table<readonly [string, number]>('values')
  let number = 0
  const commit = (lane: number): Promise<void> =>
    bare.write((batch) => batch.put(table, [`workflow ${lane}`, number++], new Uint8Array(2 * BYTES.length)))
  try {
    const one = await measure([atOnce('a step', 1, step), atOnce('a bare flushed commit', 1, commit), atOnce('a start', 1, begin)], pace)
    const contenders = [
      atOnce('steps', AT_ONCE, step),
      atOnce('bare writes, committed together', AT_ONCE, commit),
      atOnce('starts', AT_ONCE, begin),
    ]
    const many = await measure(contenders, pace)
    const cost = 1 / speedOf(one[0], one[1])
    const speed = speedOf(many[0], many[1])
    const [alone, among] = [1 / speedOf(one[2], one[0]), 1 / speedOf(many[2], many[0])]
    return {
      tables: [timeTable('one after the other', 'write', one), timeTable(`${AT_ONCE} at once`, 'write', many)],
      targets: [
        { name: 'the journal of one step, in bare flushed commits', goal: '≤ 1.3', value: cost, met: cost <= 1.3 },
        { name: `${AT_ONCE} journals at once, as fast as bare writes`, goal: '≥ 0.5', value: speed, met: speed >= 0.5 },
        { name: 'the journal of a start, in steps', goal: '≤ 3', value: alone, met: alone <= 3 },
        { name: `the journal of a start among ${AT_ONCE}, in steps`, goal: '≤ 3', value: among, met: among <= 3 },
      ],
      data: { one, many },
      notes: [],
    }
  } finally {
    await Promise.all([env.close(), bare.close()])
    folder.remove()
  }
}
