// What the edits of wasm/patch.ts are for: each has a test here (or in abi.test.ts, stack.test.ts) that fails when it is left out.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { LuaProcess, MiB, runLua } from './lua-process.ts'

/** Fuel of one turn of a loop, `program(n)` being one of n turns. */
const fuelPerTurn = (program: (n: number) => string): number => {
  const fuel = (n: number): number => {
    const process = new LuaProcess(program(n))
    process.result(1 << 30)
    process.close()
    return process.spent
  }
  return (fuel(3000) - fuel(1000)) / 2000
}

const test = suite('patch')

test('tables are gone through in the same order by every build: journals rely on it', () => {
  const source = `
    local t, order = {}, {}
    for word in ('total refused id drawn at name from to payload amount currency user'):gmatch('%a+') do t[word] = true end
    for word in pairs(t) do order[#order + 1] = word end
    return table.concat(order, ' ')`
  assert.is(runLua(source), 'total payload name currency amount user refused drawn from id to at')
})

test('whole numbers are divided as Lua divides them, on both sides of 32 bits', () => {
  const numbers = [1n, -1n, 3n, -3n, 7n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, -(2n ** 32n), 2n ** 63n - 1n, -(2n ** 63n), 2n ** 40n + 5n]
  const floor = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)
  const source = (operator: string): string => `
    local numbers, out = { ${numbers.map((n) => `math.tointeger('${n}') or math.mininteger`).join(', ')} }, {}
    for _, a in ipairs(numbers) do for _, b in ipairs(numbers) do out[#out + 1] = tostring(a ${operator} b) end end
    return out`
  const pairs = numbers.flatMap((a) => numbers.map((b): [bigint, bigint] => [a, b]))
  const texts = (f: (a: bigint, b: bigint) => bigint): string[] => pairs.map(([a, b]) => String(BigInt.asIntN(64, f(a, b))))
  assert.equal(runLua(source('//')), texts(floor))
  assert.equal(
    runLua(source('%')),
    texts((a, b) => a - floor(a, b) * b),
  )
})

test('an assignment to the key nil does nothing; rawset and other keys that are none are errors', () => {
  const source = `
    local t, written = { [nil] = 1, 'list', name = 'hash' }, {}
    local key
    t[key], t.more = 2, 3
    for i = 1, 100 do t[key] = i end
    local watched = setmetatable({}, { __newindex = function(_, k, v) written[#written + 1] = tostring(k) .. v end })
    local passed = setmetatable({}, { __newindex = t })
    watched[key], passed[key], passed.given = 1, 2, 4
    local keys, count = {}, 0
    for k in pairs(t) do keys[tostring(k)], count = true, count + 1 end
    local _, raw = pcall(rawset, t, nil, 1)
    local _, nan = pcall(function() t[0 / 0] = 1 end)
    local _, none = pcall(function() key[nil] = 1 end)
    return { t[key] == nil, next(passed) == nil, count, keys['1'] and keys.name and keys.more and keys.given, written, raw, nan, none }`
  assert.equal(runLua(source), [
    true,
    true,
    4,
    true,
    ['nil1'],
    'table index is nil',
    'main.lua:12: table index is NaN',
    "main.lua:13: attempt to index a nil value (upvalue 'key')",
  ])
})

test('errors are thrown and caught inside, at any depth', () => {
  const source = `
    local function nested(n)
      if n == 0 then error({ 'deep' }) end
      local ok, err = pcall(nested, n - 1)
      error(err)
    end
    local _, err = pcall(nested, 100)
    local _, second = xpcall(error, function(e) return e .. '!' end, 'handled')
    local co = coroutine.create(function() error('in a coroutine', 0) end)
    local ok, third = coroutine.resume(co)
    return { err[1], second, ok, third, coroutine.status(co) }`
  assert.equal(runLua(source), ['deep', 'handled!', false, 'in a coroutine', 'dead'])
})

test('an error closes what is to be closed, and nothing leaks into the next one', () => {
  const source = `
    local closed = 0
    for i = 1, 1000 do
      pcall(function()
        local guard <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
        error('again')
      end)
    end
    return closed`
  assert.is(runLua(source), 1000)
})

test('a memory error ends the process: pcall does not see it', () => {
  const process = new LuaProcess(`while true do pcall(function() local t = {} while true do t[#t + 1] = {} end end) end`, {
    memoryBytes: 4 * MiB,
  })
  assert.is(process.run(), 'fault')
  assert.is(process.body.fault!.reason, 'memory')
  process.close()
})

test('small blocks are taken again without looking for room', () => {
  const perTable = fuelPerTurn((n) => `for i = 1, ${10 * n} do local t = {} end`) / 10
  assert.ok(perTable < 11.2, String(perTable))
})

test('small blocks that wait are room for large ones', () => {
  const source = `
    local function fill(n) local list = {} for i = 1, n do list[i] = { i } end end
    fill(30000) -- 3 MiB
    for i = 1, 30000 do local collected = {} end
    return #('x'):rep(2.5 * 1024 * 1024) -- twice that, while it is made`
  assert.is(runLua(source, { memoryBytes: 8 * MiB }), 2.5 * MiB)
})

test('blocks that wait are given back a few at a time: a heap that grows is preempted as ever', () => {
  const source = `
    local function fill(n) local list = {} for i = 1, n do list[i] = { i } end end
    fill(150000)
    for i = 1, 150000 do local collected = {} end
    local list = {}
    for i = 1, 60000 do list[i] = ('x'):rep(150) .. i end
    return #list`
  const process = new LuaProcess(source, { memoryBytes: 64 * MiB, hardFuel: 200_000 })
  assert.is(process.result(100_000, 1_000_000), 60000)
  process.close()
})

test('the limit of the memory is the limit of the process', () => {
  const source = `local s = ('x'):rep(5 * 1024 * 1024) return #s`
  assert.is(runLua(source, { memoryBytes: 32 * MiB }), 5 * MiB)
  assert.throws(() => runLua(source, { memoryBytes: 4 * MiB }), /^memory: out of memory: more than 4 MiB/)
})

test('who was refused memory and spent the rest of its fuel on collecting ran out of memory', () => {
  const process = new LuaProcess(`local t = {} for i = 1, 1e9 do t[i] = { i } end`, { memoryBytes: 24 * MiB, hardFuel: 1_000_000 })
  assert.is(process.run(), 'fault')
  assert.is(process.body.fault!.reason, 'memory')
  process.close()
})

test('a function has an end: straight code runs without looking at its fuel', () => {
  assert.is(runLua(`local a, b = 1, 2 ${'a = b '.repeat(100_000)} return a`), 2)
  assert.throws(() => runLua(`local a, b = 1, 2 ${'a = b '.repeat(140_000)} return a`), /too many opcodes \(limit is 131070\)/)
})

test('a yield leaves by return: it costs less than a throw', () => {
  const turn =
    (body: string) =>
    (n: number): string =>
      `
    local co = coroutine.wrap(function() ${body} end)
    for i = 1, ${n} do co() end`
  const returned = fuelPerTurn(turn('local function plain() coroutine.yield() end while true do plain() end'))
  const tail = fuelPerTurn(turn('local function tail() return coroutine.yield() end while true do tail() end'))
  const field = 'local index = setmetatable({}, { __index = function() coroutine.yield() end })'
  const thrown = fuelPerTurn(turn(`${field} while true do local _ = index.field end`))
  assert.ok(returned < 40, String(returned))
  assert.ok(tail < 40, `a tail call: ${tail}`)
  assert.ok(thrown > returned + 10, `with a call in C between, it is thrown: ${thrown} and ${returned}`)
})

const ASK_COST = 2000

test('a wait leaves by return: messages, asks and channels throw nothing', () => {
  const waiting = new LuaProcess('local inbox = process.inbox() while true do inbox:receive() end')
  waiting.run()
  const asking = new LuaProcess('while true do process.registry.lookup("x") end')
  asking.run()
  const before = [waiting.spent, asking.spent]
  for (let i = 0; i < 100; i++) {
    waiting.post('topic', [i]).run()
    asking.reply(asking.asks.at(-1)!.tag).run()
  }
  assert.ok(waiting.spent - before[0]! < 100 * 180, `${(waiting.spent - before[0]!) / 100} per message`)
  assert.ok(asking.spent - before[1]! < 100 * (ASK_COST + 130), `${(asking.spent - before[1]!) / 100} per ask`)
  for (const process of [waiting, asking]) process.close()
})

test('waits by return and by throw follow each other in any order', () => {
  // pcall lies between the first wait and the scheduler (a throw); what follows runs on from there (unroll), and waits again
  const process = new LuaProcess(`
    local ask, got = process.registry.lookup, {}
    local function note(...) got[#got + 1] = ... end
    local function tail() return ask('tail') end
    local function through(...) return ask(...) end
    local index = setmetatable({}, { __index = function(_, key) note(ask('index')) return ask(key) end })
    for i = 1, 3 do
      note(ask('plain'))
      pcall(function() note(ask('in pcall')) note(ask('again in pcall')) end)
      note(ask('after pcall'))
      note(tail())
      note(through('vararg', i))
      note(index.field)
      note((select(2, pcall(pcall, ask, 'deep'))))
      for value in function() return (ask('iterator')) end do note(value) break end
      note((coroutine.wrap(function() note(ask('inner')) return ask('inner again') end)()))
    end
    return got`)
  let verdict = process.run()
  for (let i = 1; verdict === 'wait'; i++) {
    const { tag, args, target } = process.asks.at(-1)!
    verdict = process.reply(tag, [`${i} ${target === '' ? args[0] : target}`]).run()
  }
  assert.is(verdict, 'exit')
  assert.is((process.ended!.value as string[]).length, 3 * 12)
  process.close()
})

test('a preempted coroutine goes on where the hook stopped it, and waits by return from there', () => {
  const source = `
    local sum, a, b = 0, channel.new(), channel.new()
    coroutine.spawn(function()
      while true do
        local n = a:receive()
        for i = 1, 50 do n = n + i - i end
        b:send(n)
      end
    end)
    for i = 1, 300 do
      a:send(i)
      for j = 1, 50 do sum = sum + j - j end
      sum = sum + b:receive()
    end
    return sum`
  for (const fuel of [100_000, 1000, 311, 150]) {
    const process = new LuaProcess(source)
    assert.is(process.result(fuel, 1_000_000), 45150, `slices of ${fuel}`)
    process.close()
  }
})

test('what is preempted where it begins has its arguments when it goes on, however many they are', () => {
  const source = `
    local function few(a, b, c) return (a or 0) + (b or 0) + (c or 0) end
    local function many(...) local a, b = ... return select('#', ...) + (a or 0) + (b or 0) + few(...) end
    local function last(...) return many(...) end
    local sum = 0
    for i = 1, 100 do sum = sum + few() + few(i) + few(i, 1, 1, 1) + many() + many(i) + last(i, i, i, i) end
    return sum`
  const sum = (i: number): number => i + (i + 2) + (1 + 2 * i) + (4 + 2 * i + 3 * i)
  const all = Array.from({ length: 100 }, (_, i) => sum(i + 1)).reduce((a, b) => a + b)
  for (const fuel of [100_000, 300, 170, 150, 131]) {
    const process = new LuaProcess(source)
    assert.is(process.result(fuel, 1_000_000), all, `slices of ${fuel}`)
    process.close()
  }
})

test('a C function gives as many results as are wanted', () => {
  const source = `
    local none = function() return select('#', assert(true)), (select(2, 'a')), #{ select(2, 'a', 'b', 'c') } end
    local a, b, c = string.byte('xyz', 1, 2)
    string.byte('xyz', 1, 3)
    local d = string.byte('', 1)
    local out = { tostring(a), tostring(b), tostring(c), tostring(d), #{ string.byte('xyz', 1, 3) } }
    for i = 1, 3 do out[#out + 1] = tostring((select(i, none()))) end
    return table.concat(out, ' ')`
  assert.is(runLua(source), '120 121 nil nil 3 1 nil 2')
})

test('a list is filled, and what is put into it stays alive while Lua collects', () => {
  const source = `
    local list, sum = {}, 0
    for round = 1, 5 do
      for i = 1, 3000 do list[i] = nil end
      for i = 1, 3000 do list[i] = { { {} }, i } end
      for i = 1, #list do sum = sum + list[i][2] end
    end
    local guarded = setmetatable({ 1, nil, 3 }, { __newindex = function(t, k) rawset(t, k, 'guarded') end })
    guarded[2] = 'plain'
    return sum .. guarded[2]`
  assert.is(runLua(source), `${(5 * 3000 * 3001) / 2}guarded`)
})

test('whole numbers are written digit by digit', () => {
  const numbers = [0n, 1n, -1n, 9n, 10n, -10n, 99n, 4294967295n, 4294967296n, -4294967297n, 2n ** 63n - 1n, -(2n ** 63n)]
  const literals = numbers.map((n) => (n === -(2n ** 63n) ? 'math.mininteger' : String(n)))
  const source = `local t = {} for _, n in ipairs({ ${literals.join(', ')} }) do t[#t + 1] = n .. '' t[#t + 1] = tostring(n) end return table.concat(t, ' ')`
  assert.is(runLua(source), numbers.map((n) => `${n} ${n}`).join(' '))
})

test('an error of the interpreter itself knows its line', () => {
  for (const expression of ['1 % zero', '1 // zero', 'zero % 0', 'zero // 0', 'nil + zero', 'zero < {}', 'zero & 1.5']) {
    const source = `local zero = 0\nlocal list = { 1 }\n\nreturn ${expression}`
    assert.throws(
      () => runLua(source),
      (error: Error) => error.message.startsWith('main.lua:4: '),
      expression,
    )
  }
})

test('a value in a register survives a division by zero', () => {
  const source = `
    local zero, kept = 0, nil
    pcall(function()
      local function nothing() end
      nothing()
      local a, b, c = 'a', 'b', 'c'
      local guard <close> = setmetatable({}, { __close = function() kept = { a, b, c } end })
      return 1 % zero
    end)
    return kept`
  assert.equal(runLua(source), ['a', 'b', 'c'])
})

test('a runaway recursion overflows the Lua stack while there is memory, again and again', () => {
  const source = `
    local function runaway() return 1 + runaway() end
    local messages = {}
    for i = 1, 5 do messages[i] = select(2, pcall(runaway)) end
    local handled = select(2, xpcall(runaway, function(message) return 'handled ' .. #message end))
    local co = coroutine.create(runaway)
    return { messages, handled, select(2, coroutine.resume(co)) }`
  const [messages, handled, inner] = runLua(source, { memoryBytes: 12 * MiB }) as [string[], string, string]
  for (const message of [...messages, inner]) assert.match(message, /^main\.lua:2: stack overflow/)
  assert.match(handled, /^handled/)
})

test('an uncaught runaway recursion fails the process with its traceback', () => {
  const process = new LuaProcess('\nlocal function runaway() return 1 + runaway() end\nreturn runaway()')
  assert.is(process.run(), 'exit')
  assert.match(process.ended!.error!.message, /^main\.lua:2: stack overflow/)
  assert.match(process.ended!.error!.frame!, /main\.lua:2: in .*runaway/)
  process.close()
})

test.run()
