import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import type { Abroad } from '../../src/kernel/abroad.ts'
import type { Fault } from '../../src/kernel/body.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import { EVENT } from '../../src/kernel/frame.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import type { Pid } from '../../src/pid.ts'
import { messages, TestKernel } from '../support/test-kernel.ts'
import { bytes, type Signal, TsBody } from '../support/ts-body.ts'

const test = suite('ending')
const text = ({ payload }: Exit | { payload: Uint8Array }) => new TextDecoder().decode(payload)
const events = (heard: readonly Signal[]) => heard.map(({ topic, name, flag }) => `${topic} ${name} ${flag}`)

/** The exit of a process, once everything has run. */
const exitOf = (kernel: TestKernel, process: Process): Exit => {
  let exit: Exit | null = null
  kernel.scheduler.onExit(process.pid, (it) => {
    exit = it
  })
  kernel.run()
  assert.ok(exit, 'ended')
  return exit as Exit
}

test('a process that exits gives its result, untouched, to its watchers', () => {
  const kernel = new TestKernel()
  const watcher = kernel.listener()
  const process = kernel.once((_inbox, out) => out.exit('[42, nil]'))
  kernel.scheduler.monitor(watcher.pid, process.pid)
  const exit = exitOf(kernel, process)
  assert.equal([exit.ok, text(exit), exit.error], [true, '[42, nil]', null])
  assert.equal(events(watcher.heard), [`pid.exit ${process.pid} 1`])
  assert.is(watcher.heard[0]?.payload, '[42, nil]')
})

test('of results that a watcher takes in too slowly it hears that they were too large', () => {
  const kernel = new TestKernel()
  const busy = Object.assign(new TsBody(), { isBehind: true })
  const watcher = kernel.spawn(busy, { limits: { ...defaultLimits, memoryBytes: 100_000 } })
  for (let i = 0; i < 20; i++) kernel.once((_inbox, out) => out.exit('x'.repeat(40_000)), { parent: watcher.pid, monitor: true })
  while (kernel.notes.ended_.length < 20) kernel.scheduler.turn(0)
  assert.ok(watcher.mailbox.waitingBytes < 110_000, `${watcher.mailbox.waitingBytes} bytes wait`)
  const waiting: string[] = []
  watcher.mailbox.look(({ bytes: all, kind, flag, topicEnd, payloadEnd }) => {
    const said = new TextDecoder().decode(all.subarray(topicEnd, payloadEnd))
    if (kind === EVENT) waiting.push(`${flag} ${/[A-Z_]{3,}/.exec(said)?.[0] ?? said.length}`)
    return true
  })
  assert.equal(waiting, ['1 40000', '1 40000', ...new Array(18).fill('0 REPLY_TOO_LARGE')])
})

test('an exit that says it failed is abnormal', () => {
  const kernel = new TestKernel()
  const exit = exitOf(
    kernel,
    kernel.once((_inbox, out) => out.exit('[nil, boom]', false)),
  )
  assert.equal([exit.ok, text(exit), exit.error], [false, '[nil, boom]', null])
})

test('an exit without a word is a result of nil', () => {
  const kernel = new TestKernel()
  const exit = exitOf(
    kernel,
    kernel.once(() => 'exit'),
  )
  assert.equal([exit.ok, [...exit.payload]], [true, [0x92, 0xc0, 0xc0]])
})

test('what was written before the exit is done, what comes after is not', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  kernel.once((_inbox, out) => {
    out.send(ear.pid, 'before').exit('')
    out.send(ear.pid, 'after')
    return 'exit'
  })
  kernel.run()
  assert.equal(messages(ear.heard), ['before'])
})

test('a message sent before the end arrives before the news of the end', () => {
  const kernel = new TestKernel()
  const watcher = kernel.listener()
  const process = kernel.once((_inbox, out) => out.send(watcher.pid, 'done').exit(''))
  kernel.scheduler.monitor(watcher.pid, process.pid)
  kernel.run()
  assert.equal(
    watcher.heard.map(({ topic }) => topic),
    ['done', 'pid.exit'],
  )
})

for (const reason of ['fuel', 'memory', 'stack', 'trap'] as const) {
  test(`a fault of ${reason} ends the process with an error`, () => {
    const kernel = new TestKernel()
    const ear = kernel.listener()
    const body = new TsBody((_inbox, out) => {
      out.send(ear.pid, 'half done')
      body.fault = { reason, message: `out of ${reason}` } satisfies Fault
      return 'fault'
    })
    const { ok, error } = exitOf(kernel, kernel.spawn(body))
    assert.equal([ok, error?.code, error?.kind, error?.message], [false, `PROCESS_${reason.toUpperCase()}`, 'Internal', `out of ${reason}`])
    assert.equal(ear.heard, [], 'a step that faulted is not released')
    assert.is(body.closed, 1)
  })
}

test('a body that throws ends its process, not the node', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn(() => {
    throw new Error('bug')
  })
  assert.is(exitOf(kernel, process).error?.code, 'PROCESS_TRAP')
  assert.is(kernel.notes.broken_.length, 1)
})

test('a malformed frame ends the process; frames before it count', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const body = new TsBody((_inbox, out) => {
    out.send(ear.pid, 'good').send(ear.pid, 'bad')
    out.frames.view.setUint32(out.frames.end / 2, 0xffffffff, true)
    return undefined
  })
  assert.is(exitOf(kernel, kernel.spawn(body)).error?.message, 'malformed frame')
  assert.equal(messages(ear.heard), ['good'])
})

test('a frame of an unknown kind ends the process', () => {
  const kernel = new TestKernel()
  const body = new TsBody((_inbox, out) => void out.frames.write(1, 0, 0, bytes(''), bytes(''), bytes('')))
  assert.is(exitOf(kernel, kernel.spawn(body)).error?.code, 'PROCESS_FRAME')
})

test('terminate ends a waiting process at once', () => {
  const kernel = new TestKernel()
  const watcher = kernel.listener()
  const body = new TsBody()
  const process = kernel.spawn(body)
  kernel.scheduler.monitor(watcher.pid, process.pid)
  kernel.run()
  kernel.scheduler.terminate(process.pid)
  assert.equal([process.state, body.closed], ['ended', 1])
  kernel.run()
  assert.equal(events(watcher.heard), [`pid.exit ${process.pid} 0`])
  assert.match(watcher.heard[0]?.payload ?? '', 'PROCESS_TERMINATED terminated')
})

test('terminate ends a process that never waits', () => {
  const kernel = new TestKernel()
  const body = new TsBody(() => 'again')
  const process = kernel.spawn(body)
  kernel.scheduler.turn(0)
  kernel.scheduler.terminate(process.pid)
  kernel.run()
  assert.is(body.steps, 1)
})

test('terminate of an unknown process is refused', () => {
  assert.throws(() => new TestKernel().scheduler.terminate('{a:b|0x00001}' as Pid), /not found/)
})

test('a process that terminates itself ends when its step is released', () => {
  const kernel = new TestKernel({ answer: ({ process }) => kernel.scheduler.terminate(process.pid) })
  const ear = kernel.listener()
  const body = new TsBody((_inbox, out) => void out.ask('process.terminate', '', 0).send(ear.pid, 'last'))
  const process = kernel.spawn(body)
  kernel.run()
  assert.equal([process.state, body.steps, body.closed], ['ended', 1, 1])
  assert.equal(messages(ear.heard), ['last'])
})

test('the host can end a process for a reason of its own', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn()
  kernel.scheduler.onExit(process.pid, ({ error }) => assert.is(error?.code, 'DEADLOCK'))
  kernel.scheduler.fail(process.pid, new WippyError('DEADLOCK', Kind.Internal, 'all coroutines wait for each other'))
  assert.is(process.state, 'ended')
})

test('order: closers, names, watchers and links, the body', () => {
  const order: string[] = []
  const body = new (class extends TsBody {
    override close() {
      order.push('body')
    }
  })()
  const kernel = new TestKernel()
  const { names } = kernel.scheduler
  const watcher = kernel.spawn(() => void order.push('watcher hears'))
  kernel.run()
  order.length = 0
  const process = kernel.spawn(body)
  names.register('it', process.pid)
  kernel.scheduler.monitor(watcher.pid, process.pid)
  process.onEnd(() => order.push(`closer, name ${names.lookup('it') ? 'held' : 'free'}, watcher ${watcher.state}`))
  kernel.scheduler.onExit(process.pid, () => order.push(`told, name ${names.lookup('it') ? 'held' : 'free'}, watcher ${watcher.state}`))
  kernel.scheduler.terminate(process.pid)
  kernel.run()
  assert.equal(order, ['closer, name held, watcher waiting', 'told, name free, watcher ready', 'body', 'watcher hears'])
})

test('a closer runs once, and not when it was forgotten', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn()
  const calls: string[] = []
  process.onEnd(() => calls.push('kept'))
  process.onEnd(() => calls.push('forgotten'))()
  kernel.scheduler.terminate(process.pid)
  assert.equal(calls, ['kept'])
})

test('a closer or a watcher that throws hinders nobody', () => {
  const kernel = new TestKernel()
  const body = new TsBody()
  const process = kernel.spawn(body)
  const bug = () => {
    throw new Error('bug')
  }
  process.onEnd(bug)
  kernel.scheduler.onExit(process.pid, bug)
  kernel.scheduler.terminate(process.pid)
  assert.is(body.closed, 1)
  assert.is(kernel.notes.broken_.length, 2)
})

test('closers may end other processes, in a chain of any length', () => {
  const kernel = new TestKernel()
  const chain = Array.from({ length: 5000 }, () => kernel.spawn())
  chain.forEach((process, i) => {
    const next = chain[i + 1]
    if (next) process.onEnd(() => kernel.scheduler.terminate(next.pid))
  })
  kernel.scheduler.terminate(chain[0]!.pid)
  kernel.run()
  assert.is(kernel.scheduler.processes.size, 0)
})

// Monitors and links.

test('monitoring an unknown or a dead process is refused', () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const [a, b] = [kernel.spawn(), kernel.spawn()]
  scheduler.terminate(b.pid)
  for (const act of [() => scheduler.monitor(a.pid, b.pid), () => scheduler.unmonitor(a.pid, b.pid), () => scheduler.link(a.pid, b.pid)]) {
    assert.throws(act, ({ kind, message }: WippyError) => kind === 'NotFound' && message === 'pid not registered')
  }
})

test('monitoring twice is refused, and unmonitored is silent', () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const watcher = kernel.listener()
  const { pid } = kernel.spawn()
  scheduler.monitor(watcher.pid, pid)
  assert.throws(
    () => scheduler.monitor(watcher.pid, pid),
    ({ kind }: WippyError) => kind === 'AlreadyExists',
  )
  scheduler.unmonitor(watcher.pid, pid)
  scheduler.terminate(pid)
  kernel.run()
  assert.equal(watcher.heard, [])
})

test('a parent that monitors from the spawn on hears of a child that ends at once', () => {
  const kernel = new TestKernel()
  const parent = kernel.listener()
  const child = kernel.once((_inbox, out) => out.exit(''), { parent: parent.pid, monitor: true })
  kernel.run()
  assert.equal(events(parent.heard), [`pid.exit ${child.pid} 1`])
})

test('an abnormal end fails linked peers that do not trap it', () => {
  const kernel = new TestKernel()
  const peer = kernel.spawn()
  const child = kernel.once((_inbox, out) => out.exit('boom', false), { parent: peer.pid, link: true })
  const exit = exitOf(kernel, peer)
  assert.equal(
    [exit.error?.code, exit.error?.message, exit.error?.details],
    ['LINKED_PROCESS_FAILED', 'linked process failed', { pid: child.pid }],
  )
})

test('a peer that traps links hears of it instead', () => {
  const kernel = new TestKernel()
  const peer = kernel.listener({ trapLinks: true })
  const child = kernel.once((_inbox, out) => out.exit('boom', false))
  kernel.scheduler.link(peer.pid, child.pid)
  kernel.run()
  assert.equal(events(peer.heard), [`pid.link.down ${child.pid} 0`])
  assert.is(peer.heard[0]?.payload, 'boom')
  assert.is(peer.state, 'waiting')
})

test('a normal end does not travel along links', () => {
  const kernel = new TestKernel()
  const peer = kernel.listener({ trapLinks: true })
  kernel.once((_inbox, out) => out.exit(''), { parent: peer.pid, link: true })
  kernel.run()
  assert.equal(peer.heard, [])
})

test('an unlinked peer is not concerned', () => {
  const kernel = new TestKernel()
  const [a, b] = [kernel.spawn(), kernel.spawn()]
  kernel.scheduler.link(a.pid, b.pid)
  kernel.scheduler.unlink(b.pid, a.pid)
  kernel.scheduler.terminate(a.pid)
  kernel.run()
  assert.is(b.state, 'waiting')
})

test('a failure cascades along links, a bounded number of ends per turn', () => {
  const kernel = new TestKernel()
  const chain = Array.from({ length: 10_000 }, () => kernel.spawn())
  for (let i = 1; i < chain.length; i++) kernel.scheduler.link(chain[i - 1]!.pid, chain[i]!.pid)
  kernel.run()
  kernel.scheduler.terminate(chain[0]!.pid)
  const left = kernel.scheduler.processes.size
  assert.ok(left > 9000 && left < 10_000, `${left}`)
  let turns = 0
  while (kernel.scheduler.turn(0)) turns++
  assert.is(kernel.scheduler.processes.size, 0)
  assert.ok(turns >= 600)
})

test('a ring of links ends once', () => {
  const kernel = new TestKernel()
  const ring = Array.from({ length: 3 }, () => kernel.spawn())
  for (const [i, { pid }] of ring.entries()) kernel.scheduler.link(pid, ring[(i + 1) % 3]!.pid)
  kernel.scheduler.terminate(ring[0]!.pid)
  assert.equal(kernel.notes.ended_.length, 3)
})

test('a process that fails its own peer while it runs ends after its step', () => {
  const kernel = new TestKernel({ answer: ({ target }) => kernel.scheduler.terminate(target as Pid) })
  const peer = kernel.spawn()
  const body = new TsBody((_inbox, out) => void out.ask('process.terminate', peer.pid, 0))
  const process = kernel.spawn(body, { parent: peer.pid, link: true })
  kernel.run()
  assert.equal([peer.state, process.state, body.steps], ['ended', 'ended', 1])
})

test('peers and watchers on other nodes are told through the cluster', () => {
  const told: string[] = []
  const abroad: Abroad = {
    message: () => {},
    ended: (topic, to, from, ok) => told.push(`${topic} ${to} ${from} ${ok}`),
  }
  const kernel = new TestKernel({ abroad, node: 'south' })
  const far = '{north@app:p|0x00001}' as Pid
  const process = kernel.spawn()
  kernel.scheduler.links.link(process.pid, far)
  kernel.scheduler.links.monitor(far, process.pid)
  kernel.scheduler.terminate(process.pid)
  assert.equal(told, [`pid.exit ${far} ${process.pid} false`, `pid.link.down ${far} ${process.pid} false`])
})

test('a peer on another node that failed fails who is linked to it', () => {
  const kernel = new TestKernel()
  const process = kernel.spawn()
  kernel.scheduler.linkDown(process.pid, '{north@app:p|0x00001}' as Pid, bytes('gone'))
  assert.is(process.state, 'ended')
})

test('a body that others have a use for is closed over some turns, and its end is known at once', () => {
  const kernel = new TestKernel()
  const bodies = [new TsBody(), new TsBody()]
  const ends: string[] = []
  for (const [at, body] of bodies.entries()) {
    body.dirty = 10
    kernel.spawn(undefined, { body, onExit: () => ends.push(`${at}`) })
  }
  kernel.run()
  for (const { pid } of [...kernel.scheduler.processes]) kernel.scheduler.terminate(pid)
  assert.equal(ends, ['0', '1'])
  assert.equal(
    bodies.map(({ closed }) => closed),
    [0, 0],
  )
  kernel.run()
  assert.equal(
    bodies.map(({ closed, dirty }) => [closed, dirty]),
    [
      [1, 0],
      [1, 0],
    ],
  )
})

test('a dead process leaves no name, no link, no process behind', () => {
  const kernel = new TestKernel()
  const { scheduler } = kernel
  const [a, b] = [kernel.spawn(), kernel.spawn()]
  scheduler.names.register('a', a.pid)
  scheduler.link(a.pid, b.pid)
  scheduler.monitor(a.pid, b.pid)
  scheduler.unlink(a.pid, b.pid)
  scheduler.terminate(a.pid)
  assert.is(scheduler.names.lookup('a'), undefined)
  assert.is(scheduler.links.watchersOf(b.pid).size, 0)
  assert.is(scheduler.processes.find(a.pid), null)
  assert.is(kernel.host.alive, 1)
})

test.run()
