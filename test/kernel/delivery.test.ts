import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import type { Abroad } from '../../src/kernel/abroad.ts'
import { EVENT, MESSAGE, REPLY } from '../../src/kernel/frame.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import type { Pid } from '../../src/pid.ts'
import { messages, TestKernel } from '../support/test-kernel.ts'
import { bytes, type Outbox, type Signal, TsBody } from '../support/ts-body.ts'

const test = suite('delivery')
const full = { mailbox: { messages: 1, bytes: 1e6, policy: 'refuse' } } as const

/** What a process is answered when it sends `frames`; its own pid is the one of the last process. */
const answers = (kernel: TestKernel, send: (out: Outbox) => unknown): Signal[] => {
  const process = kernel.once((_inbox, out) => void send(out))
  kernel.run()
  return process.heard
}

test('a message has sender, topic and payload', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const { pid } = kernel.once((_inbox, out) => void out.send(ear.pid, 'job', 'data'))
  kernel.run()
  const [message] = ear.heard
  assert.equal([message?.kind, message?.name, message?.topic, message?.payload], [MESSAGE, pid, 'job', 'data'])
})

test('messages from one sender arrive in order', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  answers(kernel, (out) => {
    for (let i = 0; i < 500; i++) out.send(ear.pid, 't', `${i}`)
  })
  assert.equal(
    messages(ear.heard),
    Array.from({ length: 500 }, (_, i) => `t ${i}`),
  )
})

test('a send with a tag is answered true, by the name of who got it', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const [reply] = answers(kernel, (out) => out.send(ear.pid, 'job', '', 7))
  assert.equal([reply?.kind, reply?.flag, reply?.tag, reply?.name], [REPLY, 1, 7, ear.pid])
})

test('a send without a tag is not answered', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  assert.equal(
    answers(kernel, (out) => out.send(ear.pid, 'job')),
    [],
  )
})

test('a registered name is resolved', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  kernel.scheduler.names.register('ear', ear.pid)
  const [reply] = answers(kernel, (out) => out.send('ear', 'job', '1', 7))
  assert.equal(messages(ear.heard), ['job 1'])
  assert.is(reply?.name, ear.pid)
})

test('a process can send to itself', () => {
  const kernel = new TestKernel()
  const heard = answers(kernel, (out) => out.send('{app:processes|0x00001}', 'self'))
  assert.equal(messages(heard), ['self'])
})

test('an unknown name is refused', () => {
  const [reply] = answers(new TestKernel(), (out) => out.send('nobody', 'job', '', 7))
  assert.is(reply?.flag, 0)
  assert.match(reply?.payload ?? '', "NAME_UNRESOLVED could not resolve 'nobody' as PID or registered name")
})

test('a dead, a strange and a foreign pid are not found', () => {
  for (const pid of ['{app:processes|0x00009}', '{app:other|0x00001}', '{north@app:processes|0x00001}', '{app:processes|x|0x00001}']) {
    const [reply] = answers(new TestKernel(), (out) => out.send(pid, 'job', '', 7))
    assert.match(reply?.payload ?? '', `PROCESS_NOT_FOUND process ${pid} not found`)
  }
})

test('a topic of the runtime is refused', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  const [reply] = answers(kernel, (out) => out.send(ear.pid, '@pid', '', 7))
  assert.match(reply?.payload ?? '', 'TOPIC_RESERVED cannot send to @ topics')
  assert.equal(ear.heard, [])
})

test('a full mailbox refuses, and can be tried again', () => {
  const kernel = new TestKernel({}, full)
  const ear = kernel.listener()
  const heard = answers(kernel, (out) => out.send(ear.pid, 'a', '', 1).send(ear.pid, 'b', '', 2))
  assert.equal(
    heard.map(({ tag, flag }) => [tag, flag]),
    [
      [1, 1],
      [2, 0],
    ],
  )
  assert.match(heard[1]?.payload ?? '', 'MAILBOX_FULL')
  assert.equal(messages(ear.heard), ['a'])
})

test('a message larger than the whole mailbox is refused for good', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 10, bytes: 1000, policy: 'refuse' } })
  const ear = kernel.listener()
  const [reply] = answers(kernel, (out) => out.send(ear.pid, 'a', 'x'.repeat(1000), 1))
  assert.match(reply?.payload ?? '', 'MESSAGE_TOO_LARGE')
})

test('what nobody waits for is dropped and counted, never delivered beyond the bound', () => {
  const kernel = new TestKernel({}, full)
  const ear = kernel.listener()
  answers(kernel, (out) => out.send(ear.pid, 'a').send(ear.pid, 'b').send('nobody', 'c').send(ear.pid, '@d'))
  assert.equal(messages(ear.heard), ['a'])
  assert.equal(kernel.notes.dropped_, [`${ear.pid} MAILBOX_FULL`, 'nobody NAME_UNRESOLVED', `${ear.pid} TOPIC_RESERVED`])
})

test('mailboxes that drop say nothing to the sender', () => {
  for (const [policy, kept] of [
    ['drop-newest', 'a'],
    ['drop-oldest', 'b'],
  ] as const) {
    const kernel = new TestKernel({}, { mailbox: { messages: 1, bytes: 1e6, policy } })
    const ear = kernel.listener()
    const heard = answers(kernel, (out) => out.send(ear.pid, 'a', '', 1).send(ear.pid, 'b', '', 2))
    assert.equal(
      heard.map(({ flag }) => flag),
      [1, 1],
    )
    assert.equal(messages(ear.heard), [kept])
    assert.equal(kernel.notes.dropped_, [`${ear.pid} MAILBOX_FULL`])
  }
})

test('who may not send is refused', () => {
  const denied = new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, 'no')
  const kernel = new TestKernel({ sends: { allows: () => false, refusal: () => denied } })
  const ear = kernel.listener()
  const [reply] = answers(kernel, (out) => out.send(ear.pid, 'a', '', 1).send(ear.pid, 'b'))
  assert.match(reply?.payload ?? '', 'PERMISSION_DENIED no')
  assert.equal(ear.heard, [])
  assert.equal(kernel.notes.dropped_, [`${ear.pid} PERMISSION_DENIED`])
})

// Credit: how many messages a step may send without asking.

const creditOf = (kernel: TestKernel, ear = kernel.listener()): number | undefined => {
  kernel.run()
  kernel.scheduler.delivery.message(ear.pid, kernel.listener().pid, 'hi', bytes(''))
  const last = [...kernel.scheduler.processes].at(-1) as ReturnType<TestKernel['listener']>
  kernel.run()
  return last.heard[0]?.credit
}

test('a message says how many more its sender takes: half of the room', () => {
  assert.is(creditOf(new TestKernel()), 1024)
  assert.is(creditOf(new TestKernel({}, { mailbox: { messages: 10, bytes: 1e6, policy: 'refuse' } })), 5)
})

test('a nearly full mailbox gives no credit', () => {
  assert.is(creditOf(new TestKernel({}, { mailbox: { messages: 10, bytes: 60_000, policy: 'refuse' } })), 0)
})

test('who needs asking gets no credit', () => {
  const denied = new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, 'no')
  assert.is(creditOf(new TestKernel({ sends: { allows: () => false, refusal: () => denied } })), 0)
})

test('a sender that is gone gives no credit', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  kernel.run()
  kernel.scheduler.terminate(ear.pid)
  assert.is(creditOf(kernel, ear), 0)
})

/** The credit of what one process sent another that was waiting, when the sender does `then` before that one's turn. */
const creditBetween = (kernel: TestKernel, then: (sender: Process) => void = () => {}): number | undefined => {
  const ear = kernel.listener()
  kernel.run()
  const sender = kernel.once((_inbox, out) => void out.send(ear.pid, 'hi'))
  while (ear.mailbox.isEmpty) kernel.scheduler.turn(0)
  then(sender)
  kernel.run()
  return ear.heard[0]?.credit
}

test('who is alone with its message has credit as any sender, unless it is gone by then', () => {
  const lean = { mailbox: { messages: 10, bytes: 1e6, policy: 'refuse' } } as const
  assert.is(creditBetween(new TestKernel({}, lean)), 5)
  const kernel = new TestKernel({}, lean)
  assert.is(
    creditBetween(kernel, ({ pid }) => kernel.scheduler.terminate(pid)),
    0,
  )
  const upgraded = new TestKernel({}, lean)
  assert.is(
    creditBetween(upgraded, (sender) => {
      upgraded.scheduler.upgrade(sender, { body: new TsBody(), entry: 'app:new', args: bytes('') })
    }),
    5,
  )
})

test('the answer to a send has credit too', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 10, bytes: 1e6, policy: 'refuse' } })
  const ear = kernel.listener()
  const [reply] = answers(kernel, (out) => out.send(ear.pid, 'a', '', 1))
  assert.is(reply?.credit, 4)
})

test('credit is known for four senders of an inbox, however often they wrote', () => {
  const kernel = new TestKernel()
  const senders = Array.from({ length: 6 }, () => kernel.listener())
  kernel.run()
  const ear = kernel.listener()
  for (const { pid } of senders) for (let i = 0; i < 2; i++) kernel.scheduler.delivery.message(pid, ear.pid, 't', bytes(''))
  kernel.run()
  assert.equal(
    ear.heard.map(({ credit }) => credit > 0),
    [true, true, true, true, true, true, true, true, false, false, false, false],
  )
})

test('what the messages of one sender are worth together is no more than its room, whoever wrote between', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 50, bytes: 1e6, policy: 'refuse' } })
  const [a, b] = [kernel.listener(), kernel.listener()]
  kernel.run()
  const ear = kernel.listener()
  for (let i = 0; i < 12; i++) kernel.scheduler.delivery.message(i % 3 === 2 ? b.pid : a.pid, ear.pid, 't', bytes(''))
  kernel.run()
  const worth = (pid: string) => ear.heard.filter(({ name }) => name === pid).map(({ credit }) => credit)
  assert.equal(worth(a.pid), [25, 12, 6, 3, 2, 1, 0, 0])
  assert.equal(worth(b.pid), [25, 12, 6, 3])
})

test('credited messages of 4 KiB all get in', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 10_000, bytes: 300_000, policy: 'refuse' } })
  const ear = kernel.listener()
  kernel.run()
  const sender = kernel.spawn((inbox, out) => {
    const credit = inbox.find(({ kind }) => kind === MESSAGE)?.credit ?? 0
    const payload = bytes('x'.repeat(4096 - 16 - ear.pid.length - 1))
    for (let i = 0; i < credit; i++) out.send(ear.pid, 't', payload)
    return undefined
  })
  kernel.run()
  kernel.scheduler.delivery.message(ear.pid, sender.pid, 'go', bytes(''))
  kernel.run()
  assert.is(ear.heard.length, 36)
  assert.equal(kernel.notes.dropped_, [])
})

test('a process whose steps are committed gets no credit: others run before its sends leave', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  kernel.run()
  const seen: number[] = []
  const process = kernel.spawn((inbox) => void seen.push(...inbox.filter(({ kind }) => kind === MESSAGE).map(({ credit }) => credit)), {
    commit: () => new Promise(() => {}),
  })
  kernel.scheduler.delivery.message(ear.pid, process.pid, 't', bytes(''))
  kernel.run()
  assert.equal(seen, [0])
})

// From the host's side.

test('the host sends to a pid or a name, from anybody or nobody', () => {
  const kernel = new TestKernel()
  const ear = kernel.listener()
  kernel.scheduler.names.register('ear', ear.pid)
  kernel.scheduler.delivery.message('', 'ear', 'a', bytes('1'))
  kernel.scheduler.delivery.message('{x:y|1}' as Pid, ear.pid, bytes('b'), bytes('2'))
  kernel.run()
  assert.equal(
    ear.heard.map(({ name, topic, payload }) => [name, topic, payload]),
    [
      ['', 'a', '1'],
      ['{x:y|1}', 'b', '2'],
    ],
  )
})

test('the host is refused as a process is', () => {
  const kernel = new TestKernel({}, full)
  const ear = kernel.listener()
  const { delivery } = kernel.scheduler
  delivery.message('', ear.pid, 'a', bytes(''))
  assert.throws(() => delivery.message('', ear.pid, 'a', bytes('')), /mailbox is full/)
  assert.throws(() => delivery.message('', 'nobody', 'a', bytes('')), /could not resolve/)
  assert.throws(() => delivery.message('', '{a:b|0x00009}', 'a', bytes('')), /not found/)
})

test('a reply to a process that ended is not heard', () => {
  const kernel = new TestKernel()
  const process = kernel.listener()
  kernel.scheduler.terminate(process.pid)
  kernel.scheduler.delivery.reply(process, 1, true, bytes(''))
  assert.not(kernel.scheduler.delivery.push(process, 1, bytes('')))
})

test('answers to one ask can be many, until the mailbox is full', () => {
  const kernel = new TestKernel({}, { mailbox: { messages: 3, bytes: 1e6, policy: 'refuse' } })
  const process = kernel.listener()
  kernel.run()
  const push = () => kernel.scheduler.delivery.push(process, 4, bytes('tick'))
  assert.equal([push(), push(), push(), push()], [true, true, true, false])
  kernel.run()
  assert.is(process.heard.length, 3)
  assert.ok(push())
})

test('a cancel is an event with a reason', () => {
  const kernel = new TestKernel()
  const process = kernel.listener()
  const from = kernel.spawn().pid
  kernel.run()
  kernel.scheduler.delivery.cancel(process.pid, 'service stopping', from)
  kernel.run()
  const [event] = process.heard
  assert.equal([event?.kind, event?.topic, event?.name], [EVENT, 'pid.cancel', from])
  assert.match(event?.payload ?? '', 'service stopping')
  assert.is(process.state, 'waiting')
  assert.throws(() => kernel.scheduler.delivery.cancel('{a:b|0x00009}' as Pid, 'x'), /not found/)
})

test('pids of other nodes are the cluster business', () => {
  const sent: unknown[] = []
  const abroad: Abroad = {
    message: (from, to, topic, payload, tag) =>
      sent.push([from.pid, to, new TextDecoder().decode(topic), new TextDecoder().decode(payload), tag]),
    ended: () => {},
  }
  const kernel = new TestKernel({ node: 'south', abroad })
  kernel.scheduler.names.register('far', '{north@app:p|0x00001}' as Pid)
  const heard = answers(kernel, (out) =>
    out.send('{north@app:p|0x00002}', 'a', '1', 5).send('far', 'b', '2').send('{south@app:processes|0x00009}', 'c', '', 6),
  )
  const pid = '{south@app:processes|0x00001}'
  assert.equal(sent, [
    [pid, '{north@app:p|0x00002}', 'a', '1', 5],
    [pid, '{north@app:p|0x00001}', 'b', '2', 0],
  ])
  assert.equal(
    heard.map(({ tag, flag }) => [tag, flag]),
    [[6, 0]],
  )
})

test('a process is told to end whatever waits for it, and not without end', () => {
  const kernel = new TestKernel()
  const { delivery } = kernel.scheduler
  const ear = kernel.listener({ limits: { ...defaultLimits, mailbox: { messages: 10, bytes: 1e6, policy: 'refuse' } } })
  kernel.run()
  for (let n = 0; n < 10; n++) delivery.message('', ear.pid, 't', bytes('x'))
  for (let n = 0; n < 1000; n++) delivery.cancel(ear.pid, 'enough')
  kernel.run()
  const cancels = ear.heard.filter(({ topic }) => topic === 'pid.cancel').length
  assert.ok(cancels > 0 && cancels < 100, `${cancels} cancels`)
  assert.is(kernel.notes.dropped_.length, 1000 - cancels)
  for (let n = 0; n < 3; n++) delivery.cancel(ear.pid, 'x'.repeat(1e6))
  assert.is(kernel.notes.dropped_.length, 1000 - cancels + 1)
  kernel.run()
  delivery.cancel(ear.pid, 'again')
  kernel.run()
  assert.is(ear.heard.at(-1)?.topic, 'pid.cancel')
})

test.run()
