// Type definitions from source to behaviour: compiled here, run by Lua with runtime-lua/types.lua.

import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaFactory } from 'wasmoon'
import { compile } from '../../src/lua/compile.ts'

const runtime = readFileSync(new URL('../../runtime-lua/types.lua', import.meta.url), 'utf8')
const lua = await new LuaFactory().createEngine()
await lua.doString(`local types = (function(...) ${runtime}\nend)({}) types.install(_G, string)
function told(...) local t = table.pack(...) for i = 1, t.n do t[i] = tostring(t[i]) end return table.concat(t, " ") end`)

/** What the last expression of a typed chunk is, as text. */
const told = (chunk: string, expression: string): string =>
  lua.doStringSync(compile(`${chunk}\nreturn told(${expression})`, { file: 'test.lua' }).code)

const validation = suite('types: validation')

validation('of primitives, also by name', () => {
  assert.is(told('type Id = string', 'Id:is("x")'), 'x nil')
  assert.is(told('type Id = string', 'Id:is(3)'), 'nil expected string, got number 3')
  assert.is(told('', 'integer(3), boolean(false), string("s"), Number(1.5)'), '3 false s 1.5')
  assert.is(told('', 'select(2, pcall(integer, 1.5))'), 'expected integer, got number 1.5')
  assert.is(told('type N = never type A = any', 'N:is(1), A:is(nil), Integer:is(2.0)'), 'nil nil 2.0 nil')
})

validation('of records names the field', () => {
  const user = 'type User = {name: string, age?: integer, tags: {string}}'
  assert.is(told(user, '(User:is({name = "a", tags = {}})) ~= nil'), 'true')
  assert.is(told(user, 'User:is({tags = {}})'), 'nil name: expected string, got nil')
  assert.is(told(user, 'User:is({name = "a", age = "b", tags = {}})'), 'nil age: expected integer, got string "b"')
  assert.is(told(user, 'User:is({name = "a", tags = {"x", 2}})'), 'nil tags[2]: expected string, got number 2')
  assert.is(told(user, 'User:is(1)'), 'nil expected table, got number 1')
})

validation('of maps, functions, literals, optionals', () => {
  assert.is(told('type M = {[string]: number}', 'M:is({a = 1, b = "x"})'), 'nil b: expected number, got string "x"')
  assert.is(told('type M = {[string]: number}', 'M:is({[1] = 1})'), 'nil [key]: expected string, got number 1')
  assert.is(told('type F = (number) -> string', 'F:is(3)'), 'nil expected function, got number 3')
  assert.is(told('type L = "a" | 3', 'L:is(3), L:is("b")'), '3 nil expected "a" | 3, got string "b"')
  assert.is(told('type O = number?', 'O:is(nil), O:is("x")'), 'nil nil expected number, got string "x"')
})

validation('of unions answers from the member that was meant', () => {
  const result = 'type R = {ok: true, value: number @min(5)} | {ok: false, error: string}'
  assert.is(told(result, 'R:is({ok = true, value = 3})'), 'nil value: 3 is less than the minimum 5')
  assert.is(told('type I = number @min(1) | string @min_len(2)', 'I:is("a")'), 'nil length 1 is less than the minimum length 2')
})

validation('by validators', () => {
  const of = (type: string, value: string) => told(`type T = ${type}`, `select(2, T:is(${value}))`)
  assert.is(of('number @min(0) @max(9)', '10'), '10 is more than the maximum 9')
  assert.is(of('{number} @max_len(1)', '{1, 2}'), 'length 2 is more than the maximum length 1')
  assert.is(of('string @pattern("^.+@.+\\\\..+$")', '"a@b"'), 'does not match the pattern ^.+@.+\\..+$')
  assert.is(of('string @pattern("^.+@.+\\\\..+$")', '"a@b.c"'), 'nil')
  assert.is(of('string @pattern("(?i)^(é|z{2,3})\\\\b")', '"ZZ!"'), 'nil')
  assert.is(of('string @pattern("^.$")', '"é"'), 'nil')
  assert.is(of('string @pattern("(a*)*b")', '("a"):rep(200)'), 'does not match the pattern (a*)*b')
})

validation('of recursive types and recursive values', () => {
  const node = 'type Node<T> = {value: T, next: Node<T>?} type Texts = Node<string>'
  assert.is(told(node, 'Texts:is({value = "a", next = {value = 2}})'), 'nil next.value: expected string, got number 2')
  assert.is(told(node, '(function() local n = {value = "a"} n.next = n return Texts:is(n) == n end)()'), 'true')
  assert.is(told('type A = {b: B?} type B = {a: A}', 'A:is({b = {a = {b = 1}}})'), 'nil b.a.b: expected table, got number 1')
  assert.is(told('type Loop = Loop', 'Loop:kind(), Loop:is(1)'), 'never nil expected never, got number 1')
  assert.match(
    told(node, 'select(2, Texts:is((function() local n for i = 1, 900 do n = {value = "a", next = n} end return n end)()))'),
    /nested too deeply$/,
  )
})

validation('lets types through that are not known', () => {
  assert.is(told('type M = process.Message type C = Channel<M>', 'M:is(1), C:is("x")'), '1 x nil')
})

validation('raises when the type is called', () => {
  assert.is(told('type P = {x: number}', 'P({x = 1}).x'), '1')
  assert.match(told('type P = {x: number}', 'select(2, pcall(function() return P({}) end))'), /x: expected number, got nil$/)
})

validation('of interfaces and operators on types', () => {
  const shape = 'type Base = {id: string} interface Shape: Base function area(self: any): number end'
  assert.is(told(shape, '(Shape:is({id = "x", area = print})) ~= nil'), 'true')
  assert.is(told(shape, 'Shape:is({id = "x"})'), 'nil area: expected function, got nil')
  assert.is(told('type P = {x: number} type K = keyof(P) type V = P["x"]', 'K:is("x"), V:kind()'), 'x number')
  assert.is(told('type C = integer extends number ? "yes" : "no"', 'C:is("yes")'), 'yes nil')
})

validation('by typeof', () => {
  assert.is(told('local s: {a: string} = {a = "x"} type S = typeof(s)', 'S:is({a = 1})'), 'nil a: expected string, got number 1')
  assert.is(
    told('local s = {a = {1}, b = true} type S = typeof(s)', 'S:is({a = {"x"}, b = true})'),
    'nil a[1]: expected number, got string "x"',
  )
  assert.is(told('', 'typeof({1, 2}):elem():kind(), typeof({a = 1}), typeof(print)'), 'number {a: number} function')
})

validation.run()

const reflection = suite('types: reflection')

reflection('of kinds, names and parts', () => {
  assert.is(told('type P = {x: number}', 'P:kind(), P:name(), P, P.x, Number:name()'), 'record P P number number')
  assert.is(
    told('type L = {string} type M = {[string]: L} type O = L?', 'L:elem(), M:key(), M:val(), O:inner(), O:kind()'),
    'string string L L optional',
  )
  assert.is(told('type F = (a: number, string) -> (boolean, error?)', 'F:ret(), F:ret():kind(), F:elem()'), '(boolean, error?) tuple nil')
})

reflection('by iterators', () => {
  const all = (expression: string) =>
    `(function() local out = {} for a, b in ${expression} do out[#out + 1] = told(a, b) end return table.concat(out, ";") end)()`
  assert.is(told('type P = {x: number, y?: string}', all('P:fields()')), 'x number;y string?')
  assert.is(told('type U = "a" | 3', all('U:variants()')), '"a" nil;3 nil')
  assert.is(told('type F = (a: number, string) -> ()', all('F:params()')), 'number nil;string nil')
  assert.is(told('type G<T: number, U> = {T}', all('G:tparams()')), 'T number;U nil')
})

reflection('of equality and subtypes', () => {
  const compared = (a: string, b: string) => told(`type A = ${a} type B = ${b}`, 'A == B, A <= B, A < B')
  assert.is(compared('integer', 'number'), 'false true true')
  assert.is(compared('{x: number}', '{x: number}'), 'true true false')
  assert.is(compared('{x: integer, y: string}', '{x: number, z?: nil}'), 'false true true')
  assert.is(compared('"a"', 'string | nil'), 'false true true')
  assert.is(compared('string', '"a"'), 'false false false')
  assert.is(compared('(number) -> integer', '(integer) -> number'), 'false true true')
  assert.is(compared('{A} & {x: number}', '{x: number}'), 'false true true')
  assert.is(compared('number @min(1)', 'number'), 'false true true')
  assert.is(compared('never', '{string}'), 'false true true')
  assert.is(told('type N<T> = {v: T, n: N<T>?}', 'N(String) == N(String), N(Integer) <= N(Number), N == N'), 'true true true')
  assert.is(told('type A = number type B = number', '({[A] = 1})[A], ({[A] = 1})[B]'), '1 nil')
})

reflection('has nothing to change', () => {
  assert.match(told('type P = {x: number}', 'pcall(function() P.y = 1 end)'), /cannot be changed/)
  assert.match(told('type G<T> = {T}', 'pcall(G, 3)'), /G is generic/)
})

reflection.run()
