import { all, ask, OPERATIONS, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'Maps with keys that mean something.',
  ends: ['never'],
  bytes: all(
    ...[
      raw('91 81 a9 5f5f70726f746f5f5f 81 a5 61646d696e c3'),
      raw('91 81 ab 636f6e7374727563746f72 81 a9 70726f746f74797065 81 a8 706f6c6c75746564 c3'),
      raw('92 81 a4 7468656e c3 81 a6 746f4a534f4e c3'),
    ].flatMap((payload) => OPERATIONS.map(([op, target]) => ask(op, target, payload))),
  ),
}
