// What a process that waits holds, how many can wait at once, and what it costs to run more of them than there are instances.

import { type Figure, median, speedOf } from '../src/bench/figure.ts'
import { measure, type Pace } from '../src/bench/measure.ts'
import { Contenders } from '../src/bench/peers/contenders.ts'
import type { Peer } from '../src/bench/peers/peer.ts'
import { countText, type Report, sizeText, timeTable, timeText } from '../src/bench/report.ts'

/** What a peer says of `alive`: bytes for each process, and nanoseconds for all of them. */
type Alive = {
  readonly heap?: number
  readonly external?: number
  readonly resident?: number
  readonly image?: number
  readonly spawnNs?: number
  readonly pingNs?: number
}
type Holding = Alive & { readonly name: string; readonly count: number }

const TURNS = 50_000_000 // of a loop, divided among those who run at once: more than a slice for each of a thousand

export const memory = async (pace: Pace): Promise<Report> => {
  const contenders = new Contenders()
  try {
    const held: Holding[] = []
    const problems: string[] = []
    const hold = async (name: string, peer: Peer | null, count: number, task = 'alive'): Promise<void> => {
      if (peer === null) return
      try {
        held.push({ name, count, ...((await peer.ask(task, count)) as Alive) })
      } catch (cause) {
        problems.push(`${name}: ${cause instanceof Error ? cause.message : cause}`)
      }
      peer.close()
    }
    const scale = pace.quick ? 10 : 1
    await hold('wippy', contenders.wippy(), 20_000 / scale)
    await hold('wippy', contenders.wippy(), 200_000 / scale)
    await hold('Erlang', contenders.erlang(), 200_000 / scale)
    await hold('stock wasmoon, a memory each', contenders.stock(), 200 / scale)
    await hold('stock wasmoon, one memory for all', contenders.stock(), 2000 / scale, 'alive-shared')
    await hold('worker_threads', contenders.threads(), 40 / scale)
    await hold('node:vm context', contenders.contexts(), 1000 / scale)
    await hold('coroutine in native Lua', contenders.native(), 200_000 / scale)

    const crowd = contenders.wippy()
    const turns = pace.quick ? TURNS / 2 : TURNS
    const running = await measure(
      [1, 1000].map((processes) => ({
        name: processes === 1 ? 'one process' : `${countText(processes)} processes at once`,
        count: turns,
        run: (count) => crowd.time('running', count, processes),
      })),
      { ...pace, rounds: pace.quick ? 1 : 3 },
    )
    const [alone, thousand] = running as [Figure, Figure]
    const each = (ns: number | undefined, count: number): string => (ns === undefined ? '-' : timeText(ns / count))
    const size = (bytes: number | undefined): string => (bytes === undefined ? '-' : sizeText(bytes))
    const most = held.findLast(({ name }) => name === 'wippy')
    return {
      tables: [
        {
          title: 'processes that wait, bytes for each',
          columns: ['contender', 'processes', 'resident', 'heap', 'outside of it', 'own image', 'spawn', 'answer a ping'],
          rows: held.map((one) => [
            one.name,
            countText(one.count),
            size(one.resident),
            size(one.heap),
            size(one.external),
            size(one.image),
            each(one.spawnNs, one.count),
            each(one.pingNs, one.count),
          ]),
          problems,
        },
        timeTable(`${countText(turns)} turns of a loop, divided among processes that run at once`, 'turn', running),
      ],
      targets: [],
      data: { held, running },
      notes: [
        ...contenders.missing.map((name) => `${name} is not installed here and was left out`),
        ...(most
          ? [
              `${countText(most.count)} processes alive in one node: spawned in ${timeText(most.spawnNs ?? Number.NaN)}, ` +
                `all of them answered a message in ${timeText(most.pingNs ?? Number.NaN)}`,
            ]
          : []),
        `a thousand at once take ${(1 / speedOf(thousand, alone)).toFixed(2)} times as long as one that does it all` +
          ` (${timeText(median(thousand.values) * turns)}): more than the pool has instances, so each turn moves two images`,
        "resident: what the system gave; heap: JavaScript's, erlang:memory(total), Lua's; outside of it: buffers and memories that JavaScript owns, as declared; own image: what belongs to that process alone",
      ],
    }
  } finally {
    contenders.close()
  }
}
