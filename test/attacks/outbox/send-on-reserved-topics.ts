import { all, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Topics of the runtime.',
  ends: ['never'],
  bytes: all(...['@pid.exit', '@', 'pid.exit', '__proto__'].map((topic) => frame({ topic, tag: 3 }))),
}
