import { all, exit, type OutboxAttack, raw } from './outbox.ts'

export const attack: OutboxAttack = {
  about: 'An end of a million parts.',
  ends: ['well', 'LUA_ERROR'],
  bytes: exit(all(raw('91 dd 000f4000'), new Uint8Array(0xf4000).fill(0x80))),
}
