// V2 and V3: the memory between two steps is the whole process, and the same image and inbox give the same step, bit for bit.

import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess, type Options, program } from './lua-process.ts'

/** Everything that a process can do between two waits, and everything it can wait for. */
const PROGRAM = program(
  `
  local log = {}
  local function note(...) log[#log + 1] = table.concat({ ... }, ' ') end
  local inbox, work, results = process.inbox(), channel.new(), channel.new(2)

  for worker = 1, 3 do
    coroutine.spawn(function()
      while true do
        local job, ok = work:receive()
        if not ok then return results:send('worker ' .. worker .. ' done') end
        local text = ('%d:%s'):format(job, ('x'):rep(job % 7))
        local reversed = text:gsub('%w', function(c) return c:upper() .. c end):reverse()
        results:send(reversed)
      end
    end)
  end

  local generator = coroutine.wrap(function()
    for i = 1, 1e9 do
      coroutine.yield(i, coroutine.wrap(function() coroutine.yield(i * i) end)())
    end
  end)

  coroutine.spawn(function()
    for i = 1, 5 do
      local answer, err = process.registry.lookup('name ' .. i)
      note('lookup', i, tostring(answer), tostring(err))
    end
  end)

  local numbers = {}
  local stop = process.listen('stop')
  while true do
    local got = channel.select{ inbox:case_receive(), results:case_receive(), stop:case_receive() }
    if got.channel == stop then break end
    if got.channel == results then
      note('result', got.value)
    else
      local data = got.value:payload():data()
      local i, square = generator()
      note('message', got.value:topic(), data.n, i, square, math.random(1000), os.clock() > 0 and 'later' or 'at once')
      numbers[#numbers + 1] = { data.n, math.random() }
      table.sort(numbers, function(a, b) return a[2] < b[2] end)
      local ok, err = pcall(function() if data.n % 3 == 0 then error(errors.new{ message = 'three', kind = errors.INVALID }) end return data.n end)
      note('tried', tostring(ok), tostring(err))
      coroutine.spawn(function() work:send(data.n) end)
      process.send('{app:processes|0x00002}', 'echo', { n = data.n, list = numbers })
      for turn = 1, 200 do data['k' .. turn % 10] = turn end
      for key, value in pairs(data) do note(key, value) end
    end
  end
  work:close()
  for i = 1, 3 do note(results:receive()) end
  return log`,
)

type Trace = { readonly output: string; readonly fuel: readonly number[]; readonly memory: readonly string[]; readonly value: unknown }

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Runs the program against a fixed world. `between` is called between any two steps. */
const trace = (fuel: number, between: (process: LuaProcess) => LuaProcess = (same) => same, options: Options = {}): Trace => {
  let process = new LuaProcess(PROGRAM, options)
  const output = createHash('sha256')
  const fuels: number[] = []
  const memory: string[] = []
  let answered = 0
  let sent = 0
  for (let round = 0; process.ended === null; round++) {
    let verdict: string
    do {
      process = between(process)
      process.nowMs += 5
      verdict = process.step(fuel)
      const { outbox } = process.body
      output.update(outbox.bytes.subarray(outbox.start, outbox.end))
      fuels.push(process.body.spent)
      memory.push(sha256(process.body.image().bytes))
    } while (verdict === 'again')
    assert.ok(verdict === 'wait' || verdict === 'exit', verdict)
    if (answered < process.asks.length) process.reply(process.asks[answered++]!.tag, [`answer ${round}`])
    while (sent < process.sends.length) {
      const { tag } = process.sends[sent++]!
      if (tag !== 0) process.reply(tag)
    }
    if (round < 12) process.post('number', [{ n: round, text: 'x'.repeat(round * 10) }], undefined, round % 2 === 0 ? 100 : 0)
    if (round === 30) process.post('stop', [])
    assert.ok(round < 100, 'it does not stop')
  }
  const { value } = process.ended
  process.close()
  return { output: output.digest('hex'), fuel: fuels, memory, value }
}

const same = (a: Trace, b: Trace): void => {
  assert.equal(a.value, b.value)
  const differs = (one: readonly unknown[], other: readonly unknown[]): number => one.findIndex((item, i) => item !== other[i])
  assert.is(differs(a.fuel, b.fuel), -1, 'step whose fuel differs')
  assert.is(differs(a.memory, b.memory), -1, 'step after which the memory differs')
  assert.is(a.fuel.length, b.fuel.length)
  assert.is(a.output, b.output)
}

const test = suite('determinism')

test('twice the same world: the same outputs, the same fuel, the same memory after every step', () => {
  for (const fuel of [100_000, 1000, 300]) same(trace(fuel), trace(fuel))
})

test('in an instance that another process left dirty, and in a fresh one: the same', () => {
  const dirty = new Bodies({ hot: 1, keptBytes: 1 << 30 })
  const other = new LuaProcess(`local t = {} for i = 1, 20000 do t[i] = { 'dirt' .. i } end while true do end`, { bodies: dirty })
  other.run(100_000, 20)
  other.close()
  const bomb = new LuaProcess(`return ('%s'):format(setmetatable({}, { __tostring = function() while true do end end }))`, {
    bodies: dirty,
    hardFuel: 50_000,
  })
  assert.is(bomb.run(), 'fault')
  bomb.close()
  same(trace(1000), trace(1000, undefined, { bodies: dirty }))
})

test('evicted after every step: the same', () => {
  const evicted = (process: LuaProcess): LuaProcess => {
    process.body.evict()
    return process
  }
  for (const fuel of [100_000, 1000]) same(trace(fuel), trace(fuel, evicted))
})

test('moved to another body, pool and instance by its image after every step: the same', () => {
  const moved = (process: LuaProcess): LuaProcess => process.moveTo(new Bodies({ hot: 1, keptBytes: 1 << 20 }))
  for (const fuel of [100_000, 1000]) same(trace(fuel), trace(fuel, moved))
})

test('the sizes of the slices change nothing but the steps', () => {
  const whole = trace(10_000_000).value
  for (const fuel of [300, 411, 1000, 2503, 10_000]) assert.equal(trace(fuel).value, whole, `slices of ${fuel}`)
})

test('the seed decides about random numbers, and nothing else does', () => {
  const draw = (seed: number): unknown => {
    const process = new LuaProcess('return { math.random(1 << 40), math.random(1 << 40) }', { seed })
    try {
      return process.result()
    } finally {
      process.close()
    }
  }
  assert.equal(draw(7), draw(7))
  assert.not.equal(draw(7), draw(8))
})

test('time within a step is the time of its start and the fuel spent since', () => {
  const source = `
    local a = os.clock()
    for i = 1, 10000 do end
    local b = os.clock()
    process.registry.lookup('wait')
    return { b - a, os.clock() - b }`
  const process = new LuaProcess(source)
  assert.is(process.run(), 'wait')
  process.nowMs += 3_600_000
  process.reply(process.asks[0]!.tag)
  const [worked, waited] = process.result() as [number, number]
  assert.ok(worked >= 10_000 * 4e-9 && worked < 20_000 * 4e-9, `${worked} s`)
  assert.ok(waited < 20_000 * 4e-9, 'waiting is no work')
  process.close()
})

test('the time of a process goes on and never back, however the clock of the host stands when its next step begins', () => {
  const clock = new LuaProcess(
    program(
      `local time = require('time')
       local before, backward = time.now(), 0
       for i = 1, 20000 do
         local now = time.now()
         if now:before(before) then backward = backward + 1 end
         before = now
       end
       return backward`,
      ['time'],
    ),
  )
  clock.run(5_000) // many steps, and none of them begins later than the first
  assert.ok(clock.steps > 10)
  assert.is(clock.ended?.value, 0)
})

test.run()
