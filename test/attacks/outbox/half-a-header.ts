import { all, frame, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'A header that is cut off, behind a frame that is none of it.',
  ends: ['PROCESS_FRAME'],
  bytes: all(frame({}), frame({}).subarray(0, 8)),
}
