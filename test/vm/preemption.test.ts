// Preemption is invisible: wherever a slice ends, a program computes the same; and it cannot be seen, caught or escaped.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaProcess, program, runLua } from './lua-process.ts'
import { randomProgram } from './random-program.ts'

const SLICES = [150, 300, 777, 1000, 2048, 10_000]
const WHOLE = 1 << 30

const resultAt = (source: string, fuel: number): unknown => {
  const process = new LuaProcess(source)
  try {
    return process.result(fuel, 10_000_000)
  } finally {
    process.close()
  }
}

const inCoroutines = (depth: number, source: string): string => {
  let nested = source
  for (let i = 0; i < depth; i++) nested = `coroutine.wrap(function() ${nested} end)()`
  return nested
}

const test = suite('preemption')

test('programs nested at random give the same result in slices of any size', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const source = randomProgram(seed)
    const whole = resultAt(source, WHOLE)
    for (const fuel of SLICES.slice(0, 4)) assert.equal(resultAt(source, fuel), whole, `seed ${seed}, slices of ${fuel}`)
  }
})

test('an error says the same wherever slices ended before it', () => {
  const source = `
    local function outer()
      local co = coroutine.create(function()
        local sum = 0
        for i = 1, 500 do sum = sum + i end
        return sum + nil
      end)
      local _, message = coroutine.resume(co)
      for i = 1, 500 do end
      error(message .. '!')
    end
    for i = 1, 500 do end
    outer()`
  const messageAt = (fuel: number): string => {
    const process = new LuaProcess(source)
    process.run(fuel)
    const { message, frame } = process.ended!.error!
    process.close()
    return `${message}\n${frame}`
  }
  const whole = messageAt(WHOLE)
  assert.match(whole, /^main\.lua:10: main\.lua:6: attempt to perform arithmetic on a nil value!\n/)
  for (const fuel of SLICES) assert.is(messageAt(fuel), whole, `slices of ${fuel}`)
})

test('an endless loop runs a slice at a time, in coroutines however deep', () => {
  for (let depth = 0; depth <= 5; depth++) {
    for (const loop of ['while true do end', '::again:: goto again', 'repeat until false', 'for i = 1, math.maxinteger do end']) {
      const process = new LuaProcess(inCoroutines(depth, loop))
      assert.is(process.run(10_000, 100), 'again', loop)
      assert.ok(process.overshoot < 200 + 500 * depth, `${loop} at depth ${depth} passes its slice by ${process.overshoot}`)
      process.close()
    }
  }
})

test('no pcall, handler, metamethod or to-be-closed variable sees a preemption', () => {
  const source = `
    local seen = {}
    local function note(...) seen[#seen + 1] = table.concat({ ... }, ' ') end
    local function busy() for i = 1, 2000 do end end
    local guarded = setmetatable({}, { __close = function(_, err) note('closed', tostring(err)) end, __index = function() busy() return 1 end })
    local ok = pcall(function() local guard <close> = guarded busy() return guarded.x end)
    note('pcall', tostring(ok))
    note('xpcall', tostring(xpcall(busy, function(e) note('handler', tostring(e)) end)))
    local co = coroutine.create(function() busy() coroutine.yield('mine') busy() end)
    while coroutine.status(co) ~= 'dead' do note('resumed', tostring((coroutine.resume(co)))) end
    local wrapped = coroutine.wrap(function(...) busy() note(select('#', ...)) note(select('#', coroutine.yield())) busy() end)
    wrapped(1, 2, 3)
    wrapped()
    return seen`
  const expected = ['closed nil', 'pcall true', 'xpcall true', 'resumed true', 'resumed true', '3', '0']
  for (const fuel of [WHOLE, ...SLICES]) assert.equal(resultAt(source, fuel), expected, `slices of ${fuel}`)
})

test('between two waits a coroutine is alone, however small the slices', () => {
  const source = `
    local shared, torn = 0, 0
    local done = channel.new()
    for i = 1, 5 do
      coroutine.spawn(function()
        for turn = 1, 20 do
          local before = shared
          for k = 1, 100 do end
          if shared ~= before then torn = torn + 1 end
          shared = before + 1
          done:send(true)
        end
      end)
    end
    for i = 1, 100 do done:receive() end
    return { shared, torn }`
  for (const fuel of [WHOLE, ...SLICES]) assert.equal(resultAt(source, fuel), [100, 0], `slices of ${fuel}`)
})

test('messages that arrive while a process is preempted wait until it waits', () => {
  const source = `
    local order = {}
    local inbox = process.inbox()
    coroutine.spawn(function() while true do local topic = inbox:receive():topic() order[#order + 1] = topic end end)
    process.registry.lookup('begin')
    for i = 1, 5000 do end
    order[#order + 1] = 'worked'
    process.registry.lookup('rest')
    return order`
  const process = new LuaProcess(source)
  process.run()
  let verdict: string = process.reply(process.asks[0]!.tag).step(1000)
  for (let i = 0; verdict === 'again'; i++) verdict = process.post(`message ${i}`, []).step(1000)
  assert.is(verdict, 'wait')
  process.reply(process.asks[1]!.tag)
  const order = process.result() as string[]
  assert.is(order[0], 'worked')
  assert.equal(
    order.slice(1),
    Array.from({ length: order.length - 1 }, (_, i) => `message ${i}`),
  )
  process.close()
})

test('what cannot be left is ended at the hard bound: uncatchable, and the next process is well', () => {
  const endless: Readonly<Record<string, string>> = {
    'a metamethod below format': `('%s'):format(setmetatable({}, { __tostring = function() while true do end end }))`,
    'a comparison below sort': `local m = { __lt = function() while true do end end } table.sort({ setmetatable({}, m), setmetatable({}, m) })`,
    'an index below gsub': `(('x'):gsub('.', setmetatable({}, { __index = function() while true do end end })))`,
    'a message handler': `xpcall(error, function() while true do end end)`,
    'a finalizer': `for i = 1, 1e9 do setmetatable({}, { __gc = function() while true do end end }) end`,
    'closing a coroutine': `local co = coroutine.create(function() local g <close> = setmetatable({}, { __close = function() while true do end end })
      coroutine.yield() end) coroutine.resume(co) coroutine.close(co)`,
    'an error object': `error(setmetatable({}, { __tostring = function() while true do end end }))`,
    'a coroutine below format': `('%s'):format(setmetatable({}, { __tostring = coroutine.wrap(function() while true do end end) }))`,
  }
  for (const [what, code] of Object.entries(endless)) {
    for (const depth of [0, 2]) {
      const source =
        what === 'an error object'
          ? code
          : `while true do pcall(function() local _ = nil; ${inCoroutines(depth, `local _ = ${/^(local|for|xpcall|table)/.test(code) ? `1 ${code}` : code}`)} end) end`
      const process = new LuaProcess(source, { hardFuel: 200_000 })
      assert.is(process.run(10_000, 1000), 'fault', what)
      assert.is(process.body.fault!.reason, 'fuel', what)
      assert.ok(process.overshoot < 250_000, `${what}: ${process.overshoot}`)
      process.close()
      assert.is(runLua('return 6 * 7'), 42, `after ${what}`)
    }
  }
})

test('what works in C for long is charged for it and may be stopped right after', () => {
  const busy: Readonly<Record<string, string>> = {
    'copies of a string': `local s = ('x'):rep(1 << 20) while true do local t = s .. 'y' end`,
    'searches of a string': `local s = ('x'):rep(1 << 18) while true do s:find('y', 1, true) end`,
    'case of a string': `local s = ('x'):rep(1 << 18) while true do s:upper() end`,
    'comparisons of strings': `local a, b = ('x'):rep(1 << 18) .. 'a', ('x'):rep(1 << 18) .. 'b' while true do local _ = a < b, a == b end`,
    'numbers from strings': `local s = ('1'):rep(100000) while true do tonumber(s) end`,
    'values unpacked': `while true do table.unpack({}, 1, 10000) end`,
    'tables sorted': `local t = {} for i = 1, 1000 do t[i] = -i end while true do table.sort({ table.unpack(t) }) end`,
    traversals: `local t = {} for i = 1, 1e4 do t[i] = i end while true do for k in pairs(t) do end end`,
    errors: `while true do pcall(error, 'x') end`,
    switches: `local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end`,
    garbage: `while true do local t = {} for i = 1, 100 do t[i] = {} end end`,
    formats: `while true do local s = ('%99.99f'):format(1e308) end`,
  }
  for (const [what, code] of Object.entries(busy)) {
    const process = new LuaProcess(code)
    assert.is(process.run(10_000, 50), 'again', what)
    assert.ok(process.overshoot < 600_000, `${what}: ${process.overshoot}`)
    process.close()
  }
})

test('a process without fuel makes progress all the same', () => {
  const process = new LuaProcess(program('local s = 0 for i = 1, 100 do s = s + i end return s'))
  assert.is(process.result(1, 10_000), 5050)
  process.close()
})

test.run()
