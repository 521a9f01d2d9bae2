import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Texts that are none.',
  ends: ['never'],
  bytes: all(
    ...[raw('91 a2 fffe'), raw('91 a3 eda080'), raw('92 a1 00 a1 00'), raw('91 81 a2 fffe a2 fffe')].flatMap((payload) =>
      OPERATIONS.map(([op, target]) => ask(op, target, payload)),
    ),
  ),
}
