import { encodeAll } from '../../../src/msgpack.ts'
import { all, exit, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Frames behind its end: nobody reads them.',
  ends: ['well'],
  bytes: all(exit(encodeAll([null, null])), frame({ name: 'neighbour' }), new Uint8Array(64).fill(0xff)),
}
