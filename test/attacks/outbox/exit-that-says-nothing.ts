import { exit, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'An end whose values cannot be read.',
  ends: ['well', 'LUA_ERROR'],
  bytes: exit(raw('c1')),
}
