// The courier writes a reply where the kernel would have written it, the same bytes, or leaves it to the kernel.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Address } from '../../src/kernel/address.ts'
import { isSound } from '../../src/kernel/bundle.ts'
import { ASK, FrameCursor, type Frames, MESSAGE, SEND, SENDS } from '../../src/kernel/frame.ts'
import { BufferPool, FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { defaultMailbox, Mailbox } from '../../src/kernel/mailbox.ts'
import { PLACE_BYTES, places } from '../../src/kernel/places.ts'
import { CONTROL, type Exports, Field, Verdict } from '../../src/vm/abi.ts'
import { type Courier, courierOf } from '../../src/vm/courier.ts'
import { Random } from '../support/random.ts'
import { bytes } from '../support/ts-body.ts'

const test = suite('courier')

const PEER = new Address('{app:processes|0x00001}')
const SELF = new Address('{app:processes|0x0002a}')
const PAGES = 8
const OUT = 400_000 // where the outbox lies
const IN = 350_000
const FUEL = 1000
const SPENT = 77
const pool = new BufferPool()

/** A memory whose step does nothing but what a test says. */
class Stand {
  readonly memory = new WebAssembly.Memory({ initial: PAGES, maximum: 16384 })
  readonly courier: Courier
  verdict: number = Verdict.wait
  stepped: readonly number[] = []
  after = (_words: Int32Array): void => {}

  constructor(self = SELF) {
    const step = (...args: number[]): number => {
      this.stepped = args
      return this.verdict
    }
    this.courier = courierOf({ memory: this.memory, step } as unknown as Exports)
    places.words.set(self.words)
    this.courier.introduce(self.length)
  }

  /** A frame from PEER in a place, and what the outbox holds then; what the courier answers and what it wrote. */
  exchange(outbox: Uint8Array, at = OUT, size = outbox.length): { readonly answer: number; readonly reply: Uint8Array } {
    const memory = new Uint8Array(this.memory.buffer)
    const words = new Int32Array(this.memory.buffer)
    if (at >= 0 && at < memory.length) memory.set(outbox.subarray(0, memory.length - at), at)
    words[Field.outStart] = at
    words[Field.outEnd] = size
    words[Field.fuel] = FUEL - SPENT
    this.after(words)
    const inbox = pool.take()
    inbox.write(MESSAGE, 0, 0, bytes(textOf(PEER)), bytes('t'), bytes('p'))
    const place = pool.take()
    const answer = this.courier.exchange(inbox.start, IN, inbox.size, FUEL, 1, PAGES, 5, place.start)
    const reply = places.bytes.slice(place.start, place.start + (answer & 0xfc))
    assert.equal(memory.slice(IN, IN + inbox.size), inbox.bytes.slice(inbox.start, inbox.end))
    pool.give(inbox)
    pool.give(place)
    return { answer, reply }
  }
}

const textOf = ({ words, length }: Address): string => new TextDecoder().decode(new Uint8Array(words.buffer, 0, length))
const frame = (...parts: Parameters<FrameBuffer['write']>): Uint8Array => {
  const buffer = new FrameBuffer()
  buffer.write(...parts)
  return buffer.bytes.slice(buffer.start, buffer.end)
}
const single = (payload: Uint8Array): Uint8Array => Uint8Array.of(payload.length & 0xff, payload.length >> 8, ...payload)
const sends = (payload: Uint8Array, topic = 'job', name = textOf(PEER)): Uint8Array =>
  frame(SENDS, 0, 1, bytes(name), bytes(topic), single(payload))

/** What the kernel does with an outbox: the bytes that are in the mailbox of PEER then, when it is one bundle of one message for it. */
const delivered = (outbox: Frames, self = SELF): Uint8Array | null => {
  const cursor = new FrameCursor().over(outbox)
  if (!cursor.next() || cursor.kind !== SENDS || !isSound(cursor) || cursor.tag !== 1) return null
  if (!PEER.isAt(cursor.view, cursor.nameStart, cursor.nameEnd)) return null
  if (cursor.topicEnd > cursor.nameEnd && cursor.bytes[cursor.nameEnd] === 0x40) return null
  const mailbox = new Mailbox(defaultMailbox, pool)
  assert.ok(mailbox.forwardAll(self, cursor))
  if (cursor.next() || cursor.malformed) return null
  const into: Frames = { ...outbox }
  mailbox.take(into, 10, 10_000)
  const made = into.bytes.slice(into.start, into.end)
  mailbox.settle()
  return made
}
const framesOf = (data: Uint8Array): Frames => ({ bytes: data, view: new DataView(data.buffer), start: 0, end: data.length })

const SHORTEST_NAME = '{a:b|0x00001}'
const LONGEST_NAME = `{app:${'processes'.repeat(5)}|0x00001}x`.padEnd(64, 'y')

for (const self of [SELF, new Address(SHORTEST_NAME), new Address('n'.repeat(33)), new Address(LONGEST_NAME)]) {
  test(`what is covered and short is written as the kernel writes it: from ${self.length} bytes`, () => {
    const stand = new Stand(self)
    for (let length = 0; length < PLACE_BYTES; length++) {
      for (const topic of ['', 'x', 'job', 'a longer topic']) {
        const outbox = sends(new Uint8Array(length).fill(length), topic)
        const expected = delivered(framesOf(outbox), self)!
        const { answer, reply } = stand.exchange(outbox)
        if (expected.length > PLACE_BYTES - 4) assert.is(answer, Verdict.wait, `${length} ${topic}`)
        else {
          assert.equal(reply, expected, `${length} ${topic}`)
          assert.is(answer >>> 8, SPENT)
        }
      }
    }
  })
}

test('the step gets what it was given', () => {
  const stand = new Stand()
  stand.exchange(sends(bytes('x')))
  assert.equal(stand.stepped, [44, FUEL, 1, PAGES, 5])
})

test('nothing is written that the kernel has to see', () => {
  const stand = new Stand()
  const payload = bytes('x')
  const left = {
    'another verdict': () => {
      stand.verdict = Verdict.again
      const { answer } = stand.exchange(sends(payload))
      stand.verdict = Verdict.wait
      return answer === Verdict.again ? Verdict.wait : -1
    },
    nothing: () => stand.exchange(new Uint8Array(0)).answer,
    'an ask': () => stand.exchange(frame(ASK, 0, 1, bytes(textOf(PEER)), bytes('job'), single(payload))).answer,
    'a send': () => stand.exchange(frame(SEND, 0, 1, bytes(textOf(PEER)), bytes('job'), single(payload))).answer,
    'a flag': () => stand.exchange(frame(SENDS, 1, 1, bytes(textOf(PEER)), bytes('job'), single(payload))).answer,
    'two messages': () =>
      stand.exchange(frame(SENDS, 0, 2, bytes(textOf(PEER)), bytes('job'), Uint8Array.of(...single(payload), ...single(payload)))).answer,
    'two frames': () => stand.exchange(Uint8Array.of(...sends(payload), ...sends(payload))).answer,
    "a topic of the runtime's own": () => stand.exchange(sends(payload, '@x')).answer,
    'for somebody else': () => stand.exchange(sends(payload, 'job', '{app:processes|0x00002}')).answer,
    'for a longer name': () => stand.exchange(sends(payload, 'job', `${textOf(PEER)}x`)).answer,
    backlog: () => {
      stand.after = (words) => words.fill(1, Field.backlog, Field.backlog + 1)
      return stand.exchange(sends(payload)).answer
    },
    'what was not read': () => {
      stand.after = (words) => {
        words[Field.backlog] = 0
        words[Field.inEnd] = 4
      }
      return stand.exchange(sends(payload)).answer
    },
    'more fuel than there is room for': () => {
      stand.after = (words) => {
        words[Field.inEnd] = 0
        words[Field.fuel] = FUEL - 0x400000
      }
      return stand.exchange(sends(payload)).answer
    },
  }
  for (const [what, act] of Object.entries(left)) assert.is(act(), Verdict.wait, what)
  stand.after = () => {}
  assert.ok(stand.exchange(sends(payload)).answer > 3)
})

test('an outbox of any bytes is written as the kernel would, or not at all', () => {
  const random = new Random(7)
  const stand = new Stand()
  let [same, none] = [0, 0]
  for (let i = 0; i < 20_000; i++) {
    const outbox = sends(
      new Uint8Array(random.below(40)).map(() => random.below(256)),
      random.of(['', 'j', 'job', '@']),
    )
    for (let n = random.below(3); n > 0; n--)
      outbox[random.below(random.below(3) > 0 ? 16 : outbox.length)] = random.below(random.of([64, 256]))
    const { answer, reply } = stand.exchange(outbox)
    if (answer === Verdict.wait) none++
    else {
      same++
      assert.equal(reply, delivered(framesOf(outbox)) ?? 'nothing')
    }
  }
  assert.ok(same > 5000 && none > 5000, `${same} ${none}`)
})

test('addresses of any kind read nothing outside, and write nothing outside the place', () => {
  const stand = new Stand()
  const guarded = places.bytes.slice(32 * PLACE_BYTES)
  const end = PAGES * 65536
  for (const at of [0, CONTROL, end - 16, end - 20, end - 1, end, end + 1, 0x7fffffff, -1, -4, -65536])
    for (const size of [0, 20, 44, 276, 0x7fffffff, -1, -4]) {
      try {
        const { answer } = stand.exchange(sends(bytes('x')), at, size)
        assert.is(answer & 3, Verdict.wait)
      } catch (cause) {
        assert.instance(cause, WebAssembly.RuntimeError)
      }
    }
  assert.equal(places.bytes.slice(32 * PLACE_BYTES), guarded)
})

test.run()
