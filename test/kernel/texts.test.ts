import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Texts } from '../../src/kernel/texts.ts'
import { bytes } from '../support/ts-body.ts'

const test = suite('texts')
const read = (texts: Texts, text: string) => texts.of(bytes(`..${text}..`), 2, bytes(text).length + 2)

test('text comes out as it went in, the first time and the next', () => {
  const texts = new Texts()
  for (const text of ['', 'funcs.call', 'grün', 'x'.repeat(128), 'x'.repeat(129), '\ufeffbom']) {
    assert.equal([read(texts, text), read(texts, text)], [text, text])
  }
})

test('many texts do not get mixed up', () => {
  const texts = new Texts()
  const all = Array.from({ length: 5000 }, (_, i) => `op.${i}`)
  for (let round = 0; round < 2; round++)
    assert.equal(
      all.map((text) => read(texts, text)),
      all,
    )
})

test('what was read does not change with the memory it was read from', () => {
  const texts = new Texts()
  const memory = bytes('abcd')
  texts.of(memory, 0, 4)
  memory.set(bytes('wxyz'))
  assert.equal([texts.of(memory, 0, 4), read(texts, 'abcd')], ['wxyz', 'abcd'])
})

test('bytes that are no UTF-8 do not fail', () => assert.is(new Texts().of(Uint8Array.of(0xff), 0, 1), '\ufffd'))

test.run()
