// What is large is put away and brought back part by part: the same image, nobody moved for long at a time, and whoever is stopped on the
// way leaves nothing behind.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Bodies } from '../../src/vm/bodies.ts'
import { WINDOW } from '../../src/vm/shelf.ts'
import { LuaProcess, MiB, program } from './lua-process.ts'

const SECRET = 'correct horse battery staple'
const LARGE = program(`
  local size, text = ...
  local kept, inbox, heard = {}, process.inbox(), 0
  for i = 1, size do kept[i] = (text .. i):rep(100) end
  while true do
    if inbox:receive():topic() == 'stop' then return { heard, #kept, kept[1]:sub(1, #text + 1), kept[#kept]:sub(1, #text) } end
    heard = heard + 1
    kept[heard] = text .. heard .. ' changed'
  end`)
const SMALL = program(`local inbox, heard = process.inbox(), 0
  while inbox:receive():topic() ~= 'stop' do heard = heard + 1 end
  return heard`)
const SIZE = 2000 // texts; about 6 MiB

const poolOf = (hot: number): Bodies => new Bodies({ hot, keptBytes: 2 * MiB })
const large = (bodies: Bodies, text = SECRET): LuaProcess => {
  const process = new LuaProcess(LARGE, { bodies, args: [SIZE, text] })
  assert.is(process.run(), 'wait')
  return process
}
const small = (bodies: Bodies): LuaProcess => {
  const process = new LuaProcess(SMALL, { bodies })
  process.run()
  return process
}
/** How many calls it takes until one says that all is done. */
const calls = (act: () => boolean): number => {
  for (let count = 1; count < 1000; count++) if (act()) return count
  throw new Error('it is never done')
}
const stopped = (process: LuaProcess): unknown => process.post('stop', []).result()

const test = suite('parts')

test('what is put away in parts is what is there: the same image, in the same bytes', () => {
  const process = large(poolOf(2))
  const { pages, runs } = process.body.image()
  const count = calls(() => process.body.evict())
  const image = process.body.image()
  assert.ok(count > 4, `${count} parts`)
  assert.is(image.parts.length, count)
  assert.ok(image.parts.every(({ length }) => length <= WINDOW + WINDOW / 8))
  assert.is(image.pages, pages)
  assert.ok(Buffer.from(image.runs).equals(runs))
})

test('it comes back part by part, and is itself', () => {
  const process = large(poolOf(2))
  const before = process.body.image()
  while (!process.body.evict());
  assert.ok(calls(() => process.body.warm()) > 4)
  assert.is(process.body.warm(), true)
  assert.ok(Buffer.from(process.body.image().runs).equals(before.runs))
  process.post('m', []).run()
  assert.equal(stopped(process), [1, SIZE, `${SECRET}1`, SECRET])
})

test('a state from elsewhere comes in parts, too', () => {
  const there = large(poolOf(2))
  const here = new LuaProcess(LARGE, { bodies: poolOf(2) })
  here.body.restore(there.body.image())
  here.inbox.clear()
  assert.ok(calls(() => here.body.warm()) > 4)
  assert.equal(stopped(here), [0, SIZE, `${SECRET}1`, SECRET])
})

test('who gets a message while it is put away stays, with what the message changed', () => {
  const process = large(poolOf(2))
  assert.not.ok(process.body.evict())
  process.post('m', []).run()
  assert.ok(process.body.hot)
  assert.ok(calls(() => process.body.evict()) > 4, 'it begins anew')
  process.post('m', []).run()
  assert.equal(stopped(process), [2, SIZE, `${SECRET}1`, SECRET])
})

test('a step does not need it: what is missing is done at once', () => {
  const process = large(poolOf(2))
  while (!process.body.evict());
  assert.not.ok(process.body.warm())
  process.post('m', []).run()
  assert.equal(stopped(process), [1, SIZE, `${SECRET}1`, SECRET])
})

test('who can wait takes a part of a large one each time it asks', () => {
  const bodies = poolOf(1)
  bodies.make(SMALL, { memoryBytes: MiB, hardFuel: 1 }) // its image is there
  const [process, other] = [large(bodies), new LuaProcess(SMALL, { bodies })]
  assert.ok(calls(() => other.body.warm()) > 4)
  assert.equal([process.body.hot, other.body.hot, bodies.pool.alive], [false, true, 1])
  other.run()
  assert.ok(calls(() => process.body.warm()) > 4)
  assert.equal(stopped(process), [0, SIZE, `${SECRET}1`, SECRET])
})

test('one at a time comes in parts, those that are small pass it', () => {
  const bodies = poolOf(4)
  const [first, second] = [large(bodies), large(bodies)]
  const little = small(bodies)
  for (const { body } of [first, second, little]) while (!body.evict());
  assert.not.ok(first.body.warm())
  assert.not.ok(second.body.warm())
  assert.ok(little.body.warm())
  assert.is(bodies.pool.alive, 2)
  while (!first.body.warm()) assert.not.ok(second.body.warm())
  assert.ok(calls(() => second.body.warm()) > 4)
  for (const process of [first, second]) assert.equal(stopped(process), [0, SIZE, `${SECRET}1`, SECRET])
})

test('who is on its way in keeps its instance before those that can wait, not before one that cannot, and comes after all', () => {
  const bodies = poolOf(1)
  const [process, other] = [large(bodies), small(bodies)]
  while (!other.body.evict());
  while (!process.body.evict());
  assert.not.ok(process.body.warm())
  assert.not.ok(other.body.warm())
  assert.is(other.post('m', []).run(), 'wait')
  assert.is(bodies.pool.alive, 1)
  assert.ok(calls(() => process.body.warm()) > 4)
  assert.equal(stopped(process), [0, SIZE, `${SECRET}1`, SECRET])
  assert.is(stopped(other), 1)
})

test('who is small does not wait: a large one gives a part each time, and another small one leaves', () => {
  const bodies = poolOf(2)
  const [first, second, third] = [small(bodies), small(bodies), small(bodies)]
  const process = large(bodies)
  let asked = 0
  while (process.body.hot) {
    const cold = [first, second, third].find(({ body }) => !body.hot)!
    assert.ok(cold.body.warm())
    cold.post('m', []).run()
    assert.ok(++asked < 100)
  }
  assert.ok(asked > 4, `${asked} times`)
  assert.equal(stopped(process), [0, SIZE, `${SECRET}1`, SECRET])
})

test('for who cannot wait one leaves that leaves at once, though it ran later', () => {
  const bodies = poolOf(2)
  const [process, little, other] = [large(bodies), small(bodies), small(bodies)]
  assert.equal(
    [process, little, other].map(({ body }) => body.hot),
    [true, false, true],
  )
})

for (const [way, stop] of [
  ['in', (process: LuaProcess): boolean => process.body.warm()],
  ['out', (process: LuaProcess): boolean => process.body.evict()],
] as const) {
  test(`nothing of a process that ends on its way ${way} is seen by the next one in its memory`, () => {
    const bodies = new Bodies({ hot: 1, keptBytes: way === 'in' ? 64 * MiB : 2 * MiB }) // the instance is used again
    const process = large(bodies)
    if (way === 'in') while (!process.body.evict());
    assert.not.ok(stop(process))
    process.close()
    const next = new LuaProcess(SMALL, { bodies })
    next.run()
    assert.not.ok(Buffer.from(next.body.image().runs).includes('battery'))
    assert.is(bodies.pool.alive, 1)
    assert.is(stopped(next), 0)
  })
}

/** Instances that are made while something is done. */
const made = (act: () => void): number => {
  const { Instance } = WebAssembly
  let count = 0
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports)
      count++
    }
  }
  try {
    act()
  } finally {
    WebAssembly.Instance = Instance
  }
  return count / 2 // each comes with one that moves what is in it
}
const BOMB = program(`local secret, kept = ..., {} while true do kept[#kept + 1] = secret:rep(1000) .. #kept end`)
const bomb = (bodies: Bodies, memoryBytes: number): LuaProcess => {
  const process = new LuaProcess(BOMB, { bodies, args: [SECRET], memoryBytes })
  assert.is(process.run(), 'fault')
  return process
}

test('memories of large ones that ended are emptied part by part and used again, and hold nothing', () => {
  const bodies = poolOf(8)
  bodies.make(SMALL, { memoryBytes: MiB, hardFuel: 1 }) // its image is there
  const count = made(() => {
    for (let i = 0; i < 10; i++) {
      const { body } = bomb(bodies, 12 * MiB)
      assert.ok(calls(() => body.scrub()) > 8)
      body.close()
    }
  })
  assert.equal([count, bodies.pool.alive], [0, 1]) // the one the images were made in
  const slot = bodies.pool.acquire({ leftAt: -1, evict: () => true })
  assert.is(slot.instance.bytes.length, 12 * MiB)
  assert.not.ok(Buffer.from(slot.instance.exports.memory.buffer).includes('battery'))
  bodies.pool.release(slot)
  const next = small(bodies)
  assert.not.ok(Buffer.from(next.body.image().runs).includes('battery'))
  assert.is(stopped(next), 0)
})

test('one that ends on its way in is emptied from its first part on', () => {
  const bodies = poolOf(2)
  const process = large(bodies)
  while (!process.body.evict());
  for (let i = 0; i < 4; i++) assert.not.ok(process.body.warm())
  assert.ok(calls(() => process.body.scrub()) > 4)
  process.close()
  const slot = bodies.pool.acquire({ leftAt: -1, evict: () => true })
  if (slot.instance.bytes.length < 2 * MiB) throw new Error('not the one it had')
  assert.not.ok(Buffer.from(slot.instance.exports.memory.buffer).includes('battery'))
})

test('no more of them are kept than a bound allows, and one that is needed meanwhile is taken', () => {
  const bodies = poolOf(8)
  const bombs = Array.from({ length: 6 }, () => bomb(bodies, 16 * MiB))
  assert.equal(
    bombs.map(({ body }) => calls(() => body.scrub()) > 1),
    [true, true, true, true, false, false],
  )
  for (const { body } of bombs) body.close()
  assert.is(bodies.pool.alive, 4)
  const single = poolOf(1)
  bodies.make(SMALL, { memoryBytes: MiB, hardFuel: 1 })
  const last = bomb(single, 12 * MiB)
  assert.not.ok(last.body.scrub())
  const next = small(single)
  assert.ok(last.body.scrub())
  last.body.close()
  assert.is(single.pool.alive, 1)
  assert.not.ok(Buffer.from(next.body.image().runs).includes('battery'))
  assert.is(stopped(next), 0)
})

test('what the machine has no memory for ends with its step, and another takes its way', () => {
  const bodies = poolOf(2)
  const [process, other] = [large(bodies), large(bodies)]
  for (const { body } of [process, other]) while (!body.evict());
  const { grow } = WebAssembly.Memory.prototype
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError('Unable to grow instance memory')
  }
  try {
    assert.ok(process.body.warm())
    assert.is(process.post('m', []).run(), 'fault')
  } finally {
    WebAssembly.Memory.prototype.grow = grow
  }
  assert.equal([process.body.fault?.reason, process.body.fault?.message], ['memory', 'the machine has no memory for it'])
  process.close()
  assert.ok(calls(() => other.body.warm()) > 4)
  assert.equal(stopped(other), [0, SIZE, `${SECRET}1`, SECRET])
})

test.run()
