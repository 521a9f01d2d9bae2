import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../src/lua/parser.ts'
import { returnedNames } from '../../src/lua/returned.ts'

const test = suite('what a chunk returns')

const names = (source: string) => returnedNames(parse(source, { file: 'x' }))

test('the names of a table that is written out', () => {
  assert.equal(names('local function main() end return { main = main, ["other one"] = 1, 5 }'), ['main', 'other one'])
  assert.equal(names('return {}'), [])
})

test('null for what only running it says', () => {
  for (const source of [
    'local M = {} return M',
    'return { [f()] = 1 }',
    'return make({ a = 1 })',
    'return {}, {}',
    'return',
    'print(1)',
    'do return { a = 1 } end',
  ]) {
    assert.is(names(source), null, source)
  }
})

test.run()
