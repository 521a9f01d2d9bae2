// Messages that travel together arrive as if each had come alone: whole, in order, and no more of them than there is room for.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { Address } from '../../src/kernel/address.ts'
import { isSound, MOST_MESSAGES, singly } from '../../src/kernel/bundle.ts'
import { FrameCursor, MESSAGE, MESSAGES, messagesIn, noFrames, SEND } from '../../src/kernel/frame.ts'
import { BufferPool, FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { Mailbox, type MailboxLimits } from '../../src/kernel/mailbox.ts'
import type { Post } from '../../src/kernel/post.ts'
import type { Pid } from '../../src/pid.ts'
import { messages, TestKernel } from '../support/test-kernel.ts'
import { bytes, Outbox, readFrames } from '../support/ts-body.ts'

const test = suite('bundle')

const sender = new Address('{app:p|0x00001}')
const upTo = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`)
const bundle = (payloads: readonly string[], count?: number): FrameCursor => {
  const cursor = new FrameCursor().over(new Outbox().sends('{app:p|0x00002}', 'job', payloads, count).frames)
  cursor.next()
  return cursor
}
const mailboxOf = (limits: Partial<MailboxLimits> = {}): Mailbox =>
  new Mailbox({ messages: 100, bytes: 1e6, policy: 'refuse', ...limits }, new BufferPool())

/** What a process hears when another one sends in one step, and what was lost. */
const sent = (send: (out: Outbox, to: Pid) => unknown, mailbox: Partial<MailboxLimits> = {}, kernel = kernelWith(mailbox)) => {
  const ear = kernel.listener()
  kernel.run()
  kernel.once((_inbox, out) => void send(out, ear.pid))
  kernel.run()
  return { heard: messages(ear.heard), lost: kernel.notes.dropped_.map((note) => note.split(' ')[1]) }
}
const kernelWith = (mailbox: Partial<MailboxLimits>): TestKernel =>
  new TestKernel({}, { mailbox: { messages: 100, bytes: 1e6, policy: 'refuse', ...mailbox } })

test('a bundle is sound when it holds what it says', () => {
  assert.ok(isSound(bundle(['a', '', 'ccc'])))
  assert.ok(isSound(bundle(upTo(MOST_MESSAGES))))
  assert.not(isSound(bundle(upTo(MOST_MESSAGES + 1))))
  for (const count of [0, 1, 2, 4, 0xffffffff]) assert.not(isSound(bundle(['a', '', 'ccc'], count)), `${count}`)
  assert.not(isSound(bundle([])))
})

test('a message that is said to be longer than the bundle is not sound', () => {
  const frames = new FrameBuffer()
  for (const payload of [[9, 0, 1, 2], [1], [1, 0, 7, 0], [0xff, 0xff]]) {
    frames.clear()
    frames.write(MESSAGES, 0, 1, bytes(''), bytes(''), Uint8Array.from(payload))
    const cursor = new FrameCursor().over(frames)
    cursor.next()
    assert.not(isSound(cursor), `${payload}`)
  }
})

test('taken apart it is its messages, with sender, topic and credit', () => {
  const frames = new FrameBuffer()
  frames.write(MESSAGE, 0, 0, bytes('a'), bytes('b'), bytes('alone'))
  frames.append(new Outbox().sends('you', 'job', ['1', '', '3']).frames)
  assert.equal(
    readFrames(frames).map(({ kind, name, topic, payload, tag }) => [kind, name, topic, payload, tag]),
    [
      [MESSAGE, 'a', 'b', 'alone', 0],
      [SEND, 'you', 'job', '1', 0],
      [SEND, 'you', 'job', '', 0],
      [SEND, 'you', 'job', '3', 0],
    ],
  )
  frames.clear()
  frames.append(new Outbox().sends('you', 'job', ['1'], 2).frames)
  assert.equal([...singly(frames)], [])
})

test('its messages arrive in order, between those sent before and after', () => {
  const { heard } = sent((out, to) =>
    out.send(to, 'a', 'first').sends(to, 'b', ['1', '2', '3']).sends(to, 'b', ['4']).send(to, 'a', 'last'),
  )
  assert.equal(heard, ['a first', 'b 1', 'b 2', 'b 3', 'b 4', 'a last'])
})

test('a process that writes one that is not sound ends, and nothing of it arrives', () => {
  const kernel = kernelWith({})
  const ear = kernel.listener()
  const { pid } = kernel.once((_inbox, out) => void out.sends(ear.pid, 't', ['1', '2'], 3).send(ear.pid, 't', 'never'))
  kernel.run()
  assert.equal(ear.heard, [])
  assert.equal(kernel.notes.ended_, [`${pid} PROCESS_FRAME`])
})

test('a mailbox counts messages and bytes of bundles, and gives them back', () => {
  const mailbox = mailboxOf()
  mailbox.message(sender, bytes('t'), bytes('alone'))
  const { messageBytes } = mailbox
  assert.ok(mailbox.forwardAll(sender, bundle(['a', 'b', 'c'])))
  assert.is(mailbox.messages, 4)
  assert.is(mailbox.messageBytes - messageBytes, (16 + 15 + 3 + 3 * 3 + 3) & ~3)
  mailbox.take(noFrames(), 1, 1e6)
  assert.is(mailbox.messages, 3)
  mailbox.take(noFrames(), 1, 1e6)
  assert.equal([mailbox.messages, mailbox.messageBytes, mailbox.isEmpty], [0, 0, true])
})

test('a batch has no more messages than it may, but one bundle at least', () => {
  const mailbox = mailboxOf({ messages: 1000 })
  for (const count of [64, 64, 10, 60, 64]) mailbox.forwardAll(sender, bundle(upTo(count)))
  const into = noFrames()
  const taken = [100, 140, 10, 10].map((most) => {
    mailbox.take(into, most, 1e6)
    return readFrames(into).length
  })
  assert.equal(taken, [64, 64 + 10 + 60, 64, 0])
})

test('a batch ends before its bytes are too many', () => {
  const mailbox = mailboxOf()
  for (let i = 0; i < 3; i++) mailbox.forwardAll(sender, bundle(['x'.repeat(300), 'y'.repeat(300)]))
  const into = noFrames()
  mailbox.take(into, 100, 1400)
  assert.is(readFrames(into).length, 4)
})

test('what does not fit as it is comes one by one: as many get in as would have alone', () => {
  assert.equal(
    sent((out, to) => out.sends(to, 't', upTo(8)), { messages: 5 }),
    { heard: upTo(5).map((text) => `t ${text}`), lost: ['MAILBOX_FULL', 'MAILBOX_FULL', 'MAILBOX_FULL'] },
  )
  const long = upTo(8).map((text) => text.repeat(100))
  for (const bytes of [350, 500, 700]) {
    const alone = sent((out, to) => long.reduce((all, text) => all.send(to, 't', text), out), { bytes })
    assert.equal(
      sent((out, to) => out.sends(to, 't', long), { bytes }),
      alone,
      `${bytes} bytes`,
    )
  }
})

test('what waits in a bundle takes fewer bytes than alone, and no more than there are', () => {
  const mailbox = mailboxOf({ bytes: 400 })
  while (mailbox.forwardAll(sender, bundle(upTo(10))));
  assert.is(mailbox.messages, 60)
  assert.ok(mailbox.messageBytes <= 400)
})

test('a message too large for the mailbox is lost alone', () => {
  const { heard, lost } = sent((out, to) => out.sends(to, 't', ['a', 'x'.repeat(500), 'b']), { bytes: 400 })
  assert.equal([heard, lost], [['t a', 't b'], ['MESSAGE_TOO_LARGE']])
})

test('a mailbox that forgets messages forgets one by one', () => {
  const send = (out: Outbox, to: Pid) => out.sends(to, 't', upTo(3)).sends(to, 't', ['a', 'b', 'c', 'd'])
  assert.equal(sent(send, { messages: 5, policy: 'drop-oldest' }).heard, ['t 2', 't a', 't b', 't c', 't d'])
  assert.equal(sent(send, { messages: 5, policy: 'drop-newest' }).heard, ['t 0', 't 1', 't 2', 't a', 't b'])
})

test('names, nobody, reserved topics and refusals are what they are for one message', () => {
  const kernel = kernelWith({})
  const ear = kernel.listener()
  kernel.scheduler.names.register('ear', ear.pid)
  kernel.once((_inbox, out) => void out.sends('ear', 't', ['1', '2']).sends('nobody', 't', ['1', '2']).sends(ear.pid, '@t', ['1']))
  kernel.run()
  assert.equal(messages(ear.heard), ['t 1', 't 2'])
  assert.equal(kernel.notes.dropped_, ['nobody NAME_UNRESOLVED', 'nobody NAME_UNRESOLVED', `${ear.pid} TOPIC_RESERVED`])
  const refusal = new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, 'no')
  const denied = new TestKernel({ sends: { allows: () => false, refusal: () => refusal } })
  assert.equal(
    sent((out, to) => out.sends(to, 't', ['1', '2']), {}, denied),
    { heard: [], lost: ['PERMISSION_DENIED', 'PERMISSION_DENIED'] },
  )
})

test('for a process whose mail is written down each message is written down', () => {
  const kernel = kernelWith({})
  const durable = kernel.spawn(() => undefined, { commit: () => new Promise(() => {}) })
  const written: string[] = []
  const send: Post['send'] = (_from, to, topic, payload, tag) =>
    void written.push(`${to === durable.pid} ${Buffer.from(topic)} ${Buffer.from(payload)} ${tag}`)
  kernel.scheduler.delivery.post = { send, owns: () => false } as unknown as Post
  kernel.once((_inbox, out) => void out.sends(durable.pid, 't', ['1', '2']))
  kernel.run()
  assert.equal(written, ['true t 1 0', 'true t 2 0'])
})

test('new code under the same pid gets the messages of bundles that waited', () => {
  const mailbox = mailboxOf()
  mailbox.forwardAll(sender, bundle(['a', 'b']))
  mailbox.restart(sender, bytes('app:new'), bytes(''))
  const into = noFrames()
  mailbox.take(into, 1, 1e6)
  assert.is(messagesIn(into.view, into.start), 0)
  mailbox.take(into, 10, 1e6)
  assert.equal(
    readFrames(into).map(({ payload }) => payload),
    ['a', 'b'],
  )
  assert.is(mailbox.messages, 0)
})

test.run()
