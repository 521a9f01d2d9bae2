import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A frame of a kind that there is not.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ kind: 99 }),
}
