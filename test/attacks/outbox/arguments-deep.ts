import { all, ask, OPERATIONS, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Lists in lists, twenty thousand levels deep.',
  ends: ['never'],
  bytes: all(
    ...[new Uint8Array(20_000).fill(0x91), new Uint8Array(20_000).fill(0x81)].flatMap((payload) =>
      OPERATIONS.map(([op, target]) => ask(op, target, payload)),
    ),
  ),
}
