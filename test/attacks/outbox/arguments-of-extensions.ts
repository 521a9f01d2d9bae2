import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Types that other readers make objects of: records, typed arrays, dates, errors, regular expressions.',
  ends: ['never'],
  bytes: all(
    ...[
      raw('91 d4 72 40'),
      raw('91 c7 02 74 01 02'),
      raw('91 d6 ff 7fffffff'),
      raw('91 c7 09 ff 0000000000000000ff'),
      raw('91 d4 65 00'),
      raw('91 d4 78 00'),
      raw('91 c7 00 01'),
      raw('91 c7 01 01 c0'),
    ].flatMap((payload) => OPERATIONS.map(([op, target]) => ask(op, target, payload))),
  ),
}
