import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { FrameReader, framed } from '../../src/control/frames.ts'

const test = suite('frames of the control endpoint')

const body = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

test('messages come out as they went in, however the stream is cut', () => {
  const words = ['', 'a', 'some words', 'x'.repeat(1000)]
  const stream = joined(...words.map((word) => framed(body(word))))
  for (const size of [1, 2, 3, 5, 7, 100, stream.length]) {
    const reader = new FrameReader(1000)
    const out: string[] = []
    for (let at = 0; at < stream.length; at += size) out.push(...reader.push(stream.subarray(at, at + size)).map(text))
    assert.equal(out, words, `in pieces of ${size}`)
  }
})

test('a length beyond the limit is refused before its bytes are waited for', () => {
  const reader = new FrameReader(1000)
  assert.throws(() => reader.push(framed(body('x'.repeat(1001))).subarray(0, 4)), /1001 bytes, more than 1000/)
  assert.throws(() => new FrameReader(1000).push(new Uint8Array([0xff, 0xff, 0xff, 0xff])), /more than 1000/)
})

test.run()
