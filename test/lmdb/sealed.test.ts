import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { seal, unseal } from '../../src/lmdb/sealed.ts'

const test = suite('sealed')
const payload = Buffer.from('what was written')
const codeOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('what was sealed is read as it was', () => {
  assert.equal(Buffer.from(unseal(seal(payload, 3), 3, 'it')), payload)
  assert.is(unseal(seal(new Uint8Array(0), 1), 1, 'it').length, 0)
})

test('a flip of any bit and a cut anywhere is noticed', () => {
  const sealed = seal(payload, 3)
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Uint8Array.from(sealed)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    assert.is(
      codeOf(() => unseal(flipped, 255, 'it')),
      'STATE_CORRUPT',
      `bit ${bit}`,
    )
  }
  for (let size = 0; size < sealed.length; size++)
    assert.is(
      codeOf(() => unseal(sealed.subarray(0, size), 255, 'it')),
      'STATE_CORRUPT',
    )
})

test('a format of tomorrow is not misread', () =>
  assert.is(
    codeOf(() => unseal(seal(payload, 4), 3, 'it')),
    'STATE_NEWER',
  ))

test.run()
