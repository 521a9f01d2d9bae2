import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { json, table } from '../../src/cli/output.ts'

const test = suite('output')

test('a table has columns of equal width and no space at line ends', () => {
  const text = table(
    ['name', 'what'],
    [
      ['a', 'first'],
      ['longer', ''],
    ],
  )
  assert.equal(text.split('\n').slice(1), ['a       first', 'longer'])
})

test('json is indented', () => assert.is(json({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}'))

test.run()
