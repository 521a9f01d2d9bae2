// A node that dies at any of its writes, just before it or just behind it, changes nothing of what becomes of its workflows.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Kind, runWithCrashes, type Told } from './crashes.ts'
import type { Moment } from './crashing-engine.ts'

const meaning = ({ workflows, effects, wrong }: Told): Told => ({ workflows, effects, wrong })

const test = suite('crashes')

// Some writes, at one moment or the other in turn; test/soak/crashes.ts does each at both moments, on both engines.
for (const [kind, first, every] of [
  ['memory', 'before', 2],
  ['lmdb', 'after', 5],
] as const satisfies readonly (readonly [Kind, Moment, number])[]) {
  test(`dying at a write, on ${kind}, ends as not dying does`, async () => {
    const whole = await runWithCrashes(kind, () => null)
    assert.equal(whole.wrong, [])
    assert.equal(whole.effects, { child: 1, first: 1, other: 1, second: 1 })
    const second: Moment = first === 'before' ? 'after' : 'before'
    let died = 0
    for (let write = 1, moment: Moment = first; write <= whole.writes; write += every, moment = moment === first ? second : first) {
      const ran = await runWithCrashes(kind, (life) => (life === 0 ? { write, moment } : null))
      assert.equal(meaning(ran), meaning(whole), `${moment} write ${write}`)
      died += ran.lives - 1
    }
    assert.ok(died >= whole.writes / every - 2, `${died} deaths`)
  })
}

test('nodes of which each dies after a few writes get to the same end', async () => {
  const whole = await runWithCrashes('memory', () => null)
  const ran = await runWithCrashes('memory', () => ({ write: 7, moment: 'after' }))
  assert.equal(meaning(ran), meaning(whole))
  assert.ok(ran.lives > 4, `${ran.lives} lives`)
})

test.run()
