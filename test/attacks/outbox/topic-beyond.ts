import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A topic that is longer than the outbox.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ claims: { topic: 0xffff } }),
}
