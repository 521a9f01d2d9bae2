import { encodeAll } from '../../../src/msgpack.ts'
import { all, ask, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A thousand asks that wait under one tag.',
  ends: ['never'],
  bytes: all(...Array.from({ length: 1000 }, () => ask('time.sleep', '', encodeAll([1_000_000]), 1))),
}
