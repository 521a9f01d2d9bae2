// The tests of one way: every attack of the corpus, and what all of them left together.

import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Attack, attacks } from './attack.ts'
import { type Latency, MOST_HARD, MOST_MS, Neighbourhood, SLICE } from './neighbourhood.ts'
import { lay, type Way, wrongs } from './siege.ts'

const SAMPLE = 16 // messages of each attack that count: those that only wait would outnumber the others
const LEFT_HEAP = 24 * 1024 * 1024 // bytes
const LEFT_BUFFERS = 128 * 1024 * 1024 // bytes: the images of programs are kept up to so many (src/vm/shelf.ts)
const WARM = 20 // attacks until what is made once is there
const COLLECTIONS = 5

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/**
 * Bytes of the host, without the memories of processes, which the pool bounds: after what nobody holds was given back, which takes collections
 * and turns of the event loop.
 */
const held = async (): Promise<NodeJS.MemoryUsage> => {
  for (let i = 0; i < COLLECTIONS; i++) {
    collect()
    await pause(5)
  }
  return process.memoryUsage()
}

/** The value below which a share of all lies. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

/** Defines the tests of these ways, for the attacks that `suits` picks, and runs them. */
export const besiege = async (ways: readonly Way[], suits: (attack: Attack) => boolean = () => true): Promise<void> => {
  const place = await Neighbourhood.open()
  const test = suite('attacks')
  const samples: Latency[] = []
  let warm: NodeJS.MemoryUsage | null = null
  const tries = ways.flatMap((way) =>
    attacks()
      .filter(suits)
      .map((attack) => ({ way, attack })),
  )
  for (const [at, { way, attack }] of tries.entries()) {
    test(`${attack.name} ${way.name}`, async () => {
      if (at === WARM) warm = await held()
      const outcome = await lay(place, way, attack)
      assert.equal(wrongs(outcome, way), [], attack.about)
      samples.push(...outcome.latencies.slice(0, SAMPLE))
    })
  }
  test('of all messages between neighbours nine in ten are heard within a slice of somebody else, and 99 in 100 within a call into C', () => {
    const work = samples.map((sample) => sample.work)
    assert.ok(percentile(work, 0.9) <= 2 * SLICE, `${percentile(work, 0.9)} units`)
    assert.ok(percentile(work, 0.99) <= MOST_HARD + 2 * SLICE, `${percentile(work, 0.99)} units`)
    const ms = percentile(
      samples.map((sample) => sample.ms),
      0.5,
    )
    assert.ok(ms < MOST_MS, `half of them took more than ${ms} ms`)
  })
  test('what they held is given back', async () => {
    const after = await held()
    const grown = (what: 'heapUsed' | 'arrayBuffers'): number => after[what] - (warm?.[what] ?? 0)
    assert.ok(grown('heapUsed') < LEFT_HEAP, `${grown('heapUsed')} bytes more of heap`)
    assert.ok(grown('arrayBuffers') < LEFT_BUFFERS, `${grown('arrayBuffers')} bytes more of buffers`)
  })
  test.after(() => place.close())
  test.run()
}
