import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../src/lua/parser.ts'
import { requires } from '../../src/lua/requires.ts'

const test = suite('requires')
const found = (text: string) => requires(parse(text, { file: 'app.lua' }))

test('finds literals wherever they stand, in order, with their place', () => {
  assert.equal(
    found(
      `local json = require("json")\nlocal f = function() return { x = require 'a.b' .. 1 } end\n\n  if require[[c]].d(require("e")) then end`,
    ),
    [
      { name: 'json', line: 1, column: 22 },
      { name: 'a.b', line: 2, column: 43 },
      { name: 'c', line: 4, column: 13 },
      { name: 'e', line: 4, column: 29 },
    ],
  )
})

test('sees through types and escapes', () => {
  assert.equal(
    found(`local x: T = (require("\\x61b") as Lib).make::<T>(require("c")!)`).map(({ name }) => name),
    ['ab', 'c'],
  )
})

test('ignores what is no literal or no call of require', () => {
  assert.equal(found('require(name) require("a" .. "b") x.require("c") x:require("d") require() local require = "e"'), [])
})

test.run()
