// What was torn, flipped, dropped or exchanged in a journal is refused, wherever it happened.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { ORIGIN, type Position, parse, parseChain, seal } from '../../src/workflow/record.ts'
import { Random } from '../support/random.ts'
import { content } from './engines.ts'

const code = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return (error as WippyError).code
  }
  return 'read'
}

const chain = (length: number): Uint8Array[] => {
  const random = new Random(length)
  let last: Position = ORIGIN
  return Array.from({ length }, () => {
    const record = seal(last, 1, content(random))
    last = record
    return record.bytes
  })
}

const test = suite('records')

test('what is sealed is what is parsed', () => {
  const random = new Random(3)
  for (let i = 0; i < 200; i++) {
    const given = content(random)
    const { previous, hash, ...read } = parse(seal(ORIGIN, 7, given).bytes, 'it')
    assert.is(previous.length, hash.length)
    assert.equal([read.epoch, read.seq], [7, 1])
    for (const [key, value] of Object.entries(given)) {
      const other = read[key as keyof typeof read]
      if (value instanceof Uint8Array) assert.is(Buffer.compare(value, other as Uint8Array), 0, key)
      else assert.equal(other, value, key)
    }
  }
})

test('every flipped bit is refused', () => {
  const [record] = chain(1)
  for (let at = 0; at < record!.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Uint8Array.from(record!)
      flipped[at]! ^= 1 << bit
      assert.is(
        code(() => parse(flipped, 'it')),
        'JOURNAL_CORRUPT',
        `byte ${at}, bit ${bit}`,
      )
    }
  }
})

test('every torn tail is refused', () => {
  const [record] = chain(1)
  for (let length = 0; length < record!.length; length++)
    assert.is(
      code(() => parse(record!.subarray(0, length), 'it')),
      'JOURNAL_CORRUPT',
    )
})

test('a chain with a record missing, doubled, exchanged or of another chain is refused', () => {
  const records = chain(6)
  const others = chain(5)
  assert.is(parseChain('w', ORIGIN, records).length, 6)
  for (let i = 0; i < 5; i++) {
    assert.is(
      code(() => parseChain('w', ORIGIN, records.toSpliced(i, 1))),
      'JOURNAL_CORRUPT',
      `without ${i}`,
    )
    assert.is(
      code(() => parseChain('w', ORIGIN, records.toSpliced(i, 0, records[i]!))),
      'JOURNAL_CORRUPT',
      `${i} twice`,
    )
    assert.is(
      code(() => parseChain('w', ORIGIN, records.toSpliced(i, 2, records[i + 1]!, records[i]!))),
      'JOURNAL_CORRUPT',
      `${i} exchanged`,
    )
    assert.is(
      code(() => parseChain('w', ORIGIN, records.with(i, others[i]!))),
      'JOURNAL_CORRUPT',
      `${i} of another chain`,
    )
  }
})

test.run()
