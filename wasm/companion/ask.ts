// What a process asks of others, and who waits for the answers: by its tag a coroutine, which goes on with the answer, or a function, which
// hears each that comes.

import * as lua from './lua'
import { CURRENT, get, OPEN, REF_REPLIES, set } from './control'
import { mustRest, park } from './coroutine'
import * as outbox from './outbox'

function awaitReply(L: i32, tag: i32): i32 {
  lua.lua_settop(L, 0)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_REPLIES)
  lua.pushThread(L, get(CURRENT))
  lua.lua_rawseti(L, 1, tag)
  set(OPEN, get(OPEN) + 1)
  return park(L)
}

/** ask(operation, target, ...) → what the host answers, or nil and an Error. */
export function ask(L: i32): i32 {
  mustRest(L)
  return awaitReply(L, outbox.writeAsk(L))
}

/** send(to, topic, ...) → true, or nil and an Error. Waits only when the peer's mailbox has to be asked. */
export function send(L: i32): i32 {
  const tag = outbox.writeSend(L)
  if (tag != 0) return awaitReply(L, tag)
  lua.pushTrue(L)
  return 1
}

/** post(operation, target, ...) → tag */
export function post(L: i32): i32 {
  lua.lua_pushinteger(L, outbox.writeAsk(L))
  return 1
}

/** expect(tag, f): f hears each answer to `tag`, until `forget(tag)`. */
export function expect(L: i32): i32 {
  const tag = lua.luaL_checkinteger(L, 1)
  lua.lua_settop(L, 2)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_REPLIES)
  if (lua.lua_rawgeti(L, 3, tag) == lua.TNIL) set(OPEN, get(OPEN) + 1)
  lua.lua_settop(L, 3)
  lua.lua_rotate(L, 2, 1)
  lua.lua_rawseti(L, 2, tag)
  return 0
}
export function forget(L: i32): i32 {
  const tag = lua.luaL_checkinteger(L, 1)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_REPLIES)
  if (lua.lua_rawgeti(L, -1, tag) != lua.TNIL) set(OPEN, get(OPEN) - 1)
  lua.pop(L, 1)
  lua.lua_pushnil(L)
  lua.lua_rawseti(L, -2, tag)
  return 0
}
