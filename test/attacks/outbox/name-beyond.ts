import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A name that is longer than the outbox.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ claims: { name: 0xffff } }),
}
