import type { OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Frames of nothing.',
  ends: ['PROCESS_FRAME'],
  bytes: new Uint8Array(4096),
}
