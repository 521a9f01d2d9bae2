import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatPid, parsePid, serialOf } from '../src/pid.ts'
import { bytes } from './support/ts-body.ts'

const test = suite('pid')
const serial = (text: string) => serialOf(bytes(text), 0, bytes(text).length)

test('a pid has a host and a serial of at least five digits', () => {
  assert.is(formatPid('app:processes', 1), '{app:processes|0x00001}')
  assert.is(formatPid('app:processes', 0xabcdef), '{app:processes|0xabcdef}')
})

test('a pid of a named node has the node, and a workflow any text', () => {
  assert.is(formatPid('app:processes', 1, 'north'), '{north@app:processes|0x00001}')
  assert.is(formatPid('app:worker', 'order|7', 'north'), '{north@app:worker|order|7}')
})

test('parsing gives the parts back', () => {
  assert.equal(parsePid('{app:fn#lua.1|0x00001}'), { node: '', host: 'app:fn#lua.1', uniq: '0x00001' })
  assert.equal(parsePid('{north@app:worker|a@b|c}'), { node: 'north', host: 'app:worker', uniq: 'a@b|c' })
})

test('other text is no pid', () => {
  for (const text of ['', 'logger', '{app:processes}', 'app:processes|0x00001', '{app|1', 'app|1}', '|', '{|'])
    assert.is(parsePid(text), null)
})

test('the serial is read from the bytes', () => {
  assert.is(serial('{app:processes|0x00001}'), 1)
  assert.is(serial('{north@app:processes|0x12345678}'), 0x12345678)
  assert.is(serial(formatPid('a', Number.MAX_SAFE_INTEGER)), Number.MAX_SAFE_INTEGER)
  const padded = bytes('xx{a:b|0x0000f}yy')
  assert.is(serialOf(padded, 2, padded.length - 2), 15)
})

test('a serial has one spelling only', () => {
  for (const uniq of ['0x1', '0x0001', '0x000001', '0x0ABCD', '0xABCDE', '1', '0x', '0y00001', 'x00001', '0x0000g', '0x100000000000000']) {
    assert.is(serial(`{a:b|${uniq}}`), -1, uniq)
  }
})

test('what does not end like a pid has no serial', () => {
  for (const text of ['', '}', '{}', '0x00001}', '|0x00001}', 'a|0x00001}', '{a0x00001}', '{a|0x00001', '{00001}'])
    assert.is(serial(text), -1, text)
})

test.run()
