// What a process costs to start: from asking for it to its first instruction, and ten thousand of them at once.

import { type Figure, median, speedOf } from './figure.ts'
import { type Contender, measure, type Pace } from './measure.ts'
import { Contenders } from './peers/contenders.ts'
import type { Peer } from './peers/peer.ts'
import { type Report, timeTable, timeText } from './report.ts'

const MANY = 10_000 // processes

const doing = (name: string, peer: Peer | null, task: string, count?: number): Contender[] =>
  peer === null ? [] : [{ name, ...(count !== undefined && { count }), run: (n) => peer.time(task, n) }]

export const spawn = async (pace: Pace): Promise<Report> => {
  const contenders = new Contenders()
  try {
    const [wippy, node, stock, threads] = [contenders.wippy(), contenders.node(), contenders.stock(), contenders.threads()]
    const [contexts, native, erlang] = [contenders.contexts(), contenders.native(), contenders.erlang()]

    const first = await measure(
      [
        ...doing('wippy, pool has room', wippy, 'spawn'),
        ...doing('wippy, pool is full', wippy, 'spawn-crowded'),
        ...doing('Erlang, with a message', erlang, 'spawn'),
        ...doing('stock wasmoon, a memory each', stock, 'spawn'),
        ...doing('stock wasmoon, one memory for all', stock, 'spawn-shared'),
        ...doing('worker_threads', threads, 'spawn', pace.quick ? 2 : 4),
        ...doing('node:vm context', contexts, 'spawn'),
        ...doing('coroutine in native Lua', native, 'spawn'),
      ],
      pace,
    )
    const lives = await measure([...doing('wippy', wippy, 'life'), ...doing('Erlang, monitored', erlang, 'life')], pace)
    const few = { ...pace, rounds: Math.min(pace.rounds, 3) }
    const count = pace.quick ? MANY / 10 : MANY
    const ends = await measure(
      [...doing('wippy, whole node', node, 'monitored', count), ...doing('Erlang', erlang, 'monitored', count)],
      few,
    )
    const waits = await measure([...doing('wippy, whole node', node, 'waiting', count), ...doing('Erlang', erlang, 'waiting', count)], few)
    const total = ({ name, values }: Figure): string => `${name} ${timeText(median(values) * count)}`
    const times = count.toLocaleString('en')
    return {
      tables: [
        timeTable('spawn to first instruction', 'process', first),
        timeTable('a whole life: spawn, run, end, be heard of', 'process', lives),
        timeTable(`${times} by spawn_monitored, ended and heard of`, 'process', ends),
        timeTable(`${times} by spawn_monitored, running and waiting`, 'process', waits),
      ],
      targets: [],
      data: { first, lives, ends, waits, count },
      notes: [
        ...contenders.missing.map((name) => `${name} is not installed here and was left out`),
        `all ${times} at once: ended ${ends.map(total).join(', ')}; waiting ${waits.map(total).join(', ')}`,
        `a full pool makes a spawn ${speedOf(first[0], first[1]).toFixed(1)} times as long: another process is put to sleep for each`,
      ],
    }
  } finally {
    contenders.close()
  }
}
