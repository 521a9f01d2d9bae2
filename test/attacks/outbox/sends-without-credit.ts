import { all, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Ten thousand messages that say they need no answer, to who reads none.',
  ends: ['never'],
  bytes: all(...Array.from({ length: 10_000 }, () => frame({}))),
}
