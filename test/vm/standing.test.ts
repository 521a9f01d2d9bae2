// Where the code of a process stands, read from its memory: whatever that holds.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Standing } from '../../src/kernel/body.ts'
import { Control } from '../../src/vm/abi.ts'
import { standingOf } from '../../src/vm/standing.ts'
import { Random } from '../support/random.ts'
import { LuaProcess, program } from './lua-process.ts'

const SOURCE = `
  local total, json = 0, require('json')
  local function work(a, b)
    local t = { 'one', 2.5, deep = { deeper = { deepest = { 1 } } }, ['a key'] = true }
    total = total + 1
    do local gone = 1 end
    local answer = process.registry.lookup('x')
    return answer, t, a, b
  end
  counter = 42
  coroutine.spawn(function()
    local mine = ('x'):rep(1000)
    process.inbox():receive()
    return mine
  end)
  return work(-1, 'two')`

const standing = (source: string, fuel?: number): Standing => {
  const process = new LuaProcess(program(source, ['json']))
  process.step(fuel)
  const found = process.body.standing()
  process.close()
  return found
}
const named = (variables: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(variables.map(({ name, value }) => [name, value]))

const test = suite('standing')

test('coroutines are told with what they wait for, their calls, lines and variables', () => {
  const { coroutines, globals, omitted } = standing(SOURCE)
  assert.is(omitted, 0)
  assert.equal(named(globals), { counter: '42' })
  const [main, other] = coroutines
  assert.equal([main!.isMain, main!.isLast, main!.waitsFor, main!.frames.length], [true, true, 1, 1])
  const [frame] = main!.frames
  assert.equal([frame!.file, frame!.line, frame!.defined], ['main.lua', 7, 3])
  assert.equal(named(frame!.locals), {
    a: '-1',
    b: '"two"',
    t: '{ "one", 2.5, ["a key"] = true, deep = { deeper = { deepest = {…} } } }',
  })
  assert.equal(named(frame!.outer), { total: '1' })
  assert.equal([other!.isMain, other!.waitsFor, other!.frames[0]!.line], [false, null, 13])
  assert.equal(named(other!.frames[0]!.locals), { mine: `"${'x'.repeat(120)}"… (1000 bytes)` })
})

test('calls within calls are told, the innermost first, and of many only some', () => {
  const { coroutines } = standing(`
    local function down(n)
      if n == 0 then return process.registry.lookup('x') or 1 end
      return 1 + down(n - 1)
    end
    return down(80)`)
  const { frames, omitted } = coroutines[0]!
  assert.equal([frames.length, omitted], [50, 31])
  assert.equal(
    frames.slice(0, 3).map(({ line, locals }) => [line, named(locals).n]),
    [
      [3, '0'],
      [4, '1'],
      [4, '2'],
    ],
  )
})

test('who was interrupted stands where it was interrupted', () => {
  const { coroutines } = standing(
    `local n = 0
     while true do
       n = n + 1
     end`,
    5000,
  )
  const [frame] = coroutines[0]!.frames
  assert.ok([2, 3, 4].includes(frame!.line), `line ${frame!.line}`)
  assert.ok(Number(named(frame!.locals).n) > 100)
})

test('reading changes nothing, and what has ended stands nowhere', () => {
  const process = new LuaProcess(program(SOURCE, ['json']))
  process.step()
  const before = process.body.image().bytes
  process.body.standing()
  assert.equal(Buffer.compare(before, process.body.image().bytes), 0)
  process.close()
  assert.equal(standing('return 1').coroutines, [])
})

test('a memory that lies is read to an end', () => {
  const process = new LuaProcess(program(SOURCE, ['json']))
  process.step()
  const whole = process.body.image().flatten()
  const random = new Random(1)
  for (let round = 0; round < 150; round++) {
    const bytes = Uint8Array.from(whole)
    const flips = 1 << random.below(14)
    for (let n = 0; n < flips; n++) {
      const at = 297280 + random.below(bytes.length - 297280)
      bytes[at] = random.of([0, 1, 0x45, 0x46, 0xff, random.below(256)])
    }
    const { coroutines, globals } = standingOf(bytes, whole)
    assert.ok(JSON.stringify([coroutines, globals]).length < 4_000_000)
  }
  assert.equal(standingOf(new Uint8Array(0), whole), { coroutines: [], omitted: 0, globals: [] })
  process.close()
})

test('calls that go in circles are soon enough', () => {
  const bytes = new Uint8Array(2 ** 20)
  const view = new DataView(bytes.buffer)
  const [main, global, thread, call, slot, closure, proto, source] = Array.from({ length: 8 }, (_, at) => 400_000 + at * 1000) as number[]
  const words: readonly (readonly [number, number])[] = [
    ...([
      [Control.main, main],
      [Control.program, thread],
      [main! + 16, global],
      [global! + 88, thread],
    ] as [number, number][]),
    ...([
      [thread, thread],
      [thread! + 20, call],
      [call, slot],
      [call! + 8, call],
      [call! + 16, proto],
    ] as [number, number][]),
    ...([
      [slot, closure],
      [closure! + 12, proto],
      [proto! + 76, source],
      [source! + 12, 200],
    ] as [number, number][]),
  ]
  for (const [at, word] of words) view.setUint32(at, word, true)
  bytes[thread! + 4] = 8
  bytes[slot! + 8] = 0x46
  bytes[source! + 4] = 0x14
  bytes.fill(0xe2, source! + 16, source! + 216)
  bytes[source! + 16] = 0x40
  const { coroutines } = standingOf(bytes, bytes)
  const read = coroutines.reduce((sum, { frames, omitted }) => sum + frames.length + omitted, 0)
  assert.ok(read > 100 && read < 50_000, `${read} calls`)
})

test.run()
