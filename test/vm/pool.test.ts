// Few instances for many processes: eviction and return change nothing, grown memories go, and bombs leave nothing behind.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PAGE } from '../../src/vm/abi.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import { LuaProcess, MiB, program } from './lua-process.ts'
import { explode } from './soak.ts'

const COUNTER = program(`
  local inbox, counts = process.inbox(), {}
  while true do
    local topic = inbox:receive():topic()
    if topic == 'stop' then return counts end
    counts[topic] = (counts[topic] or 0) + 1
  end`)

const test = suite('pool')

test('two hundred processes over eight instances keep their counts', () => {
  const bodies = new Bodies({ hot: 8, keptBytes: 2 * MiB })
  const processes = Array.from({ length: 200 }, () => new LuaProcess(COUNTER, { bodies }))
  for (const process of processes) assert.is(process.run(), 'wait')
  for (let round = 0; round < 5; round++) {
    processes.forEach((process, i) => {
      for (let n = 0; n <= i % 3; n++) process.post(`topic ${(i + round) % 7}`, [])
      assert.is(process.run(), 'wait')
      assert.ok(bodies.pool.alive <= 8)
    })
  }
  processes.forEach((process, i) => {
    const expected: Record<string, number> = {}
    for (let round = 0; round < 5; round++) expected[`topic ${(i + round) % 7}`] = (i % 3) + 1
    assert.equal(Object.assign({}, process.post('stop', []).result()), expected)
    process.close()
  })
  assert.is(bodies.pool.alive, 8)
})

const hotOf = (processes: readonly LuaProcess[]): number => processes.filter(({ body }) => body.hot).length
/** So many processes over `hot` instances, each run once. */
const crowd = (count: number, bodies: Bodies): LuaProcess[] => {
  const processes = Array.from({ length: count }, () => new LuaProcess(COUNTER, { bodies }))
  for (const process of processes) process.run()
  return processes
}

test('those that run often stay hot while a crowd runs by', () => {
  const bodies = new Bodies({ hot: 16, keptBytes: 2 * MiB })
  const often = crowd(8, bodies)
  for (const process of often) process.post('t', []).run()
  const seldom = Array.from({ length: 100 }, () => new LuaProcess(COUNTER, { bodies }))
  for (let round = 0; round < 3; round++) {
    for (const [i, process] of seldom.entries()) {
      process.post('t', []).run()
      often[i % often.length]!.post('t', []).run()
      assert.is(hotOf(often), 8)
    }
  }
  assert.ok(bodies.pool.alive <= 16)
  for (const process of [...often, ...seldom]) process.close()
})

test('more processes in turn than there are instances: most of them find theirs as they left it', () => {
  const bodies = new Bodies({ hot: 16, keptBytes: 2 * MiB })
  const processes = crowd(20, bodies)
  let found = 0
  const ROUNDS = 10
  for (let round = 0; round < ROUNDS; round++) {
    for (const process of processes) {
      if (process.body.hot) found++
      process.post('t', []).run()
    }
  }
  assert.ok(found >= ROUNDS * 12, `${found} of ${ROUNDS * 20}`)
  for (const process of processes) process.close()
})

test('those that run now take the instances of those that ran long ago', () => {
  const bodies = new Bodies({ hot: 16, keptBytes: 2 * MiB })
  const before = crowd(16, bodies)
  for (let round = 0; round < 3; round++) for (const process of before) process.post('t', []).run()
  const now = crowd(12, bodies)
  for (let round = 0; round < 3; round++) for (const process of now) process.post('t', []).run()
  assert.is(hotOf(now), 12)
  for (const process of [...before, ...now]) process.close()
})

test('who ran longest ago leaves first', () => {
  const bodies = new Bodies({ hot: 2, keptBytes: 2 * MiB })
  const [a, b, c] = [1, 2, 3].map(() => new LuaProcess(COUNTER, { bodies })) as [LuaProcess, LuaProcess, LuaProcess]
  a.run()
  b.run()
  a.post('again', []).run()
  c.run()
  assert.equal(
    [a, b, c].map(({ body }) => body.hot),
    [true, false, true],
  )
  for (const process of [a, b, c]) process.close()
})

test('a process that waits costs a few kilobytes while it is cold, and none of the pool', () => {
  const bodies = new Bodies({ hot: 4, keptBytes: 2 * MiB })
  const process = new LuaProcess(COUNTER, { bodies })
  assert.is(process.body.coldBytes, 0, 'before its first step it is its entry')
  process.run()
  for (let i = 0; i < 10; i++) process.post('t', [i]).run()
  assert.is(process.body.coldBytes, null, 'it is hot')
  process.body.evict()
  assert.ok(process.body.coldBytes! < 16 * 1024, `${process.body.coldBytes} bytes`)
  process.close()
})

test('an instance whose memory grew is dropped, not kept', () => {
  const bodies = new Bodies({ hot: 4, keptBytes: 1 * MiB })
  const small = new LuaProcess('return 1', { bodies })
  const large = new LuaProcess(`local s = ('x'):rep(3 << 20) return #s`, { bodies })
  small.result()
  large.result()
  const alive = bodies.pool.alive
  small.close()
  assert.is(bodies.pool.alive, alive)
  large.close()
  assert.is(bodies.pool.alive, alive - 1)
})

test('a grown process is itself again in an instance of the size it needs', () => {
  const bodies = new Bodies({ hot: 1, keptBytes: 16 * MiB })
  const source = `
    local kept = ('x'):rep(3 << 20) .. 'end'
    process.registry.lookup('wait')
    return #kept .. kept:sub(-3)`
  const process = new LuaProcess(source, { bodies })
  process.run()
  const { memoryBytes } = process.body
  assert.ok(memoryBytes > 3 * MiB)
  process.body.evict()
  process.moveTo(new Bodies({ hot: 1, keptBytes: 1 * MiB }))
  assert.is(process.reply(1).result(), `${(3 << 20) + 3}end`)
  assert.is(process.body.memoryBytes % PAGE, 0)
  process.close()
})

test('a process in an instance that another one has grown has no more memory than its limit', () => {
  const bodies = new Bodies({ hot: 1, keptBytes: 64 * MiB })
  const greedy = new LuaProcess(`local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end`, { bodies, memoryBytes: 2 * MiB })
  const large = new LuaProcess(`local s = ('x'):rep(6 << 20) return #s`, { bodies })
  large.result()
  large.close()
  assert.is(greedy.run(), 'fault')
  assert.is(greedy.body.fault!.reason, 'memory')
  assert.ok(greedy.body.memoryBytes <= 2 * MiB)
  greedy.close()
})

test('two thousand bombs in a row leave the pool, and the memory of the node, about where they were', () => {
  explode(200)
  const { alive, grown } = explode(2000)
  assert.ok(alive <= 8, `${alive} instances`)
  assert.ok(grown.external < 64 * MiB, `${Math.round(grown.external / MiB)} MiB of memories`)
  assert.ok(grown.rss < 256 * MiB, `${Math.round(grown.rss / MiB)} MiB of everything`)
})

/** Does something while the machine gives memory for no more than so many instances. */
const withMemoryFor = (instances: number, act: () => void): void => {
  const { Instance } = WebAssembly
  let left = instances * 3 // each comes with two that move what is in it, and what is sent
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      if (left-- <= 0) throw new RangeError('Out of memory')
      super(module, imports)
    }
  }
  try {
    act()
  } finally {
    WebAssembly.Instance = Instance
  }
}

test('a machine that has no memory for more instances runs all processes in those there are', () => {
  const bodies = new Bodies({ hot: 64, keptBytes: 2 * MiB })
  withMemoryFor(5, () => {
    const processes = crowd(20, bodies)
    for (const topic of ['a', 'b', 'a']) for (const process of processes) assert.is(process.post(topic, []).run(), 'wait')
    assert.is(bodies.pool.alive, 5)
    for (const process of processes) assert.equal(Object.assign({}, process.post('stop', []).result()), { a: 2, b: 1 })
  })
})

test("a process that the machine has no memory for ends, and stands in nobody's way", () => {
  const bodies = new Bodies({ hot: 1, keptBytes: 2 * MiB })
  const large = new LuaProcess(program(`local kept = string.rep('x', 4 * 1024 * 1024) process.inbox():receive() return #kept`), { bodies })
  large.run()
  const others = crowd(4, bodies)
  const { grow } = WebAssembly.Memory.prototype
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError('Unable to grow instance memory')
  }
  try {
    assert.is(large.post('go', []).run(), 'fault')
  } finally {
    WebAssembly.Memory.prototype.grow = grow
  }
  assert.equal([large.body.fault?.reason, large.body.fault?.message], ['memory', 'the machine has no memory for it'])
  large.close()
  for (const process of others) assert.is(process.post('t', []).run(), 'wait')
  for (const process of others) assert.equal(Object.assign({}, process.post('stop', []).result()), { t: 1 })
})

test.run()
