// A short version of latency.ts: a neighbour of a bomb of any kind is answered as if it were alone, but for single messages.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bombs } from './bombs.ts'
import { latencies, MOST_MS, percentile } from './latency.ts'

const MESSAGES = 12

const test = suite('latency')

test('half of the messages beside each bomb, and nine in ten beside all of them, are heard within 5 ms', () => {
  const all: number[] = []
  for (const { name, code } of bombs) {
    const taken = latencies(`return function() while true do pcall(function() ${code} end) end end`, MESSAGES)
    assert.ok(percentile(taken, 0.5) < MOST_MS, `${name}: ${taken.map((ms) => ms.toFixed(1)).join(' ')} ms`)
    all.push(...taken)
  }
  assert.ok(percentile(all, 0.9) < MOST_MS, `${percentile(all, 0.9)} ms`)
})

test.run()
