// What takes long is done in pieces: how far beyond its slice a process goes with it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaProcess, MiB, runLua } from './lua-process.ts'

const test = suite('pieces')

const SLICE = 100_000

/** Units by which the furthest of so many steps passed its slice. */
const overshoot = (source: string, { steps = 60, memoryBytes = 32 * MiB } = {}): number => {
  const process = new LuaProcess(source, { memoryBytes })
  process.run(SLICE, steps)
  process.close()
  return process.overshoot
}

test('finalizers are called a few at a time, however many there are to call', () => {
  const source = `while true do setmetatable({}, { __gc = function() for i = 1, 300 do end end }) end`
  const most = overshoot(source)
  assert.ok(most < 220_000, `${most}`)
})

test('a finalizer that uses up the fuel is the last one of its slice, also when it fails', () => {
  for (const how of ['', "error('x')"]) {
    const most = overshoot(`while true do setmetatable({}, { __gc = function() for i = 1, 20000 do end ${how} end }) end`)
    assert.ok(most < 50_000, `${most} ${how}`)
  }
})

test('the collector pauses with the process, however much it is behind', () => {
  const source = `
    local kept = {}
    for i = 1, 60000 do kept[i] = { i } end
    while true do local long = ('x'):rep(4000000) end`
  const most = overshoot(source)
  assert.ok(most < 300_000, `${most}`)
})

test('what died together is freed in pieces', () => {
  const source = `
    while true do
      local dead = {}
      for i = 1, 60000 do dead[i] = { i } end
    end`
  const most = overshoot(source, { steps: 300 })
  assert.ok(most < 250_000, `${most}`)
})

test('a long text is repeated in pieces, and where it lies: there is no room for it twice', () => {
  const source = `local s = ('x'):rep(10 << 20) return #s`
  const process = new LuaProcess(source, { memoryBytes: 12 * MiB })
  assert.is(process.result(SLICE, 100), 10 << 20)
  assert.ok(process.steps > 3, `${process.steps} steps`)
  process.close()
})

test('repeated texts are what they should be, in slices of any size', () => {
  const source = `
    local function slow(text, n, separator)
      local list = {}
      for i = 1, n do list[i] = text end
      return table.concat(list, separator)
    end
    for _, n in ipairs{ 1, 2, 3, 7, 1000, 70001 } do
      for _, text in ipairs{ '', 'a', 'ab', ('abc'):rep(13), ('xyzzy'):rep(9) } do
        for _, separator in ipairs{ '', ',', ' - ' } do
          if text:rep(n, separator) ~= slow(text, n, separator) then return n .. text .. separator end
        end
      end
    end
    local long = ('0123456789'):rep(30000)
    return long:rep(3, ('-'):rep(200000)) == long .. ('-'):rep(200000) .. long .. ('-'):rep(200000) .. long`
  assert.is(runLua(source), true)
  const process = new LuaProcess(source, { memoryBytes: 64 * MiB })
  assert.is(process.result(1000, 1_000_000), true)
  process.close()
})

test('cases and reversals of long texts are written where they lie', () => {
  const source = `
    local s = ('aZ9'):rep(2 << 20)
    s = s:upper()
    s = s:reverse()
    s = s:lower()
    return { #s, s:sub(1, 6), s:sub(-4) }`
  const process = new LuaProcess(source, { memoryBytes: 16 * MiB })
  assert.equal(process.result(SLICE, 1000), [6 << 20, '9za9za', 'a9za'])
  process.close()
})

test.run()
