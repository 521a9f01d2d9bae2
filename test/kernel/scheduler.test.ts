import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Commit, Step, Verdict } from '../../src/kernel/body.ts'
import { MESSAGE, REPLY, START } from '../../src/kernel/frame.ts'
import { Host } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import { messages, TestKernel } from '../support/test-kernel.ts'
import { bytes, readFrames, type Signal, TsBody, type TsStep } from '../support/ts-body.ts'

const test = suite('scheduler')
const later = () => new Promise<void>((resolve) => queueMicrotask(resolve))

test('a process starts with its own pid, its entry and its arguments', () => {
  const kernel = new TestKernel()
  const seen: Signal[] = []
  kernel.spawn((inbox) => void seen.push(...inbox), { args: bytes('args') })
  kernel.run()
  assert.equal(seen, [{ kind: START, flag: 0, tag: 0, credit: 0, name: '{app:processes|0x00001}', topic: 'app:test', payload: 'args' }])
})

test('the start carries the seed of a process, and another one after an upgrade', () => {
  const kernel = new TestKernel()
  const seeds: number[] = []
  const note = (inbox: readonly Signal[]) => void seeds.push(...inbox.map(({ tag }) => tag))
  const process = kernel.spawn(note, { seed: 0xfeedbeef })
  kernel.run()
  kernel.scheduler.upgrade(process, { body: new TsBody(note), entry: 'app:new', args: bytes(''), seed: 7 })
  kernel.run()
  assert.equal(seeds, [0xfeedbeef, 7])
})

test('a process has its own limits, or those its host has when it is spawned', () => {
  const mailbox = { messages: 1, bytes: 1000, policy: 'refuse' } as const
  const kernel = new TestKernel({}, { fuel: 500, mailbox: { ...mailbox, messages: 2 } })
  const fuels: number[] = []
  const step: TsStep = (_, __, { fuel }) => void fuels.push(fuel)
  const own = kernel.spawn(step, { limits: { ...kernel.host.limits, fuel: 300, mailbox } })
  const host = kernel.spawn(step)
  kernel.host.limits = { ...kernel.host.limits, fuel: 900 }
  kernel.spawn(step)
  kernel.run()
  assert.equal(fuels, [300, 500, 900])
  assert.is(own.mailbox.credit, 0) // less than 64 KiB: everybody asks
  kernel.scheduler.delivery.message('', own.pid, 'm', bytes('1'))
  assert.throws(() => kernel.scheduler.delivery.message('', own.pid, 'm', bytes('2')), /mailbox is full/)
  for (const text of ['1', '2']) kernel.scheduler.delivery.message('', host.pid, 'm', bytes(text))
  assert.throws(() => kernel.scheduler.delivery.message('', host.pid, 'm', bytes('3')), /mailbox is full/)
})

test('what a body says it has not received counts against its mailbox from then on', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 3, bytes: 1 << 20, policy: 'refuse' } })
  const body = new TsBody((inbox) => {
    body.backlog += inbox.filter(({ kind }) => kind === MESSAGE).length
    return undefined
  })
  const { pid, mailbox } = kernel.spawn(body)
  const send = () => kernel.scheduler.delivery.message('', pid, 'm', bytes('x'))
  send()
  send()
  kernel.run()
  assert.is(mailbox.messages, 2)
  send()
  assert.throws(send, /mailbox is full/)
  body.backlog = -1 // it receives two, and the third that comes with the step
  kernel.run()
  assert.is(mailbox.messages, 0)
  send()
})

test('pids count from 1 across hosts', () => {
  const kernel = new TestKernel()
  assert.is(kernel.spawn().pid, '{app:processes|0x00001}')
  assert.is(kernel.spawn().pid, '{app:processes|0x00002}')
})

test('a process runs only in a turn, first in first out', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  const pids = ['a', 'b', 'c'].map(
    (name) =>
      kernel.spawn(() => {
        order.push(name)
        return 'wait'
      }).pid,
  )
  assert.equal(order, [])
  kernel.run()
  for (const pid of pids.toReversed()) kernel.scheduler.delivery.message('', pid, 'go', bytes('x'))
  kernel.run()
  assert.equal(order, ['a', 'b', 'c', 'c', 'b', 'a'])
})

test('a body that is brought back waits in the queue, others have their turns, and what came for it is there', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  const spawn = (name: string): Process & { body: TsBody } =>
    kernel.spawn((inbox) => {
      order.push(`${name} ${inbox.length}`)
      return 'wait'
    }) as Process & { body: TsBody }
  const [cold, other] = [spawn('cold'), spawn('other')]
  kernel.run()
  order.length = 0
  cold.body.cold = 10
  const tell = ({ pid }: Process): unknown => kernel.scheduler.delivery.message('', pid, 'go', bytes('x'))
  tell(cold)
  tell(cold)
  for (let turns = 0; turns < 12; turns++) {
    if (other.mailbox.isEmpty) tell(other)
    kernel.scheduler.turn(0)
  }
  assert.equal(order, Array(5).fill('other 1')) // every other turn
  kernel.run()
  assert.equal(order.slice(5), ['other 1', 'cold 2'])
  cold.body.cold = 10
  tell(cold)
  kernel.scheduler.turn(0)
  kernel.scheduler.terminate(cold.pid)
  kernel.run()
  assert.is(cold.body.closed, 1)
  assert.is(cold.body.steps, 2)
})

test('first turns and others go by turns, so that a flood of newcomers holds nobody up', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  kernel.spawn(() => {
    order.push('busy')
    return order.length < 7 ? 'again' : 'wait'
  })
  kernel.scheduler.turn(0)
  for (const name of ['n1', 'n2', 'n3', 'n4']) {
    kernel.spawn(() => {
      order.push(name)
      return 'wait'
    })
  }
  kernel.run()
  assert.equal(order, ['busy', 'busy', 'n1', 'busy', 'n2', 'busy', 'n3', 'busy', 'n4'])
})

test('a message waits for one slice at most, however many compute without end', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  const ear = kernel.spawn(() => {
    order.push('heard')
    return 'wait'
  })
  kernel.run()
  for (const name of ['x', 'y', 'z']) {
    kernel.spawn(() => {
      order.push(name)
      return order.length < 20 ? 'again' : 'wait'
    })
  }
  for (let i = 0; i < 4; i++) kernel.scheduler.turn(0)
  order.length = 0
  kernel.scheduler.delivery.message('', ear.pid, 'hello', bytes('x'))
  kernel.scheduler.turn(0)
  kernel.scheduler.turn(0)
  assert.ok(order.includes('heard'))
})

test('a chain of messages waits once for whoever takes long, not at each link', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  let time = 0
  const link = (name: string, next?: string) =>
    kernel.spawn((inbox, out) => {
      if (inbox[0]!.kind !== MESSAGE) return
      order.push(name)
      time += 1
      if (next !== undefined) out.send(next, 'go', 'x')
    }).pid
  const last = link('last')
  const first = link('first', link('middle', last))
  const busy = new TsBody(() => {
    order.push('busy')
    time += 3
    busy.spent = 100_000
    return 'again'
  })
  kernel.run()
  kernel.spawn(busy)
  kernel.scheduler.turn(0)
  kernel.scheduler.delivery.message('', first, 'go', bytes('x'))
  order.length = time = 0
  kernel.scheduler.pump(() => time, 12)
  assert.equal(order, ['first', 'busy', 'middle', 'last', 'busy', 'busy'])
})

test('a crowd that asks without end on one host holds up nobody on another', () => {
  const kernel = new TestKernel({ answer: ({ process, tag }) => kernel.scheduler.delivery.reply(process, tag, true, bytes('')) })
  const host = new Host('app:crowd')
  const body = new TsBody()
  const ear = kernel.spawn(body)
  kernel.run()
  for (let i = 0; i < 100; i++) {
    let asked = 0
    kernel.spawn((_inbox, out) => void (++asked % 19 < 18 && out.ask('x', '', 1)), { host }) // one in two ends its turn before its slice is over
  }
  for (let i = 0; i < 300; i++) kernel.scheduler.turn(0)
  const { steps } = body
  kernel.scheduler.delivery.message('', ear.pid, 'hello', bytes('x'))
  for (let i = 0; i < 4; i++) kernel.scheduler.turn(0)
  assert.is(body.steps, steps + 1)
})

test('who used up its slice by asking waits behind those that were woken', () => {
  const kernel = new TestKernel({ answer: ({ process, tag }) => kernel.scheduler.delivery.reply(process, tag, true, bytes('')) })
  const ears = [1, 2].map(() => new TsBody())
  const pids = ears.map((body) => kernel.spawn(body).pid)
  kernel.run()
  kernel.spawn((_inbox, out) => void out.ask('x', '', 1))
  for (let i = 0; i < 2; i++) kernel.scheduler.turn(0)
  for (const pid of pids) kernel.scheduler.delivery.message('', pid, 'hello', bytes('x'))
  for (let i = 0; i < 3; i++) kernel.scheduler.turn(0)
  assert.equal(
    ears.map(({ steps }) => steps),
    [2, 2],
  )
})

test('a process is in the queue once, however much arrives', () => {
  const kernel = new TestKernel()
  const body = new TsBody()
  const { pid } = kernel.spawn(body)
  kernel.run()
  for (let i = 0; i < 10; i++) kernel.scheduler.delivery.message('', pid, 't', bytes(''))
  kernel.run()
  assert.is(body.steps, 2)
})

test('the queue grows and keeps its order', () => {
  const kernel = new TestKernel()
  const order: number[] = []
  for (let i = 0; i < 300; i++) kernel.spawn(() => void order.push(i))
  kernel.run()
  assert.equal(
    order,
    Array.from({ length: 300 }, (_, i) => i),
  )
})

test('a step gets the fuel of its host and the time of its turn', () => {
  const kernel = new TestKernel({}, { fuel: 5000 })
  const given: unknown[] = []
  kernel.spawn((_inbox, _out, it) => void given.push(it))
  kernel.scheduler.turn(12.5)
  assert.equal(given, [{ fuel: 5000, nowMs: 12.5 }])
})

test('who spent its fuel goes to the end of the queue', () => {
  const kernel = new TestKernel()
  const order: string[] = []
  const busy = new TsBody(() => {
    order.push('busy')
    return order.length < 5 ? 'again' : 'wait'
  })
  busy.spent = 100_000
  kernel.spawn(busy)
  kernel.spawn(() => {
    order.push('quick')
    return order.length < 5 ? 'again' : 'wait'
  })
  kernel.run()
  assert.equal(order.slice(0, 6), ['busy', 'busy', 'quick', 'busy', 'quick', 'busy'])
})

test('asks the door answers at once are heard in the same turn, with the fuel that is left; the host takes its share for each', () => {
  const kernel = new TestKernel({ answer: ({ process, tag }) => kernel.scheduler.delivery.reply(process, tag, true, bytes('yes')) })
  const fuel: number[] = []
  const body = new TsBody((inbox, out, given) => {
    fuel.push(given.fuel)
    const tag = inbox.find(({ kind }) => kind === REPLY)?.tag ?? 0
    if (tag < 3) out.ask('x', '', tag + 1)
    return 'wait'
  })
  body.spent = 2000
  const process = kernel.spawn(body)
  kernel.scheduler.turn(0)
  assert.equal(fuel, [100_000, 94_000, 88_000, 82_000])
  assert.is(process.steps, 4)
  assert.is(process.fuel, 8000)
})

test('a process that always asks leaves its turn when its slice is over', () => {
  const kernel = new TestKernel({ answer: ({ process, tag }) => kernel.scheduler.delivery.reply(process, tag, true, bytes('')) })
  const body = new TsBody((_inbox, out) => void out.ask('x', '', 1))
  kernel.spawn(body)
  kernel.scheduler.turn(0)
  assert.is(body.steps, 20)
  kernel.scheduler.turn(0)
  assert.is(body.steps, 40)
})

test('fuel that is no number counts as none', () => {
  const kernel = new TestKernel()
  const bodies = [Number.NaN, -5].map((spent) => Object.assign(new TsBody(), { spent }))
  const processes = bodies.map((body) => kernel.spawn(body))
  kernel.run()
  assert.equal(
    processes.map(({ fuel }) => fuel),
    [0, 0],
  )
})

test('an ask carries operation, target, tag and arguments', () => {
  const asks: unknown[] = []
  const kernel = new TestKernel({
    answer: (ask) => asks.push([ask.process.pid, ask.op, ask.target, ask.tag, new TextDecoder().decode(ask.args())]),
  })
  kernel.once((_inbox, out) => void out.ask('funcs.call', 'app:fn', 5, 'a').ask('time.stop', '', 0, 'b'))
  kernel.run()
  const pid = '{app:processes|0x00001}'
  assert.equal(asks, [
    [pid, 'funcs.call', 'app:fn', 5, 'a'],
    [pid, 'time.stop', '', 0, 'b'],
  ])
})

test('a door that throws is a failed reply, not the end of the node', () => {
  const kernel = new TestKernel({
    answer: () => {
      throw new Error('bug')
    },
  })
  const process = kernel.once((_inbox, out) => void out.ask('x.y', '', 5))
  kernel.run()
  assert.is(process.heard[0]?.flag, 0)
  assert.match(process.heard[0]?.payload ?? '', 'INTERNAL')
  assert.is(kernel.notes.broken_.length, 1)
})

test('batches: a step gets at most 256 frames', () => {
  const kernel = new TestKernel()
  const sizes: number[] = []
  const { pid } = kernel.spawn((inbox) => void sizes.push(inbox.length))
  for (let i = 0; i < 600; i++) kernel.scheduler.delivery.message('', pid, 't', bytes(''))
  kernel.run()
  assert.equal(sizes, [256, 256, 89])
})

test('pump runs until nobody is ready', () => {
  const kernel = new TestKernel()
  const process = kernel.listener()
  kernel.once((_inbox, out) => void out.send(process.pid, 'hi'))
  assert.is(
    kernel.scheduler.pump(() => 0, 2),
    false,
  )
  assert.equal(messages(process.heard), ['hi'])
})

test('pump stops when its time is over and says that work is left', () => {
  const kernel = new TestKernel()
  let time = 0
  const body = new TsBody(() => 'again')
  body.spent = 100_000
  kernel.spawn(body)
  assert.is(
    kernel.scheduler.pump(() => time++, 2),
    true,
  )
  assert.is(body.steps, 2)
})

test('who wakes outside of a pump is announced', () => {
  let calls = 0
  const kernel = new TestKernel({ ready: () => calls++ })
  const { pid } = kernel.spawn()
  assert.is(calls, 1)
  kernel.scheduler.pump(() => 0, 1)
  kernel.scheduler.delivery.message('', pid, 't', bytes(''))
  kernel.scheduler.delivery.message('', pid, 't', bytes(''))
  assert.is(calls, 2)
  kernel.once((_inbox, out) => void out.send(pid, 'x'))
  kernel.scheduler.pump(() => 0, 1)
  assert.is(calls, 2)
})

test('a host refuses processes beyond its limit, until one ends', () => {
  const kernel = new TestKernel({}, { processes: 2 })
  const { pid } = kernel.spawn()
  kernel.spawn()
  assert.throws(
    () => kernel.spawn(),
    ({ code, kind, retryable }: { code: string; kind: string; retryable: boolean }) =>
      code === 'HOST_FULL' && kind === 'RateLimited' && retryable,
  )
  kernel.scheduler.terminate(pid)
  kernel.spawn()
  assert.is(kernel.host.alive, 2)
  assert.is(kernel.host.spawned, 3)
})

test('a process may have a text of its own in its pid, one at a time', () => {
  const kernel = new TestKernel({ node: 'north' })
  const process = kernel.listener({ uniq: 'order-7' })
  assert.is(process.pid, '{north@app:processes|order-7}')
  assert.throws(() => kernel.spawn(undefined, { uniq: 'order-7' }), /already running/)
  kernel.once((_inbox, out) => void out.send(process.pid, 'hi'))
  kernel.run()
  assert.equal(messages(process.heard), ['hi'])
  kernel.scheduler.terminate(process.pid)
  kernel.spawn(undefined, { uniq: 'order-7' })
})

// Commit: what a step wants is seen only once it is durable.

const committed = () => {
  const steps: { inbox: Signal[]; step: Step; done: () => void; fail: (cause: unknown) => void }[] = []
  const commit: Commit = (inbox, step) =>
    new Promise((resolve, reject) => steps.push({ inbox: readFrames(inbox), step, done: resolve, fail: reject }))
  return { steps, commit }
}

test('a committed step is released when it is durable, and not stepped again before', async () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const { steps, commit } = committed()
  const body = new TsBody((_inbox, out) => void out.send(ear.pid, `step${body.steps}`))
  const process = kernel.spawn(body, { commit })
  kernel.run()
  kernel.scheduler.delivery.message('', process.pid, 'more', bytes(''))
  kernel.run()
  assert.is(process.state, 'suspended')
  assert.is(body.steps, 1)
  assert.equal(ear.heard, [])
  steps[0]?.done()
  await later()
  kernel.run()
  assert.equal(messages(ear.heard), ['step1'])
  assert.is(body.steps, 2)
  assert.equal(
    steps.map(({ inbox }) => inbox.map(({ topic }) => topic)),
    [['app:test'], ['more']],
  )
})

test('a commit sees what the step was given and did, and its outbox outlives the body memory', async () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const { steps, commit } = committed()
  const body = new TsBody((_inbox, out) => void out.send(ear.pid, 'hi'))
  body.spent = 7
  kernel.spawn(body, { commit })
  while (kernel.scheduler.turn(3.5));
  const { fuel, nowMs, verdict, spent, outbox } = steps[0]!.step
  assert.equal([fuel, nowMs, verdict, spent, readFrames(outbox)[0]?.topic], [100_000, 3.5, 'wait', 7, 'hi'])
  body.outbox.bytes.fill(0)
  steps[0]?.done()
  await later()
  kernel.run()
  assert.equal(messages(ear.heard), ['hi'])
})

test('a committed process always gets the whole slice', async () => {
  const kernel = new TestKernel({ answer: ({ process, tag }) => kernel.scheduler.delivery.reply(process, tag, true, bytes('')) })
  const { steps, commit } = committed()
  const body = new TsBody((_inbox, out) => void out.ask('x', '', 1))
  kernel.spawn(body, { commit })
  for (let i = 0; i < 3; i++) {
    kernel.run()
    steps[i]?.done()
    await later()
  }
  assert.equal(
    steps.map(({ step }) => step.fuel),
    [100_000, 100_000, 100_000],
  )
})

test('a step that cannot be made durable ends the process and releases nothing', async () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const { steps, commit } = committed()
  const process = kernel.once((_inbox, out) => void out.send(ear.pid, 'hi'), { commit })
  kernel.run()
  steps[0]?.fail(new Error('disk full'))
  await later()
  kernel.run()
  assert.is(process.state, 'ended')
  assert.equal(ear.heard, [])
  assert.equal(kernel.notes.ended_, ['{app:processes|0x00002} PROCESS_COMMIT'])
})

test('a process terminated while its step is made durable releases nothing', async () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const { steps, commit } = committed()
  const process = kernel.once((_inbox, out) => void out.send(ear.pid, 'hi'), { commit })
  kernel.run()
  kernel.scheduler.terminate(process.pid)
  steps[0]?.done()
  await later()
  kernel.run()
  assert.equal(ear.heard, [])
})

test('an exit is seen only once it is durable', async () => {
  const kernel = new TestKernel()
  const { steps, commit } = committed()
  const process = kernel.once((_inbox, out): Verdict => out.exit('result'), { commit })
  kernel.run()
  assert.is.not(process.state, 'ended')
  steps[0]?.done()
  await later()
  assert.is(process.state, 'ended')
})

test('an outbox whose bounds lie does not outwit the commit', async () => {
  const kernel = new TestKernel()
  const { steps, commit } = committed()
  const body = new TsBody()
  body.outbox = { ...body.outbox, start: 0, end: 4e9 }
  kernel.spawn(body, { commit })
  kernel.run()
  steps[0]?.done()
  await later()
  assert.equal(kernel.notes.ended_, ['{app:processes|0x00001} PROCESS_FRAME'])
})

// Upgrade: new code under the same pid.

test('an upgrade keeps pid, names, links, monitors, watchers of the end and waiting messages', () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const watcher = kernel.listener()
  let told = ''
  const old = new TsBody()
  const process = kernel.spawn(old)
  scheduler.names.register('server', process.pid)
  scheduler.monitor(watcher.pid, process.pid)
  scheduler.onExit(process.pid, ({ payload }) => {
    told = new TextDecoder().decode(payload)
  })
  kernel.run()
  scheduler.delivery.message('', process.pid, 'job', bytes('1'))
  const seen: string[] = []
  const body = new TsBody((inbox, out) => {
    seen.push(...inbox.map(({ kind, topic, payload }) => `${kind} ${topic} ${payload}`))
    return seen.length < 3 ? 'wait' : out.exit('done')
  })
  assert.ok(scheduler.upgrade(process, { body, entry: 'app:new', args: bytes('args') }))
  kernel.run()
  scheduler.delivery.message('', 'server', 'job', bytes('2'))
  kernel.run()
  assert.equal(seen, [`${START} app:new args`, `${MESSAGE} job 1`, `${MESSAGE} job 2`])
  assert.is(old.closed, 1)
  assert.is(told, 'done')
  assert.equal(
    watcher.heard.map(({ topic, name, payload }) => [topic, name, payload]),
    [['pid.exit', process.pid, 'done']],
  )
})

test('an upgrade asked for in a step happens when that step is released', () => {
  const body = new TsBody()
  const kernel = new TestKernel({ answer: ({ process }) => kernel.scheduler.upgrade(process, { body, entry: 'app:new', args: bytes('') }) })
  const ear = kernel.listener()
  const old = new TsBody((_inbox, out) => void out.ask('process.upgrade', '', 1).send(ear.pid, 'last'))
  const process = kernel.spawn(old)
  kernel.run()
  assert.equal([old.steps, old.closed, body.steps, process.state], [1, 1, 1, 'ended'])
  assert.equal(messages(ear.heard), ['last'])
  assert.is(kernel.scheduler.processes.find(process.pid)?.entry, 'app:new')
  assert.is(kernel.host.alive, 2)
})

test('what the old code opened is closed, and answers to it are not heard by the new code', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn()
  kernel.run()
  let freed = 0
  process.onEnd(() => freed++)
  kernel.scheduler.delivery.reply(process, 1, true, bytes('early'))
  const seen: number[] = []
  kernel.scheduler.upgrade(process, {
    body: new TsBody((inbox) => void seen.push(...inbox.map(({ kind }) => kind))),
    entry: 'app:new',
    args: bytes(''),
  })
  kernel.scheduler.delivery.reply(process, 2, true, bytes('late'))
  kernel.run()
  assert.is(freed, 1)
  assert.equal(seen, [START])
})

test('a process that ends with the step in which it asked for an upgrade closes both bodies', () => {
  const body = new TsBody()
  const kernel = new TestKernel({ answer: ({ process }) => kernel.scheduler.upgrade(process, { body, entry: 'app:new', args: bytes('') }) })
  const old = new TsBody((_inbox, out) => out.ask('process.upgrade', '', 1).exit('over'))
  kernel.spawn(old)
  kernel.run()
  assert.equal([old.closed, body.closed, body.steps], [1, 1, 0])
})

test('an upgrade of a process that ended closes the new body', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn()
  kernel.scheduler.terminate(process.pid)
  const body = new TsBody()
  assert.not(kernel.scheduler.upgrade(process, { body, entry: 'app:new', args: bytes('') }))
  assert.is(body.closed, 1)
})

test.run()
