import { all, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Ten thousand receivers that nobody knows, each of them something to look up, and to remember.',
  ends: ['never'],
  bytes: all(...Array.from({ length: 10_000 }, (_, i) => frame({ name: `{app:processes|0x${i.toString(16)}f}`, tag: i + 1 }))),
}
