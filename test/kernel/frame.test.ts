import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Address, NOBODY } from '../../src/kernel/address.ts'
import { ASK, FrameCursor, type Frames, frameBytes, MESSAGE, SEND } from '../../src/kernel/frame.ts'
import { BufferPool, copyFrames, FrameBuffer } from '../../src/kernel/frame-buffer.ts'
import { bytes, readFrames } from '../support/ts-body.ts'

const test = suite('frame')
const framesOf = (data: Uint8Array, start = 0, end = data.length): Frames => ({ bytes: data, view: new DataView(data.buffer), start, end })
const one = (): FrameBuffer => {
  const buffer = new FrameBuffer()
  buffer.write(ASK, 1, 7, bytes('time.after'), bytes('x'), bytes('abc'), 9)
  return buffer
}
const isMalformed = (frames: Frames) => {
  const cursor = new FrameCursor().over(frames)
  while (cursor.next());
  return cursor.malformed
}

test('a frame is 16 bytes, its parts, and zeros up to a multiple of 4', () => {
  const { bytes: data, start, end } = one()
  assert.is(end - start, 32)
  assert.equal([...data.subarray(0, 16)], [3, 0, 0, 0, ASK, 1, 10, 0, 7, 0, 0, 0, 1, 0, 9, 0])
  assert.is(new TextDecoder().decode(data.subarray(16, 32)), 'time.afterxabc\0\0')
})

test('what is written is read', () => {
  assert.equal(readFrames(one()), [{ kind: ASK, flag: 1, tag: 7, credit: 9, name: 'time.after', topic: 'x', payload: 'abc' }])
})

test('empty parts and the largest tag survive', () => {
  const buffer = new FrameBuffer()
  buffer.write(SEND, 0, 0xffffffff, bytes(''), bytes(''), bytes(''))
  assert.equal(readFrames(buffer), [{ kind: SEND, flag: 0, tag: 0xffffffff, credit: 0, name: '', topic: '', payload: '' }])
})

test('padding is zero even in memory used before', () => {
  const buffer = new FrameBuffer()
  buffer.bytes.fill(255)
  buffer.post(MESSAGE, 0, 0, new Address('abcde'), bytes(''), bytes(''))
  buffer.post(MESSAGE, 0, 0, new Address('a'), bytes('b'), bytes('c'))
  buffer.post(MESSAGE, 0, 0, NOBODY, bytes(''), bytes(''))
  assert.equal([...buffer.bytes.subarray(21, 24)], [0, 0, 0])
  assert.is(buffer.bytes[24 + 19], 0)
  assert.is(readFrames(buffer).length, 3)
})

test('a forwarded frame keeps topic and payload of any length and gets another name', () => {
  for (const length of [0, 1, 3, 4, 7, 8, 9, 40, 95, 96, 97, 300, 5000]) {
    const payload = 'x'.repeat(length)
    const source = new FrameBuffer()
    source.write(SEND, 0, 3, bytes('{a:b|0x00002}'), bytes('job'), bytes(payload))
    const cursor = new FrameCursor().over(source)
    cursor.next()
    const target = new FrameBuffer()
    target.forward(MESSAGE, 0, new Address('{a:b|0x00001}'), cursor)
    assert.equal(readFrames(target), [{ kind: MESSAGE, flag: 0, tag: 0, credit: 0, name: '{a:b|0x00001}', topic: 'job', payload }])
  }
})

test('a buffer grows, and moves what is left to its front when most of it was read', () => {
  const buffer = new FrameBuffer()
  for (let i = 0; i < 100; i++) {
    buffer.write(MESSAGE, 0, i, bytes('n'), bytes('t'), bytes(`${i}`))
    if (i % 2) buffer.start += frameBytes(buffer.view, buffer.start)
  }
  assert.equal(
    readFrames(buffer).map(({ tag }) => tag),
    Array.from({ length: 50 }, (_, i) => i + 50),
  )
  const capacity = buffer.bytes.length
  for (let i = 0; i < 10_000; i++) {
    buffer.write(MESSAGE, 0, i, bytes('n'), bytes('t'), bytes('p'))
    buffer.start += frameBytes(buffer.view, buffer.start)
  }
  assert.ok(buffer.bytes.length <= capacity * 2)
})

test('a header cut short is malformed', () => {
  for (let cut = 1; cut < 16; cut++) assert.ok(isMalformed(framesOf(one().bytes, 0, cut)), `${cut}`)
})

test('a frame longer than what is left is malformed, padding included', () => {
  for (let cut = 17; cut < 32; cut++) assert.ok(isMalformed(framesOf(one().bytes, 0, cut)), `${cut}`)
})

test('any length that lies stops the cursor inside the bytes it was given', () => {
  for (const [at, size] of [
    [0, 4],
    [6, 2],
    [12, 2],
  ] as const) {
    for (const lie of size === 4 ? [0xffffffff, 0x80000000, 0x7fffffff, 64, 6] : [0xffff, 0x8000, 64, 15]) {
      const frames = one()
      if (size === 4) frames.view.setUint32(at, lie, true)
      else frames.view.setUint16(at, lie, true)
      const cursor = new FrameCursor().over(frames)
      while (cursor.next()) assert.ok(cursor.payloadEnd <= frames.end)
      assert.ok(cursor.malformed, `${lie} at ${at}`)
    }
  }
})

test('random bytes never lead outside', () => {
  let seed = 1
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return seed >>> 16
  }
  for (let round = 0; round < 2000; round++) {
    const data = new Uint8Array(128).map(() => (random() % 3 ? 0 : random() & 0xff))
    const cursor = new FrameCursor().over(framesOf(data))
    for (let frames = 0; cursor.next(); frames++) {
      assert.ok(frames < 9)
      assert.ok(cursor.nameStart <= cursor.nameEnd && cursor.nameEnd <= cursor.topicEnd && cursor.topicEnd <= cursor.payloadEnd)
      assert.ok(cursor.payloadEnd <= 128)
    }
  }
})

test('bounds outside the memory are malformed', () => {
  const data = one().bytes
  for (const [start, end] of [
    [-1, 16],
    [0, 1e9],
    [32, 16],
    [Number.NaN, 16],
    [0, Number.NaN],
  ] as const) {
    assert.ok(isMalformed(framesOf(data, start, end)), `${start} ${end}`)
  }
})

test('a copy outlives its memory', () => {
  const frames = one()
  const copy = copyFrames(frames)
  frames.bytes.fill(0)
  assert.is(readFrames(copy)[0]?.name, 'time.after')
})

test('an address is only where exactly its bytes are', () => {
  for (const text of [
    '',
    'a',
    'abc',
    'abcd',
    'abcdefg',
    'abcdefgh',
    'abcdefghi',
    'abcdefghijkl',
    '{app:processes|0x00001}',
    '{äpp:ö|0x00001}',
  ]) {
    const address = new Address(text)
    const data = bytes(`..${text}`)
    const view = new DataView(data.buffer)
    assert.ok(address.isAt(view, 2, data.length), text)
    assert.not(address.isAt(view, 1, data.length))
    for (let at = 2; at < data.length; at++) {
      data[at]! ^= 1
      assert.not(address.isAt(view, 2, data.length), `${text} ${at}`)
      data[at]! ^= 1
    }
  }
})

test('the pool gives a buffer back empty, and keeps no large one', () => {
  const pool = new BufferPool()
  const small = pool.take()
  small.write(MESSAGE, 0, 0, bytes('n'), bytes('t'), bytes('p'))
  pool.give(small)
  assert.is(pool.take(), small)
  assert.is(small.size, 0)
  const large = new FrameBuffer(1024 * 1024)
  pool.give(large)
  assert.is.not(pool.take(), large)
})

test.run()
