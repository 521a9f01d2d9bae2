import { REPLY } from '../../../src/kernel/frame.ts'
import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'The answer to its own question.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ kind: REPLY, flag: 1, tag: 1 }),
}
