import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Arguments that end too early, for every operation.',
  ends: ['never'],
  bytes: all(
    ...[raw(''), raw('91'), raw('91 d9 ff 61'), raw('91 cb 00'), raw('dc')].flatMap((payload) =>
      OPERATIONS.map(([op, target]) => ask(op, target, payload)),
    ),
  ),
}
