import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Lengths that claim gigabytes.',
  ends: ['never'],
  bytes: all(
    ...[raw('dd ffffffff'), raw('91 df ffffffff'), raw('91 db ffffffff'), raw('91 c6 ffffffff'), raw('91 c9 ffffffff 01')].flatMap(
      (payload) => OPERATIONS.map(([op, target]) => ask(op, target, payload)),
    ),
  ),
}
