import { all, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Messages to who may not be written to, one that asks and one that does not.',
  ends: ['never'],
  bytes: all(frame({ name: 'neighbour' }), frame({ name: 'neighbour', tag: 7 })),
}
