import type { OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Bytes that mean nothing.',
  ends: ['PROCESS_FRAME'],
  bytes: Uint8Array.from({ length: 4096 }, (_, i) => (i * 2654435761) >>> 13),
}
