import { encodeAll } from '../../../src/msgpack.ts'
import { all, ask, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'What it was not given, asked for without its modules.',
  ends: ['never'],
  bytes: all(
    ask('env.get', 'ATTACK_SECRET', encodeAll([])),
    ask('env.all', '', encodeAll([])),
    ask('registry.get', 'app:secret', encodeAll([])),
    ask('registry.find', '', encodeAll([{}])),
    ask('funcs.call', 'app:reads_secret', encodeAll([null])),
    ask('process.spawn', 'app:privileged', encodeAll(['app:attackers', 'exec', null])),
  ),
}
