import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Numbers at their ends.',
  ends: ['never'],
  bytes: all(
    ...[
      raw('91 cb 7ff8000000000000'),
      raw('91 cb 7ff0000000000000'),
      raw('91 cf ffffffffffffffff'),
      raw('91 d3 8000000000000000'),
      raw('91 cb 8000000000000000'),
    ].flatMap((payload) => OPERATIONS.map(([op, target]) => ask(op, target, payload))),
  ),
}
