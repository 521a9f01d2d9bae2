// A process may own every byte of its memory. Here the host plays that process: it overwrites the control block, the frames in the outbox
// and anything else between two steps. The process may end however it likes; its node, its neighbours and the next process live on.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Body, Verdict } from '../../src/kernel/body.ts'
import type { Frames } from '../../src/kernel/frame.ts'
import { defaultLimits, Host } from '../../src/kernel/host.ts'
import { Scheduler } from '../../src/kernel/scheduler.ts'
import { decodeAll, encode, encodeAll } from '../../src/msgpack.ts'
import { Verdict as Answer, CONTROL, PARDON } from '../../src/vm/abi.ts'
import { Bodies } from '../../src/vm/bodies.ts'
import type { Instance } from '../../src/vm/instance.ts'
import { AroundBody } from '../support/around-body.ts'
import { LuaProcess, MiB, program, runLua } from './lua-process.ts'
import { randomFrom } from './random-program.ts'

const CONTROL_WORDS = 48
const NASTY = [0, 1, 2, 3, -1, -16, 0x7fffffff, -0x80000000, 0xffff, 0x10000, CONTROL, CONTROL + 1, 8 * 65536 - 4, 8 * 65536, 0x40000000]

/** A worker that waits, works, sends, asks, yields and grows in every step. */
const WORKER = program(`
  local inbox, kept = process.inbox(), {}
  local co = coroutine.wrap(function() for i = 1, 1e9 do coroutine.yield(('x'):rep(i % 50)) end end)
  coroutine.spawn(function() while true do process.registry.lookup('n') end end)
  while true do
    local message = inbox:receive()
    kept[#kept % 100 + 1] = { co(), message:payload():data() }
    process.send('{app:processes|0x00009}', 'echo', kept[#kept])
    table.sort(kept, function(a, b) return #a[1] < #b[1] end)
  end`)

/** Bodies whose newest instance can be looked into. */
class OpenBodies extends Bodies {
  newest: Instance | null = null
  constructor() {
    super({ hot: 2, keptBytes: 8 * MiB })
    const acquire = this.pool.acquire.bind(this.pool)
    this.pool.acquire = (tenant) => {
      const slot = acquire(tenant)
      this.newest = slot.instance
      return slot
    }
  }
}

/** Brings a worker to its second step, lets `corrupt` at its memory, and goes on with it. Fails when anything but the process is harmed. */
const attack = (what: string, corrupt: (instance: Instance) => void): void => {
  const bodies = new OpenBodies()
  const process = new LuaProcess(WORKER, { bodies, hardFuel: 300_000, memoryBytes: 8 * MiB })
  assert.is(process.run(), 'wait')
  const instance = bodies.newest!
  corrupt(instance)
  const { body } = process
  try {
    let verdict: Verdict = 'wait'
    for (let i = 0; i < 4 && (verdict === 'wait' || verdict === 'again'); i++) {
      process.inbox.clear()
      process.post('m', [i, 'x'.repeat(i * 10_000)])
      verdict = body.step(process.inbox, 20_000, 1000)
      assert.ok(['wait', 'again', 'exit', 'fault'].includes(verdict))
      assert.is(verdict === 'fault', body.fault !== null)
      assert.ok(body.spent <= 20_000 + 300_000 + 100_000 + PARDON, `spent ${body.spent}`)
      if (verdict !== 'fault') body.image()
    }
    body.evict()
    body.close()
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).stack}`)
  }
  assert.is(runLua('return 6 * 7', { bodies }), 42, `after ${what}`)
}

const test = suite('hostile memory')

test('every word of the control block may say anything', () => {
  for (let word = 0; word < CONTROL_WORDS; word++) {
    for (const value of NASTY) {
      attack(`word ${word} = ${value}`, ({ words }) => {
        words[(CONTROL >> 2) + word] = value
      })
    }
  }
})

test('the control block may be noise', () => {
  const random = randomFrom(7)
  for (let i = 0; i < 100; i++) {
    attack(`noise ${i}`, ({ words }) => {
      for (let word = 0; word < CONTROL_WORDS; word++) if (random() < 0.3) words[(CONTROL >> 2) + word] = Math.floor(random() * 2 ** 32)
    })
  }
})

test('any bytes of the heap and of the static data may change', () => {
  const random = randomFrom(11)
  for (let i = 0; i < 300; i++) {
    attack(`damage ${i}`, ({ bytes }) => {
      const [from, to] = random() < 0.3 ? [1024, 35_000] : [CONTROL + 192, 8 * 65536]
      for (let n = 0; n < 1 + random() * 200; n++) bytes[from + Math.floor(random() * (to - from))] = Math.floor(random() * 256)
    })
  }
})

test('the memory may grow while it says what broke it', () => {
  for (const says of [
    () => 4096,
    () => {
      throw new WebAssembly.RuntimeError('unreachable')
    },
  ]) {
    attack('complaint', (instance) => {
      const { exports } = instance
      const { step } = instance
      const complaint = (): number => {
        Object.assign(instance, { step, exports })
        exports.memory.grow(1)
        new Uint8Array(exports.memory.buffer).fill(0xff, CONTROL)
        return says()
      }
      Object.assign(instance, { step: () => Answer.broken, exports: { ...exports, complaint } })
    })
  }
})

/** A body that lies: after each step its outbox is what `lie` makes of it. */
class Liar extends AroundBody {
  readonly #lie: (outbox: Frames) => void
  constructor(body: Body, lie: (outbox: Frames) => void) {
    super(body)
    this.#lie = lie
  }
  override step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    const verdict = super.step(inbox, fuel, nowMs)
    this.#lie(this.outbox)
    return verdict
  }
}

const ECHO = program(`
  local inbox = process.inbox()
  local heard = 0
  while true do
    local message = inbox:receive()
    if message:topic() == 'stop' then return heard end
    heard = heard + 1
    process.send(message:from(), 'answer', heard)
  end`)

test('frames in the outbox may be anything: a node with liars goes on', () => {
  const random = randomFrom(13)
  const bodies = new Bodies({ hot: 8, keptBytes: 2 * MiB })
  const limits = { memoryBytes: defaultLimits.memoryBytes, hardFuel: 1_000_000 }
  const scheduler = new Scheduler({ encodeError: encode, door: () => {} })
  const host = new Host('app:processes')
  const spawn = (body: Body) => scheduler.spawn({ host, body, entry: 'app:x', startedAt: 0 })
  const honest = spawn(bodies.make(ECHO, limits))
  let heard: unknown = null
  scheduler.onExit(honest.pid, ({ payload }) => {
    heard = decodeAll(payload)[0]
  })
  const lies: readonly ((outbox: Frames) => void)[] = [
    ({ bytes, start, end }) => {
      for (let at = start; at < end; at++) if (random() < 0.1) bytes[at] = Math.floor(random() * 256)
    },
    ({ view, start, end }) => {
      if (end > start) view.setUint32(start, [0xffffffff, 0x7fffffff, end - start, 0x10000][Math.floor(random() * 4)]!, true)
    },
    ({ view, start, end }) => {
      if (end > start) view.setUint16(start + (random() < 0.5 ? 6 : 12), Math.floor(random() * 0x10000), true)
    },
    ({ bytes, start, end }) => {
      if (end > start) bytes[start + 4] = Math.floor(random() * 256)
    },
    (outbox) => {
      outbox.end = [outbox.start - 4, outbox.bytes.length + 4, -1, Number.MAX_SAFE_INTEGER, outbox.start + 1][Math.floor(random() * 5)]!
    },
    (outbox) => {
      outbox.start = [-4, outbox.end + 4, outbox.bytes.length, 1][Math.floor(random() * 4)]!
    },
  ]
  let messages = 0
  for (let i = 0; i < 300; i++) {
    const liar = spawn(new Liar(bodies.make(WORKER, limits), lies[i % lies.length]!))
    for (let turn = 0; turn < 3; turn++) {
      if (scheduler.processes.find(liar.pid) !== null) scheduler.delivery.message('', liar.pid, 'm', encodeAll([turn]))
      scheduler.turn(0)
    }
    scheduler.delivery.message('', honest.pid, 'tick', encodeAll([i]))
    messages++
    while (scheduler.turn(0));
    if (scheduler.processes.find(liar.pid) !== null) scheduler.terminate(liar.pid)
  }
  scheduler.delivery.message('', honest.pid, 'stop', encodeAll([]))
  while (scheduler.turn(0));
  assert.ok(typeof heard === 'number' && heard >= messages, `heard ${heard} of ${messages}`)
})

test.run()
