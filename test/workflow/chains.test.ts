// Families of child workflows, with and without room for all of them in memory.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { chain } from './chains.ts'

const test = suite('chains')

for (const kept of [1000, 5]) {
  test(`a line of children returns through all of its depth, ${kept} kept in memory`, async () => {
    const { value, workflows } = await chain('deep', 60, kept)
    assert.equal([value, workflows], [60, 61])
  })

  test(`one with many children hears of the end of each, ${kept} kept in memory`, async () => {
    const { value, workflows } = await chain('wide', 80, kept)
    assert.equal([value, workflows], [(80 * 81) / 2, 81])
  })
}

test.run()
