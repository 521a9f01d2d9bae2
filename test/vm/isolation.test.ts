// V5: what a process leaves behind cannot be seen by the next one in its memory. And what another process may send harms nobody.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAll } from '../../src/msgpack.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import type { Instance } from '../../src/vm/instance.ts'
import { LuaProcess, MiB, program } from './lua-process.ts'
import { randomFrom } from './random-program.ts'

const SECRET = 'correct horse battery staple'
const KEEPS = `
  local kept = {}
  for i = 1, 2000 do kept[i] = '${SECRET}' .. i end
  local co = coroutine.wrap(function(s) local t = { s:rep(50) } coroutine.yield(t) end)
  kept.co = co('${SECRET}')
  for _, text in ipairs(kept) do assert(text:find('^(%w+) (%w+)')) end`

/** A pool with one instance, and a look into it. */
const single = (): { readonly bodies: Bodies; readonly instance: () => Instance } => {
  const bodies = new Bodies({ hot: 1, keptBytes: 64 * MiB })
  return {
    bodies,
    instance: () => {
      const slot = bodies.pool.acquire({ leftAt: -1, evict: () => true })
      bodies.pool.release(slot)
      return slot.instance
    },
  }
}
const holds = (bytes: Uint8Array): boolean => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('battery')

const test = suite('isolation')

for (const [how, leave] of [
  ['ended', `${KEEPS} return 1`],
  ['was evicted', `${KEEPS} process.registry.lookup('wait') return kept`],
  ['was terminated while it was preempted', `${KEEPS} while true do end`],
  ['failed', `${KEEPS} error('${SECRET}')`],
  ['ran out of fuel', `${KEEPS} return ('%s'):format(setmetatable({}, { __tostring = function() while true do end end }))`],
  ['ran out of memory', `${KEEPS} while true do kept[#kept + 1] = { kept[1] .. #kept } end`],
] as const) {
  test(`nothing of a process that ${how} is left when the next one is loaded`, () => {
    const { bodies, instance } = single()
    const next = new LuaProcess('process.registry.lookup("wait")', { bodies })
    const process = new LuaProcess(leave, { bodies, memoryBytes: 8 * MiB, hardFuel: 2_000_000 })
    process.run(100_000, 100)
    process.body.evict()
    if (!how.includes('evicted')) process.close()
    assert.ok(holds(instance().bytes), 'the secret was there')
    assert.is(next.run(), 'wait')
    next.body.evict()
    assert.not.ok(holds(instance().bytes), 'the secret is still there')
    assert.not.ok(holds(next.body.image().bytes))
    for (const each of [process, next]) each.close()
  })
}

test('who leaves undoes what it changed: its memory is that of its entry, byte for byte, and the next process needs no other', () => {
  const { bodies, instance } = single()
  const code = program(`local secret = ... local kept = {} for i = 1, 500 do kept[i] = secret:rep(20) .. i end
    local function deep(n) return n == 0 and #kept or (('x'):gsub('.', function() return tostring(deep(n - 1)) end)) end
    local depth = deep(20)
    process.registry.lookup('wait') return secret .. depth`)
  const [first, second] = [SECRET, 'other'].map((secret) => new LuaProcess(code, { bodies, args: [secret] })) as [LuaProcess, LuaProcess]
  first.run()
  const { memoryBytes } = first.body
  first.body.evict()
  const { bytes } = instance()
  const flat = first.body.image().base!.flatten()
  assert.is(bytes.length, memoryBytes, 'all of it was in use')
  assert.ok(Buffer.from(bytes.buffer, 0, flat.length).equals(flat))
  assert.ok(bytes.subarray(flat.length).every((byte) => byte === 0))
  assert.is(second.run(), 'wait')
  second.body.evict()
  assert.is(first.reply(1).result(), `${SECRET}500`)
  assert.is(second.reply(1).result(), 'other500')
})

test('an evicted process has its secret again, and its neighbour never had it', () => {
  const { bodies } = single()
  const keeper = new LuaProcess(`local secret = ... process.registry.lookup('wait') return secret`, { bodies, args: [SECRET] })
  const others = Array.from({ length: 5 }, (_, i) => new LuaProcess(`process.registry.lookup('wait') return ${i}`, { bodies }))
  keeper.run()
  for (const other of others) {
    other.run()
    assert.not.ok(holds(other.body.image().bytes))
  }
  assert.is(keeper.reply(1).result(), SECRET)
  for (const [i, other] of others.entries()) assert.is(other.reply(1).result(), i)
})

// A receiver that looks at everything it gets, eagerly (listen) and on demand (inbox), and counts.
const RECEIVER = `
  local inbox, listened, events = process.inbox(), process.listen('eager'), process.events()
  local function walk(value, depth)
    if errors.is(value, 'NotFound') or type(value) == 'userdata' then return #tostring(value) + #tostring(value:kind()) + #tostring(value:details()) end
    if type(value) ~= 'table' then return #tostring(value) end
    local size = 0
    for k, v in pairs(value) do size = size + walk(k, depth + 1) + walk(v, depth + 1) end
    return size
  end
  local heard = 0
  while true do
    local got = channel.select{ listened:case_receive(), inbox:case_receive(), events:case_receive() }
    heard = heard + 1
    if got.channel == inbox then
      if got.value:topic() == 'stop' then return heard end
      local payload = got.value:payload()
      if type(payload) == 'table' then for i = 1, #payload do walk(payload[i]:data(), 0) end
      elseif payload then walk(payload:data(), 0) end
    elseif got.channel == events then
      walk(got.value.result.value, 0) walk(got.value.result.error, 0)
    else
      walk(got.value, 0)
    end
  end`

const samples: readonly (readonly unknown[])[] = [
  [],
  [1, -1, 1.5, 2 ** 40, true, null, 'text', new Uint8Array([0, 255])],
  [
    { a: 1, b: [1, 2, { c: null }] },
    [[[[1]]]],
    new Map<unknown, unknown>([
      [1, 'x'],
      [true, 2],
      ['k', []],
    ]),
  ],
  ['x'.repeat(300), 'x'.repeat(70_000), Array.from({ length: 20 }, (_, i) => i)],
]

/** Bytes as a process could forge them: noise, and messages with a few bytes changed, cut or repeated. */
const forge = (random: () => number): Uint8Array => {
  const byte = (): number => Math.floor(random() * 256)
  if (random() < 0.3) return Uint8Array.from({ length: Math.floor(random() * 200) }, byte)
  const bytes = encodeAll(samples[Math.floor(random() * samples.length)]!).slice()
  for (let i = 0; i < 1 + random() * 4; i++)
    bytes[Math.floor(random() * bytes.length)] = random() < 0.5 ? byte() : 0x90 + Math.floor(random() * 0x50)
  return random() < 0.3 ? bytes.slice(0, Math.floor(random() * bytes.length)) : bytes
}

test('forged messages and events harm nobody: the receiver hears every one', () => {
  const random = randomFrom(20261122)
  const process = new LuaProcess(RECEIVER, { hardFuel: 1_000_000 })
  process.run()
  const MESSAGES = 4000
  for (let i = 0; i < MESSAGES; i++) {
    const bytes = forge(random)
    if (i % 5 === 0) process.event('pid.exit', '{app:processes|0x00003}', bytes)
    else process.post(i % 2 === 0 ? 'eager' : 'lazy', bytes)
    if (i % 16 === 15) assert.is(process.run(), 'wait', `after message ${i}: ${Buffer.from(bytes).toString('hex').slice(0, 200)}`)
  }
  process.post('stop', [])
  assert.is(process.result(), MESSAGES + 1)
  process.close()
})

test('a message that claims more than it holds costs its receiver next to nothing', () => {
  const claims = (head: readonly number[], times: number): Uint8Array =>
    Uint8Array.from([0x91, ...Array.from({ length: times }, () => head).flat(), ...Array(60_000).fill(0xc0)])
  for (const [head, times] of [
    [[0xdc, 0xe0, 0x00], 126],
    [[0xdd, 0x00, 0x00, 0xe0, 0x00], 126],
    [[0xde, 0x70, 0x00, 0x01], 126],
    [[0xdf, 0x00, 0x00, 0x70, 0x00, 0x01], 126],
    [[0xdd, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xdb, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xc9, 0xff, 0xff, 0xff, 0xff, 0x01], 1],
  ] as const) {
    const process = new LuaProcess(RECEIVER)
    process.run()
    const before = process.spent
    assert.is(process.post('eager', claims(head, times)).run(), 'wait')
    assert.ok(process.spent - before < 1_500_000, `${process.spent - before} units`)
    assert.ok(process.body.memoryBytes < 6 * MiB, `${process.body.memoryBytes} bytes`)
    assert.is(process.post('stop', []).result(), 2)
    process.close()
  }
})

test('an Error that is none is no error: its receiver may ask it anything', () => {
  const values = [
    [1, 2],
    ['NotFound'],
    ['NotFound', {}],
    ['NotFound', 'm', true, 'details', [], 'stack'],
    ['NotFound', 'm', null, {}, [1, 2], 'stack'],
    ['NotFound', 'm', null, {}, [['x']], 7],
    { a: 1 },
    7,
  ]
  for (const fields of values) {
    const body = encodeAll([fields]).subarray(1)
    const process = new LuaProcess(RECEIVER)
    process.run()
    assert.is(process.post('eager', Uint8Array.from([0x91, 0xc7, body.length, 1, ...body])).run(), 'wait')
    assert.is(process.post('stop', []).result(), 2, JSON.stringify(fields))
    process.close()
  }
})

test.run()
