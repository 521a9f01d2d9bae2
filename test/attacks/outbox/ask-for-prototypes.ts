import { encodeAll } from '../../../src/msgpack.ts'
import { all, ask, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Operations with names of what every object has.',
  ends: ['never'],
  bytes: all(
    ...['__proto__', 'constructor', 'toString', '', '.', 'process.', 'process.__proto__', '__proto__.get', 'hasOwnProperty.call'].map(
      (op) => ask(op, '__proto__', encodeAll([])),
    ),
  ),
}
