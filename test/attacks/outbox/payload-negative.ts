import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A payload whose length is negative to who reads it with a sign.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ claims: { payload: 0x80000000 } }),
}
