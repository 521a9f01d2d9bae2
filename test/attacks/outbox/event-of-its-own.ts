import { EVENT } from '../../../src/kernel/frame.ts'
import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'The end of somebody else, as an event.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ kind: EVENT, topic: 'pid.exit' }),
}
