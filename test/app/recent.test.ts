// What is kept of values that were used.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Recent } from '../../src/app/recent.ts'

const test = suite('recent values')

test('a value is made once while it is in use; beyond the limit the least recently used is forgotten', () => {
  const made: string[] = []
  const recent = new Recent<object>(2)
  const use = (key: string): object =>
    recent.get(key, () => {
      made.push(key)
      return {}
    })
  const a = use('a')
  use('b')
  assert.is(use('a'), a)
  use('c')
  assert.is(use('a'), a)
  use('b')
  assert.equal(made, ['a', 'b', 'c', 'b'])
})

test.run()
