import { all, frame, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Receivers whose names are no text.',
  ends: ['never'],
  bytes: all(...['ff fe', 'ed a0 80', '00', '7b 61 7c 30 78 00 7d'].map((name) => frame({ name: raw(name), tag: 3 }))),
}
