// What costs fuel: on small modules, that the pass leaves nothing out; on Lua, that work of every kind is charged in proportion.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { meter } from '../../wasm/meter.ts'
import { expr, findAll, findOne, type List, print } from '../../wasm/sexpr.ts'
import { LuaProcess, MiB, program } from './lua-process.ts'

const JUMP =
  '(i32.sub (i32.add (i32.and (i32.shr_u (local.get $i) (i32.const 5)) (i32.const 134217724)) (local.get $pc)) (i32.const 67108856))'
const LOOP = '(i32.sub (local.get $pc) (i32.and (i32.shr_u (local.get $i) (i32.const 13)) (i32.const 524284)))'
const START = '(i32.store offset=16 (local.get $ci) (i32.load offset=52 (local.get $p)))'
const jumps = (form: string, count: number): string => `(local.set $i ${form})`.repeat(count)
/** What the pass looks for in luaV_execute: the loop around its instructions, where it jumps, where a tail call begins. */
const INTERPRETER = `(func $interpreter (local $i i32) (local $pc i32) (local $ci i32) (local $p i32)
  (loop $calls (loop $returns (loop $l
    (br_table${' $l'.repeat(83)} (local.get $i)) ${jumps(JUMP, 12)} ${jumps(LOOP, 2)} ${START} (loop $own (br $own))
    (if (local.tee $ci (call $begin)) (then (local.set $i (local.get $ci)) (br $calls)))
    (local.set $ci (call $precall)) (if (local.get $ci) (then (return))) (br_if $calls (local.get $ci)) (br_if $returns (local.get $i)) (br $l)))))`

/** A module after the pass; `$arm`, `$interpreter`, `$precall` and `$begin` are there. */
const metered = (functions: string, interpreter = INTERPRETER): List => {
  const module = expr(
    `(module (func $arm) (func $precall (local $ci i32) (local $p i32) ${START}) (func $begin (local $ci i32) (local $p i32) ${START}) ${interpreter} ${functions})`,
  )
  meter(module, { arm: '$arm', interpreter: '$interpreter', precall: '$precall', begin: '$begin' })
  return module
}
const textOf = (module: List, name: string): string => print(findOne(module, 'func', name)).replace(/\s+/g, ' ')
/** How many units a function pays in all its places together. */
const payments = (module: List, name: string): number[] =>
  findAll(findOne(module, 'func', name), 'local.tee', '$left').map((tee) => Number(((tee[2] as List)[2] as List)[1]))

const fuelOf = (source: string): number => {
  const process = new LuaProcess(source, { memoryBytes: 64 * MiB, hardFuel: 1 << 30 })
  process.result(1 << 30)
  process.close()
  return process.spent
}
/** Fuel of one turn of a loop around `body`. */
const fuelPerTurn = (body: string, before = ''): number => {
  const source = (n: number): string => `${before} for i = 1, ${n} do ${body} end`
  return (fuelOf(source(300)) - fuelOf(source(100))) / 200
}

const test = suite('metering')

test('every loop counts where it begins again, nested and typed ones too, and pays for 32 turns at once', () => {
  const module = metered(`
    (func $f (param $n i32) (result i32)
      (loop $a (loop $b (result i32) (br_if $b (local.get $n)) (i32.const 1)) (drop) (br $a)) (i32.const 0))`)
  assert.equal(payments(module, '$f'), [32, 32])
  const counts = '(local.set $turns (i32.add (local.get $turns ) (i32.const 1 ) ) )'
  assert.ok(textOf(module, '$f').includes(`(if (local.get $n ) (then ${counts}`), 'before it is left for the next turn only')
  assert.is(textOf(module, '$f').split(counts).length - 1, 2)
})

test('turns that are not paid for yet are where a function is left, by whatever way', () => {
  const settles = '(if (local.get $turns ) (then (global.set $fuel (i32.sub (global.get $fuel ) (local.get $turns ) ) ) ) )'
  const module = metered(`
    (func $gives (param $n i32) (result i32) (loop $a (if (local.get $n) (then (return (i32.const 7)))) (br $a)))
    (func $does (param $n i32) (loop $a (if (local.get $n) (then (return))) (br $a)))`)
  for (const name of ['$gives', '$does']) {
    const text = textOf(module, name)
    assert.is(text.split(settles).length - 1, 1, name)
    assert.is(text.includes('return'), false, name)
    assert.ok(text.indexOf('(br $leaves') < text.indexOf(settles), name)
  }
})

test('a loop that is marked as paid for is left alone, those around and in it are not', () => {
  const module = metered(`
    (func $paid)
    (func $f (param $n i32)
      (loop $around (loop $marked (call $paid) (loop $in (br_if $in (local.get $n))) (br_if $marked (local.get $n))) (br_if $around (local.get $n))))`)
  assert.equal(payments(module, '$f'), [32, 32])
  assert.match(textOf(module, '$f'), /\(br_if \$marked \(local\.get \$n \) \)/)
})

test('what the companion pays by itself is looked at as well', () => {
  const module = metered('(func $pay (param $cost i32) (global.set $fuel (i32.sub (global.get $fuel) (local.get $cost))))')
  assert.match(
    textOf(module, '$pay'),
    /^\(func \$pay \(param \$cost i32 \) \(local \$left i32 \) \(global\.set \$fuel .+\(call \$dry \)[ )]+$/,
  )
})

test('a call through the table pays: where it leads is not known', () => {
  const module = metered('(type $t (func (param i32) (result i32))) (func $f (drop (call_indirect (type $t) (i32.const 1) (i32.const 2))))')
  assert.equal(payments(module, '$f'), [1])
})

test('in every circle of calls one function pays at entry; those that end pay nothing', () => {
  const module = metered(`
    (func $self (call $self))
    (func $ping (call $pong))
    (func $pong (call $ping))
    (func $leaf)
    (func $caller (call $leaf) (call $self))`)
  const pays = (name: string): boolean => payments(module, name).length > 0
  assert.ok(pays('$self'))
  assert.ok(pays('$ping') !== pays('$pong'))
  for (const name of ['$leaf', '$caller']) assert.is(pays(name), false, name)
})

test('a function with a loop that calls itself pays at entry, too', () => {
  assert.equal(payments(metered('(func $f (call $f) (loop $l (br_if $l (i32.const 0))))'), '$f'), [2, 32])
})

test('a circle through the interpreter is paid for by what begins a call', () => {
  const module = metered('(func $api (call $interpreter) (call $precall))')
  assert.equal(payments(module, '$api'), [])
  for (const name of ['$interpreter', '$precall', '$begin']) {
    assert.match(textOf(module, name), /offset=52 \(local\.get \$p \)[ )]+\(global\.set \$fuel [^;]+?i32\.load offset=20 \(local\.get \$p/)
  }
})

test('the interpreter pays for jumps back and returns, not for jumps ahead, nor for each instruction, nor twice for a call', () => {
  const module = metered('')
  const text = textOf(module, '$interpreter')
  assert.is(text.split('(if (i32.lt_s (local.get $target ) (local.get $pc ) )').length - 1, 12, 'a jump that may lead ahead')
  assert.is(text.split('(i32.add (i32.const 1 ) (i32.shr_u (local.get $i ) (i32.const 16 ) ) )').length - 1, 2, 'a loop')
  assert.equal(
    payments(module, '$interpreter').filter((units) => units === 1),
    [1, 1],
    'a return, and the loop of its own',
  )
  assert.match(text, /\(br_if \$calls \(local\.get \$ci \) \)/)
  assert.match(text, /\(local\.set \$i \(local\.get \$ci \) \) \(br \$calls \)/)
})

test('a Lua that jumps elsewhere than the pass knows is refused', () => {
  assert.throws(() => metered('', INTERPRETER.replace(JUMP, '(i32.const 0)')), /luaV_execute jumps in 11 places, not in 12/)
  assert.throws(() => metered('', INTERPRETER.replace(START, '')), /\$interpreter starts functions in 0 places/)
})

test('bulk memory goes through what charges for its length', () => {
  const module = metered(`
    (func $copy (memory.copy (i32.const 0) (i32.const 8) (i32.const 1000)))
    (func $fill (memory.fill (i32.const 0) (i32.const 0) (i32.const 1000)))`)
  assert.match(textOf(module, '$copy'), /call \$metered_copy/)
  assert.match(textOf(module, '$fill'), /call \$metered_fill/)
  assert.is(findAll(module, 'memory.copy').length, 1, 'only the charging function copies')
  assert.is(findAll(module, 'memory.fill').length, 1, 'only the charging function fills')
})

test('throws and growth pay a fixed sum', () => {
  const module = metered(`
    (func $fails (throw $tag))
    (func $grows (drop (memory.grow (i32.const 1))))`)
  assert.ok(payments(module, '$fails')[0]! >= 16)
  assert.ok(payments(module, '$grows')[0]! >= 64)
})

test('what is called when fuel runs dry is not metered itself', () => {
  assert.equal(payments(metered('(func $f)'), '$arm'), [])
})

test('instructions: an empty turn is about one unit, and work in it is more', () => {
  const empty = fuelPerTurn('')
  assert.ok(empty > 0.5 && empty < 2, String(empty))
  assert.ok(fuelPerTurn('local a = i + 1 local b = a * 2 local c = b - a') > empty + 2)
})

test('a call pays for the length of what it calls, and code that goes nowhere back is not free', () => {
  const lines = (n: number): string => 'a = a + b '.repeat(n)
  const short = fuelPerTurn('f(1, 2)', `local function f(a, b) ${lines(10)} end`)
  const long = fuelPerTurn('f(1, 2)', `local function f(a, b) ${lines(1000)} end`)
  assert.ok(long - short > 900 && long - short < 2100, `${short} and ${long}`)
  const failing = fuelPerTurn('pcall(f, 1, 2)', `local function f(a, b) ${lines(1000)} error() end`)
  assert.ok(failing > long, `${failing}`)
  const left = fuelPerTurn('coroutine.wrap(f)(1, 2)', `local function f(a, b) ${lines(1000)} coroutine.yield() end`)
  assert.ok(left > long, `${left}`)
})

test('bytes: a copy of a mebibyte costs thousands of units', () => {
  const before = `local s = ('x'):rep(1 << 20)`
  for (const body of [`local t = s .. i`, `local t = s:sub(2)`, `local t = table.concat({ s, i })`]) {
    const cost = fuelPerTurn(body, before)
    assert.ok(cost > (1 << 20) / 128 && cost < (1 << 20) / 16, `${body}: ${cost}`)
  }
})

test('loops in C: each element, character and step of a search is paid for', () => {
  const before = `local s, t = ('x'):rep(1000), {} for i = 1, 1000 do t[i] = i end`
  for (const body of [
    `s:find('%d')`,
    `('%q'):format(s)`,
    `s:byte(1, 1000)`,
    `table.concat(t)`,
    `table.move(t, 1, 1000, 2)`,
    `table.unpack(t)`,
    `next(t, 1000)`,
  ]) {
    const cost = fuelPerTurn(`local _ = ${body}`, before)
    assert.ok(cost > (body.startsWith('next') ? 1 : 200), `${body}: ${cost}`)
  }
})

test('errors, allocation and collection are paid for', () => {
  assert.ok(fuelPerTurn(`pcall(error, 'x')`) > 30)
  const loop = (body: string): number => fuelOf(`for i = 1, 5000 do ${body} end`) / 5000
  assert.ok(loop('local t = {}') > loop('') + 2)
  assert.ok(fuelPerTurn('local t = {} for k = 1, 100 do t[k] = {} end') > 700)
})

test('a step that passes its fuel says so, and is charged for all it did', () => {
  const process = new LuaProcess(`local s = ('"'):rep(1 << 18) local q, r = ('%q'):format(s), ('%q'):format(s) return #q + #r`)
  assert.is(process.run(1000), 'exit')
  assert.ok(process.spent > 2 * (1 << 18), String(process.spent))
  process.close()
})

test('an ask pays for what the host will do: a process that asks for ever is preempted after some, and is not slowed otherwise', () => {
  const source = "local funcs = require('funcs') for i = 1, 1000 do funcs.async('app:f') end"
  const process = new LuaProcess(program(source, ['funcs']))
  assert.is(process.step(100_000), 'again')
  const first = process.asks.length
  assert.ok(first > 10 && first <= 50, `${first} asks in a slice`)
  process.step(100_000)
  assert.ok(process.asks.length <= 2 * 51, `${process.asks.length} asks in two slices`)
  process.close()
})

test.run()
