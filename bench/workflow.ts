// Journals in LMDB (src/bench/workflow.ts), and in PostgreSQL beside bare fenced appends of it: one at a time, and many workflows at once.

import { speedOf } from '../src/bench/figure.ts'
import { measure, type Pace } from '../src/bench/measure.ts'
import { type Report, timeTable } from '../src/bench/report.ts'
import { AT_ONCE, atOnce, BYTES, embedded, type Part, stepsIn } from '../src/bench/workflow.ts'
import { systemClock } from '../src/clock.ts'
import { PostgresEngine } from '../src/workflow/postgres.ts'
import { findProgram } from '../test/support/needs.ts'
import { POSTGRES, startPostgres } from '../test/support/postgres.ts'
import { BareAppends } from './bare-appends.ts'

const CONNECTIONS = 64 // of bare appends: as many workflows as then run at once

const shared = async (pace: Pace): Promise<Part> => {
  if (!findProgram(POSTGRES)) {
    return {
      tables: [],
      targets: [],
      data: {},
      notes: ['Journals in PostgreSQL were not measured: it is not installed (apt-get install postgresql).'],
    }
  }
  const server = await startPostgres({ fsync: 'on', max_connections: CONNECTIONS + 20 })
  const options = {
    address: { ...server, ssl: false },
    schema: 'wippy',
    clock: systemClock,
    report: (error: unknown) => console.error(error),
  }
  const [engine, bare] = [await PostgresEngine.open(options), await BareAppends.open(server.url, CONNECTIONS)]
  const step = stepsIn(engine)
  const append = (lane: number): Promise<void> => bare.append(lane, new Uint8Array(2 * BYTES.length))
  try {
    const one = await measure([atOnce('a step', 1, step), atOnce('a bare fenced append', 1, append)], pace)
    const contenders = [
      atOnce('steps, two connections', CONNECTIONS, step),
      atOnce('bare fenced appends, a connection each', CONNECTIONS, append),
      atOnce(`steps of ${AT_ONCE} workflows`, AT_ONCE, step),
    ]
    const many = await measure(contenders, pace)
    const speed = speedOf(many[0], many[1])
    return {
      tables: [timeTable('PostgreSQL, one after the other', 'write', one), timeTable(`PostgreSQL, ${CONNECTIONS} at once`, 'write', many)],
      targets: [
        {
          name: `${CONNECTIONS} journals at once in PostgreSQL, as fast as bare fenced appends`,
          goal: '≥ 0.4',
          value: speed,
          met: speed >= 0.4,
        },
      ],
      data: { oneInPostgres: one, manyInPostgres: many },
      notes: [],
    }
  } finally {
    await Promise.all([engine.close(), bare.close()])
    await server.stop()
  }
}

export const workflow = async (pace: Pace): Promise<Report> => {
  const [here, there] = [await embedded(pace), await shared(pace)]
  return {
    tables: [...here.tables, ...there.tables],
    targets: [...here.targets, ...there.targets],
    data: { ...here.data, ...there.data },
    notes: [...here.notes, ...there.notes],
  }
}
