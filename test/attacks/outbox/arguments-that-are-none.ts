import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Something else than a list, and bytes behind it.',
  ends: ['never'],
  bytes: all(
    ...[raw('80'), raw('c0'), raw('07'), raw('91 c0 c0'), raw('c1'), raw('91 c1')].flatMap((payload) =>
      OPERATIONS.map(([op, target]) => ask(op, target, payload)),
    ),
  ),
}
