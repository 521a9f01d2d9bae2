// The reader of everything that comes out of a process: what it takes it takes the same again, and what it refuses it refuses with a reason.

import { isDeepStrictEqual } from 'node:util'
import { decode, encode, encodeAll } from '../../../src/msgpack.ts'
import type { Target } from '../fuzz.ts'
import { bytesFrom, valueFrom } from '../values.ts'

export const target: Target = {
  mayRefuse: true,
  seeds: [encodeAll([1, 'text', [true, null], { key: 2n ** 60n }, new Uint8Array(3), -0.5])],
  make: (random) => (random.next() < 0.5 ? bytesFrom(random, 200) : encode(valueFrom(random, 4))),
  run: (input) => {
    const value = decode(new Uint8Array(input))
    const again = decode(new Uint8Array(encode(value)))
    if (!isDeepStrictEqual(value, again)) throw new Error('another value came back')
  },
}
