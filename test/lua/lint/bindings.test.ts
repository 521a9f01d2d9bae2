import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Bindings } from '../../../src/lua/lint/bindings.ts'
import { parse } from '../../../src/lua/parser.ts'

const test = suite('lint: bindings')

const read = (text: string) => new Bindings(parse(text, { file: 'app.lua' }))
const variablesOf = (text: string) => [...read(text).variables.values()]
const told = (text: string): string[] =>
  variablesOf(text).map(({ name, kind, isRead, isSet, hides }) =>
    [name, kind, ...(isRead ? ['read'] : []), ...(isSet ? ['set'] : []), ...(hides ? ['hides'] : [])].join(' '),
  )

test('each variable, in the order of the text', () =>
  assert.equal(
    told('local a <const>, b = 1 local function f(x, ...) for i = 1, x do b = i end end type T = number for k, v in a do f(v) end'),
    ['a local read', 'b local set', 'f function read', 'x parameter read', 'i loop read', 'T type', 'k loop', 'v loop read'],
  ))

test('a value is looked up before its variable is declared, a function after', () => {
  assert.equal(told('local x = x'), ['x local'])
  assert.equal(told('local x = 1 local x = x'), ['x local read', 'x local'])
  assert.equal(told('local function f() f() end'), ['f function read'])
  assert.equal(told('local f = function() f() end'), ['f local'])
})

test('blocks end what is declared in them; only repeat hands it to its condition', () => {
  assert.equal(told('do local x = 1 end f(x)'), ['x local'])
  assert.equal(told('while f(x) do local x = 1 end'), ['x local'])
  assert.equal(told('repeat local x = 1 until x'), ['x local read'])
  assert.equal(told('if a then local x = 1 elseif x then f(x) else f(x) end'), ['x local'])
  assert.equal(told('for x = x, x do end f(x)'), ['x loop'])
})

test('names of methods and fields are no variables', () =>
  assert.equal(told('local send, x = 1, 2 obj:send() obj.x = { x = 1 } function obj.x:send() end'), ['send local', 'x local']))

test('types read what they name', () =>
  assert.equal(told('local m = require("m") local n = 1 local function f<T>(x: m.A): typeof(n) return x end'), [
    'm local read',
    'n local read',
    'f function',
    'x parameter read',
  ]))

test('assignments to what is no variable, with their place', () => {
  const text = 'local x x, y = 1, 2 function g() z = 1 end function M.f() self.a = 1 end'
  assert.equal(
    read(text).globals.map(({ name, start, end, isFunction }) => [name, text.slice(start, end), isFunction]),
    [
      ['y', 'y', false],
      ['g', 'g', true],
      ['z', 'z', false],
    ],
  )
})

test('what is hidden stands around, and not in the same scope', () => {
  const [, inner, again] = variablesOf('local x = 1 local function f() local x = 2 local x = 3 end').filter(({ name }) => name === 'x')
  assert.is(inner?.hides?.start, 6)
  assert.is(again?.hides, null)
})

test.run()
