import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encodeAll } from '../../src/msgpack.ts'
import { codeOf, errorOf } from '../../src/service/outcome.ts'

const test = suite('outcome')

const exit = (payload: Uint8Array, ok = false) => ({ ok, payload, error: null })

test('whatever bytes a process ends with, its end is an error or a value, and never a fault of the node', () => {
  const payloads = [
    [],
    [0xc1],
    [0x91],
    [0x80],
    [0x92, 0xc0, 0x81, 0xa1, 0x61, 0xc0],
    [0x92, 0xc0, 0x91, 0xc0],
    [0xdd, 0xff, 0xff, 0xff, 0xff],
  ]
  for (const bytes of payloads) {
    const error = errorOf(exit(Uint8Array.from(bytes)))
    assert.equal([error.code, error.text], ['PROCESS_FAILED', 'process failed'])
    assert.is(codeOf(exit(Uint8Array.from(bytes), true)), 0)
  }
  assert.is(errorOf(exit(encodeAll([null, 'said so']))).text, 'said so')
  assert.is(codeOf(exit(encodeAll([7]), true)), 7)
})

test.run()
