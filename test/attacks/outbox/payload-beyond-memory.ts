import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A payload as long as lengths can be.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ claims: { payload: 0xffffffff } }),
}
