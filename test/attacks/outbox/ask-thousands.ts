import { encodeAll } from '../../../src/msgpack.ts'
import { all, ask, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Twenty thousand asks at once.',
  ends: ['never'],
  bytes: all(...Array.from({ length: 20_000 }, (_, i) => ask('process.registry.lookup', 'victim', encodeAll([]), i + 1))),
}
