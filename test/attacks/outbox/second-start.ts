import { START } from '../../../src/kernel/frame.ts'
import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A start.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ kind: START }),
}
