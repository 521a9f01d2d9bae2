// What a message costs: two processes of one thread that talk, in one memory each, and what others pay for the same.

import { type Figure, speedOf } from './figure.ts'
import { type Contender, measure, type Pace } from './measure.ts'
import { Contenders } from './peers/contenders.ts'
import type { Peer } from './peers/peer.ts'
import { atLeast, atMost, type Report, timesText, timeTable } from './report.ts'

const named = (figures: readonly Figure[], start: string): Figure | undefined => figures.find(({ name }) => name.startsWith(start))

/** A contender that does a task of its peer; none without a peer. */
const doing = (name: string, peer: Peer | null, task: string, kind = '', messages = 1): Contender[] =>
  peer === null ? [] : [{ name, run: async (count) => (await peer.time(task, count, kind)) / messages }]

export const message = async (pace: Pace): Promise<Report> => {
  const contenders = new Contenders()
  try {
    const [wippy, node, stock, threads] = [contenders.wippy(), contenders.node(), contenders.stock(), contenders.threads()]
    const [native, erlang] = [contenders.native(), contenders.erlang()]

    const pingPong = (kind: string): Promise<Figure[]> =>
      measure(
        [
          ...doing('wippy', wippy, 'ping', kind, 2),
          ...doing('wippy, whole node', node, 'ping', kind, 2),
          ...doing('Erlang, one scheduler', erlang, 'ping', kind, 2),
          ...doing('worker_threads', threads, 'ping', kind, 2),
          ...doing('stock wasmoon, an engine each', stock, 'ping', kind, 2),
          ...doing('coroutines in one wippy process', wippy, 'coroutines', kind, 2),
          ...doing('coroutines in one native Lua', native, 'coroutines', kind, 2),
        ],
        pace,
      )
    const numbers = await pingPong('number')
    const tables = await pingPong('table')
    const batches = await measure(
      [
        ...doing('wippy', wippy, 'batch'),
        ...doing('Erlang, one scheduler', erlang, 'batch'),
        ...doing('worker_threads', threads, 'batch'),
        ...doing('stock wasmoon, an engine each', stock, 'batch'),
      ],
      pace,
    )
    const switches = await measure(
      [...doing('wippy', wippy, 'switch'), ...doing('native Lua', native, 'switch'), ...doing('stock wasmoon', stock, 'switch')],
      pace,
    )

    const against = (figures: readonly Figure[], other: string): number => speedOf(figures[0], named(figures, other))
    return {
      tables: [
        timeTable('ping-pong, a small integer', 'message', numbers),
        timeTable('ping-pong, a table { from, id, data = { "hello", 3.5, true } }', 'message', tables),
        timeTable('batches: 500 integers, then an answer', 'message', batches),
        timeTable('coroutine switch within one Lua: resume and yield', 'switch', switches),
      ],
      targets: [
        ...(erlang === null
          ? []
          : [
              atLeast('ping-pong as fast as Erlang, integer', against(numbers, 'Erlang'), 0.33),
              atLeast('ping-pong as fast as Erlang, table', against(tables, 'Erlang'), 0.33),
              atLeast('batches as fast as Erlang', against(batches, 'Erlang'), 0.6),
            ]),
        ...Object.entries({ 'ping-pong, integer': numbers, 'ping-pong, table': tables, batches }).flatMap(([what, figures]) => [
          atLeast(`${what}, as fast as worker_threads`, against(figures, 'worker'), 20),
          atLeast(`${what}, as fast as stock wasmoon`, against(figures, 'stock'), 20),
        ]),
        ...(native === null ? [] : [atMost('coroutine switch to native Lua', 1 / against(switches, 'native'), 3)]),
      ],
      data: { 'ping-pong integer': numbers, 'ping-pong table': tables, batches, switches },
      notes: [
        ...contenders.missing.map((name) => `${name} is not installed here and was left out`),
        'coroutines in one Lua share everything: no copy, no isolation, no preemption between them',
        `a table takes ${timesText(speedOf(numbers[0], tables[0]))} the time of an integer: the rest is msgpack, written and read once for each message`,
      ],
    }
  } finally {
    contenders.close()
  }
}
