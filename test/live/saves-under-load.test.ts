// The short form of `node test/live/saves-under-load.ts`, which also says whether it is quick enough.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { faultsOf, Latencies, savesUnderLoad } from './saves-under-load.ts'

const test = suite('saves under load')

test('no call is lost, each is answered by one version, and every version answers', async () => {
  const outcome = await savesUnderLoad(20, 500)
  assert.equal(faultsOf(outcome), [])
  assert.ok(outcome.saving.perSecond > 20, `${outcome.saving.perSecond} calls/s`)
})

test('an answer of two versions, one that goes back, and one that is missing are told', () => {
  const figures = { perSecond: 1, p50: 1, p99: 1 }
  const answers = new Map([
    ['0 0 0', 5],
    ['1 0 1', 1],
    ['back to 0 0 0', 1],
  ])
  const outcome = { saves: 1, answers, quiet: figures, saving: figures, slowestMs: 1, medianMs: 1 }
  assert.equal(faultsOf(outcome), ['answered "1 0 1"', 'answered "back to 0 0 0"', 'never answered "1 1 1"'])
})

test('a percentile is the end of the bucket that holds it', () => {
  const latencies = new Latencies()
  latencies.add([0, 98, 40, 1, 100, 1])
  assert.equal(
    [latencies.calls, latencies.percentile(0.5), latencies.percentile(0.99)].map((value) => value.toFixed(2)),
    ['100.00', '0.05', '2.05'],
  )
})

test.run()
