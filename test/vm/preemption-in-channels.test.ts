// A process may be preempted between any two instructions of its own, but not within an operation on a channel: a message that arrives
// between "is it empty?" and "wait" would be slept through.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { defaultLimits, Host } from '../../src/kernel/host.ts'
import { Scheduler } from '../../src/kernel/scheduler.ts'
import { decodeAll, encode, encodeAll } from '../../src/msgpack.ts'
import { Bodies } from '../../src/vm/bodies.ts'

const test = suite('preemption in channels')
const bodies = new Bodies()
const limits = { memoryBytes: defaultLimits.memoryBytes, hardFuel: defaultLimits.hardFuel }
const MESSAGES = 300

const body = (code: string) =>
  bodies.make(
    { entry: 'app:x', method: 'main', chunk: { file: 'x.lua', code, imports: {} }, modules: [], implied: [], libraries: [] },
    limits,
  )

test('a process that computes is handed one batch, and what comes then fills its mailbox', () => {
  const scheduler = new Scheduler({ encodeError: encode, door: () => {} })
  const host = new Host('app:processes', { mailbox: { messages: 100, bytes: 1e6, policy: 'refuse' } })
  const code =
    'return function() local numbers, sum = process.listen("n"), 0 for _ = 1, 3e5 do end while true do sum = sum + numbers:receive() if sum == 200 then return sum end end end'
  const process = scheduler.spawn({ host, body: body(code), entry: 'app:x', startedAt: 0, args: encodeAll([]) })
  let sum: unknown = null
  scheduler.onExit(process.pid, ({ payload }) => {
    sum = decodeAll(payload)[0]
  })
  const send = (): boolean => {
    try {
      scheduler.delivery.message('', process.pid, 'n', encodeAll([1]))
      return true
    } catch {
      return false
    }
  }
  scheduler.turn(0)
  for (let taken = 0; taken < 100; taken++) assert.ok(send())
  scheduler.turn(0)
  for (let taken = 0; taken < 100; taken++) assert.ok(send())
  scheduler.turn(0)
  assert.not(send())
  while (scheduler.turn(0));
  assert.is(sum, 200)
})

test('no message is slept through, wherever the slice ends', () => {
  const scheduler = new Scheduler({ encodeError: encode, door: () => {} })
  for (let fuel = 1200; fuel < 3200; fuel += 11) {
    const host = new Host('app:processes', { fuel })
    const spawn = (code: string, ...args: unknown[]) =>
      scheduler.spawn({ host, body: body(code), entry: 'app:x', startedAt: 0, args: encodeAll(args) })
    const receiver = spawn(
      `return function(n)
        local channel, heard = process.listen("x"), 0
        for _ = 1, n do heard = heard + channel:receive() end
        return heard
      end`,
      MESSAGES,
    )
    spawn(`return function(to, n) for _ = 1, n do process.send(to, "x", 1) end end`, receiver.pid, MESSAGES)
    let heard: unknown = 'nothing: it sleeps'
    scheduler.onExit(receiver.pid, ({ payload }) => {
      heard = decodeAll(payload)[0]
    })
    while (scheduler.turn(0));
    assert.is(heard, MESSAGES, `slices of ${fuel} units`)
  }
})

test.run()
