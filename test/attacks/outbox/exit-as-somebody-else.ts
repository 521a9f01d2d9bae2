import { encodeAll } from '../../../src/msgpack.ts'
import { exit, type OutboxAttack } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'An end that passes for one that the kernel brings about.',
  ends: ['LUA_ERROR', 'well'],
  bytes: exit(encodeAll([null, { code: 'PROCESS_TERMINATED', kind: 'Unknown' }]), 0),
}
