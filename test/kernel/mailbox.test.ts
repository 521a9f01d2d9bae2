import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Address, NOBODY } from '../../src/kernel/address.ts'
import { EVENT, FrameCursor, type Frames, noFrames, REPLY, SEND, START } from '../../src/kernel/frame.ts'
import { BufferPool, FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { Mailbox, type MailboxLimits } from '../../src/kernel/mailbox.ts'
import { bytes, readFrames } from '../support/ts-body.ts'

const test = suite('mailbox')
const sender = new Address('{app:p|0x00001}')
const make = (limits: Partial<MailboxLimits> = {}) =>
  new Mailbox({ messages: 3, bytes: 1024 * 1024, policy: 'refuse', ...limits }, new BufferPool())
const put = (mailbox: Mailbox, payload: string) => mailbox.message(sender, bytes('t'), bytes(payload))
const signal = (mailbox: Mailbox, kind: number, payload = '') => mailbox.signal(kind, 1, 1, NOBODY, bytes(''), bytes(payload))
const take = (mailbox: Mailbox, frames = 100, size = 1e6): string[] => {
  const into: Frames = noFrames()
  mailbox.take(into, frames, size)
  const payloads = readFrames(into).map(({ payload }) => payload)
  mailbox.settle()
  return payloads
}

test('messages leave in the order they came', () => {
  const mailbox = make()
  for (const text of ['1', '2', '3']) assert.is(put(mailbox, text), 'taken')
  assert.equal(take(mailbox), ['1', '2', '3'])
  assert.ok(mailbox.isEmpty)
  assert.equal(take(mailbox), [])
})

test('whose frame is the only one is known, until another one comes', () => {
  const mailbox = make()
  const message = new FrameBuffer()
  message.write(SEND, 0, 0, bytes('x'), bytes('t'), bytes('payload'))
  const forward = () => {
    const frame = new FrameCursor().over(message)
    frame.next()
    mailbox.forward(sender, frame)
  }
  assert.is(mailbox.onlyFrom, null)
  forward()
  assert.is(mailbox.onlyFrom, sender)
  take(mailbox)
  assert.is(mailbox.onlyFrom, sender, 'of what was taken')
  forward()
  forward()
  assert.is(mailbox.onlyFrom, null)
  take(mailbox)
  signal(mailbox, EVENT)
  forward()
  assert.is(mailbox.onlyFrom, null)
  take(mailbox)
  forward()
  signal(mailbox, EVENT)
  assert.is(mailbox.onlyFrom, null)
})

test('what is beyond a batch stays', () => {
  const mailbox = make()
  for (const text of ['1', '2', '3']) put(mailbox, text)
  assert.equal(take(mailbox, 2), ['1', '2'])
  assert.is(mailbox.messages, 1)
  put(mailbox, '4')
  assert.equal(take(mailbox), ['3', '4'])
  assert.is(mailbox.messageBytes, 0)
})

test('a batch ends before its bytes are too many, but has one frame at least', () => {
  const mailbox = make()
  for (const size of [500, 500, 5000]) put(mailbox, 'x'.repeat(size))
  assert.equal(
    take(mailbox, 100, 600).map(({ length }) => length),
    [500],
  )
  assert.equal(
    take(mailbox, 100, 600).map(({ length }) => length),
    [500],
  )
  assert.equal(
    take(mailbox, 100, 600).map(({ length }) => length),
    [5000],
  )
})

test('a full mailbox refuses, by count', () => {
  const mailbox = make()
  assert.equal(
    ['1', '2', '3', '4'].map((text) => put(mailbox, text)),
    ['taken', 'taken', 'taken', 'full'],
  )
  take(mailbox)
  assert.is(put(mailbox, '5'), 'taken')
})

test('a full mailbox refuses, by bytes', () => {
  const mailbox = make({ messages: 100, bytes: 200 })
  assert.is(put(mailbox, 'x'.repeat(100)), 'taken')
  assert.is(put(mailbox, 'x'.repeat(100)), 'full')
  assert.is(put(mailbox, 'x'), 'taken')
  assert.is(put(mailbox, 'x'.repeat(300)), 'large')
})

test('replies, events and the start get into a full mailbox', () => {
  const mailbox = make({ messages: 1 })
  put(mailbox, 'm')
  for (const kind of [REPLY, EVENT, START]) signal(mailbox, kind, `${kind}`)
  assert.equal(take(mailbox), ['m', `${REPLY}`, `${EVENT}`, `${START}`])
})

test('signals do not count as messages', () => {
  const mailbox = make({ messages: 1 })
  for (let i = 0; i < 10; i++) signal(mailbox, REPLY)
  assert.is(put(mailbox, 'm'), 'taken')
  assert.is(mailbox.messages, 1)
})

test('answers nobody bounded have room only below the limits', () => {
  const mailbox = make({ messages: 2, bytes: 1000 })
  assert.ok(mailbox.hasRoomFor(1))
  assert.not(mailbox.hasRoomFor(1000))
  signal(mailbox, REPLY)
  signal(mailbox, REPLY)
  assert.not(mailbox.hasRoomFor(1))
})

test('drop-newest forgets the new message', () => {
  const mailbox = make({ policy: 'drop-newest' })
  assert.equal(
    ['1', '2', '3', '4'].map((text) => put(mailbox, text)),
    ['taken', 'taken', 'taken', 'dropped'],
  )
  assert.equal(take(mailbox), ['1', '2', '3'])
})

test('drop-oldest forgets the oldest message and keeps signals in their place', () => {
  const mailbox = make({ policy: 'drop-oldest' })
  signal(mailbox, START, 'start')
  put(mailbox, '1')
  signal(mailbox, EVENT, 'event')
  put(mailbox, '2')
  put(mailbox, '3')
  assert.is(put(mailbox, '4'), 'displaced')
  assert.is(put(mailbox, '5'), 'displaced')
  assert.equal(take(mailbox), ['start', 'event', '3', '4', '5'])
  assert.is(mailbox.messageBytes, 0)
})

test('drop-oldest forgets as many as the bytes need', () => {
  const mailbox = make({ policy: 'drop-oldest', messages: 100, bytes: 400 })
  for (const digit of ['1', '2', '3']) put(mailbox, digit.repeat(90))
  assert.is(put(mailbox, '4'.repeat(200)), 'displaced')
  assert.equal(
    take(mailbox).map((text) => text[0]),
    ['3', '4'],
  )
})

test('credit is what certainly gets in', () => {
  assert.is(make({ messages: 3 }).credit, 3)
  assert.is(make({ messages: 1e6, bytes: 1e9 }).credit, 2048)
  assert.is(make({ messages: 1e6, bytes: 128 * 1024 }).credit, 32)
  assert.is(make({ messages: 1e6, bytes: 63 * 1024 }).credit, 0)
  assert.is(make({ messages: 3, policy: 'drop-oldest' }).credit, 2048)
  const mailbox = make()
  put(mailbox, '1')
  assert.is(mailbox.credit, 2)
})

test('new code gets its start first, then what waited, without replies to the old code', () => {
  const mailbox = make()
  put(mailbox, '1')
  signal(mailbox, REPLY, 'reply')
  signal(mailbox, EVENT, 'event')
  put(mailbox, '2')
  mailbox.restart(sender, bytes('app:new'), bytes('args'))
  assert.is(mailbox.messages, 2)
  assert.equal(take(mailbox), ['args', '1', 'event', '2'])
})

test('what the process took in and did not receive counts as messages', () => {
  const mailbox = make()
  put(mailbox, '1')
  put(mailbox, '2')
  take(mailbox)
  mailbox.held = 2
  assert.is(mailbox.messages, 2)
  assert.is(mailbox.credit, 1)
  assert.is(put(mailbox, '3'), 'taken')
  assert.is(put(mailbox, '4'), 'full')
  assert.is(mailbox.credit, 0)
  mailbox.held = 0
  assert.is(put(mailbox, '4'), 'taken')
  assert.is(mailbox.messages, 2)
})

test('more held than the limit leaves no room and no credit', () => {
  const mailbox = make()
  mailbox.held = 7
  assert.is(mailbox.credit, 0)
  assert.is(put(mailbox, '1'), 'full')
})

test('drop-oldest cannot forget what is held: it forgets the new message when nothing else waits', () => {
  const mailbox = make({ policy: 'drop-oldest' })
  put(mailbox, '1')
  mailbox.held = 2
  assert.is(put(mailbox, '2'), 'displaced')
  mailbox.held = 3
  assert.is(put(mailbox, '3'), 'dropped')
  assert.equal(take(mailbox), ['2'])
})

test('new code holds nothing, whatever the old code held', () => {
  const mailbox = make()
  mailbox.held = 3
  mailbox.restart(sender, bytes('app:new'), bytes('args'))
  assert.is(mailbox.messages, 0)
  assert.is(put(mailbox, '1'), 'taken')
})

test('an empty mailbox gives its buffer back', () => {
  const pool = new BufferPool()
  const mailbox = new Mailbox({ messages: 3, bytes: 1000, policy: 'refuse' }, pool)
  const buffer = pool.take()
  pool.give(buffer)
  put(mailbox, '1')
  assert.is.not(pool.take(), buffer)
  take(mailbox)
  assert.is(pool.take(), buffer)
})

test.run()
