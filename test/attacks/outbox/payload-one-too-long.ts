import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A payload that ends a word behind the outbox.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ claims: { payload: 8 } }),
}
