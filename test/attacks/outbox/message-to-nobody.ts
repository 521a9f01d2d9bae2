import { MESSAGE } from '../../../src/kernel/frame.ts'
import { frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A frame that only the host writes: a message, as if from somebody else.',
  ends: ['PROCESS_FRAME'],
  bytes: frame({ kind: MESSAGE, name: '{app:processes|0x00001}' }),
}
