// How deep the C stack gets. It lies below the control block and nothing checks its end, so the deepest that Lua allows must leave room.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { STACK_HIGH, STACK_LOW } from '../../src/vm/abi.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess, MiB } from './lua-process.ts'

const MARGIN = 48 * 1024 // bytes that must stay untouched below the deepest call

/** Bytes of C stack that a program used while it was compiled and run. Loading an image fills the stack with zeros. */
const depthOf = (source: string): number => {
  const bodies = new Bodies({ hot: 1, keptBytes: 64 * MiB })
  const touched = (): number => {
    const slot = bodies.pool.acquire({ leftAt: -1, evict: () => true })
    const { bytes } = slot.instance
    let at = STACK_LOW
    while (at < STACK_HIGH && bytes[at] === 0) at++
    bodies.pool.release(slot)
    return STACK_HIGH - at
  }
  const process = new LuaProcess(source, { bodies, hardFuel: 100_000_000 })
  const compiled = touched()
  assert.is(process.run(1_000_000), 'exit')
  const outcome = process.ended!.error
  process.close()
  assert.is(outcome, null, outcome?.message)
  return Math.max(compiled, touched())
}

/** Calls itself through `call` until Lua refuses, and checks that it did. */
const untilRefused = (call: string): string => `
  local depth = 0
  local function again() depth = depth + 1 ${call} return 1 end
  local ok, message = pcall(again)
  assert(not ok and tostring(message):find('overflow'), message)
  assert(depth > 90, depth)`

const deep: Readonly<Record<string, string>> = {
  'a pattern with a callback': untilRefused(`local s = ('x'):gsub('.', setmetatable({}, { __index = again }))`),
  'a sort with a comparison': untilRefused(`local meta = { __lt = again } table.sort({ setmetatable({}, meta), setmetatable({}, meta) })`),
  pcall: untilRefused('assert(pcall(again))'),
  'xpcall with a handler': untilRefused('local ok, message = xpcall(again, function(e) return e end) if not ok then error(message, 0) end'),
  'coroutine.wrap': untilRefused('coroutine.wrap(again)()'),
  'coroutine.resume': untilRefused('local ok, message = coroutine.resume(coroutine.create(again)) if not ok then error(message, 0) end'),
  tostring: untilRefused(`tostring(setmetatable({}, { __tostring = again }))`),
  'format of an object': untilRefused(`local s = ('%s'):format(setmetatable({}, { __tostring = function() again() return '' end }))`),
  'concat of a proxy': untilRefused(`table.concat(setmetatable({}, { __len = function() return 1 end, __index = again }))`),
  'unpack of a proxy': untilRefused(`table.unpack(setmetatable({}, { __index = again }), 1, 1)`),
  close: untilRefused(`do local guard <close> = setmetatable({}, { __close = again }) end`),
}

const test = suite('stack')

for (const [what, source] of Object.entries(deep)) {
  test(`${what}, nested as deep as Lua allows, stays inside the C stack`, () => {
    const depth = depthOf(source)
    assert.ok(depth > 1000, 'nothing was measured')
    assert.ok(depth < STACK_HIGH - STACK_LOW - MARGIN, `${depth} bytes`)
  })
}

test('what needs most of the stack for itself has room at the deepest call', () => {
  const greedy = `
    local s = ('%99.99f|%99.99g|%99.99a|%-99d|%q'):format(1e308, 1e-308, 1e308, 1, 0.1)
    pcall(string.find, ('a'):rep(300), ('(a)'):rep(30) .. ('a?'):rep(150) .. ('a-'):rep(15))
    string.pack('zs4j', s, s, 1)
    pcall(tonumber, s)`
  const depth = depthOf(untilRefused(`${greedy} s = ('%s'):format(setmetatable({}, { __tostring = function() again() return '' end }))`))
  assert.ok(depth < STACK_HIGH - STACK_LOW - MARGIN, `${depth} bytes`)
})

test('sources that nest as deep as the compiler allows stay inside', () => {
  const nested = (n: number, open: string, middle: string, close: string): string => open.repeat(n) + middle + close.repeat(n)
  for (const source of [
    `return ${nested(180, '(', '1', ')')}`,
    `local t = ${nested(180, '{', '1', '}')}`,
    `return ${nested(90, 'function() return ', '1', ' end')}`,
    `local a = 1 return ${nested(90, '-(', 'a', ')')}`,
    `local a = 1 return ${'a..'.repeat(180)}a`,
    `local a = 2 return ${'a^'.repeat(180)}a`,
    `${nested(180, 'do ', 'local x = 1', ' end ')}`,
    `${nested(90, 'while true do if true then ', 'goto out', ' end end ')} ::out::`,
    `local f f = function() return f end return ${nested(180, 'f(', '', ')')}`,
  ]) {
    assert.ok(depthOf(source) < STACK_HIGH - STACK_LOW - MARGIN, source.slice(0, 60))
  }
})

test('a value that nests as deep as a message may stays inside', () => {
  const source = `
    local value = {}
    for i = 1, 126 do value = { value } end
    local made = payload.new(value):transcode(payload.format.MSGPACK)
    assert(made:data())`
  assert.ok(depthOf(source) < STACK_HIGH - STACK_LOW - MARGIN)
})

test.run()
