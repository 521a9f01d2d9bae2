// Messages and who receives them: what of runtime-lua/channel.lua is done for each message.
//
//   C1 Who receives from a channel in which nothing lies takes the next message out of the inbox, when it is for this channel and would be
//      the next thing to happen if it waited. Else it waits, and gets the next one from task.ts.

import * as lua from './lua'
import { BACKLOG, CHANNEL, CREDIT, CURRENT, get, READING, REF_INBOX, REF_LISTENERS, REF_MESSAGE_META, set } from './control'
import { mayRest, mustRest, park } from './coroutine'
import * as frame from './frame'

// Places in the list that a channel is, as in channel.lua.
const ALONE: i32 = 1
const RECEIVERS: i32 = 2
const SENDERS: i32 = 3
const CLOSED: i32 = 4
const FIRST: i32 = 5
const LAST: i32 = 6
const COUNTED: i32 = 7
const WHOLE: i32 = 8
const HEAD: i32 = 9

const CHANNEL_NAME: i32 = <i32>memory.data<u8>([0x63,0x68,0x61,0x6e,0x6e,0x65,0x6c,0]) // "channel"

@inline function slot(channel: i32, i: i32): i32 { return lua.listOf(channel) + ((i - 1) << 4) }
@inline function isSet(channel: i32, i: i32): bool { return lua.tagAt(slot(channel, i)) != lua.TAG_FALSE }
@inline function number(channel: i32, i: i32): i64 { return load<i64>(slot(channel, i)) }
@inline function setNumber(channel: i32, i: i32, n: i64): void { store<i64>(slot(channel, i), n) }
@inline function isNumber(channel: i32, i: i32): bool { return lua.tagAt(slot(channel, i)) == lua.TAG_INTEGER }
/** Whether a table has what is written to in place: code may write to a channel too. */
@inline function isChannel(t: i32): bool { return lua.listRoom(t) >= HEAD && isNumber(t, FIRST) && isNumber(t, LAST) }

/** The address of the channel that gets the message of the frame; 0 when there is none yet. */
export function listening(L: i32): i32 {
  if (get(CHANNEL) != 0 && frame.hasSameTopic()) return get(CHANNEL)
  const top = lua.lua_gettop(L)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_LISTENERS)
  frame.pushTopic(L)
  if (lua.lua_rawget(L, top + 1) != lua.TTABLE) lua.lua_rawgeti(L, lua.REGISTRY, REF_INBOX)
  set(CHANNEL, lua.lua_type(L, -1) == lua.TTABLE ? lua.lua_topointer(L, -1) : 0)
  lua.lua_settop(L, top)
  return get(CHANNEL)
}

/** The coroutine that waits alone at a channel, which it does no longer; 0 when there is none. */
export function letGo(channel: i32): i32 {
  const alone = slot(channel, ALONE)
  if (lua.tagAt(alone) != lua.TAG_THREAD) return 0
  store<u8>(alone + 8, <u8>lua.TAG_FALSE)
  return load<i32>(alone)
}

/** Takes over the credit of the frame for answers to its sender. */
export function takeCredit(L: i32): void {
  const credit = frame.takeCredit()
  if (credit == 0) return
  frame.meetSender(L)
  set(CREDIT, get(CREDIT) + credit)
}

/** Pushes the message of the frame for CHANNEL: its value, or { topic, from, payload } as an object. */
export function pushMessage(L: i32): void {
  if (get(CHANNEL) != 0 && !isSet(get(CHANNEL), WHOLE)) {
    frame.pushValue(L)
    return
  }
  lua.lua_createtable(L, 3, 0)
  frame.pushTopic(L)
  lua.lua_rawseti(L, -2, 1)
  frame.name(L)
  lua.lua_rawseti(L, -2, 2)
  frame.payload(L)
  lua.lua_rawseti(L, -2, 3)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_MESSAGE_META)
  lua.lua_setmetatable(L, -2)
}

/** Pushes the next message for a channel, when it would be the next thing to happen if L waited. */
function takesNext(L: i32, channel: i32): bool {
  if (!get(READING) || lua.fuelLeft() < 0 || L != get(CURRENT)) return false
  if (frame.isWithin() && get(CHANNEL) != 0) {
    if (get(CHANNEL) != channel) return false
    frame.nextWithin()
  } else {
    if (!frame.peekMessage() || listening(L) != channel) return false
    frame.next()
    takeCredit(L)
  }
  pushMessage(L)
  return true
}

/** receiver(inLua) → channel.receive. `inLua(channel, co)` does what is seldom done: → true, value, ok; or co waits, and false. */
export function receiver(L: i32): i32 {
  lua.lua_settop(L, 1)
  lua.lua_pushcclosure(L, receive.index, 1)
  return 1
}

/** channel:receive() → value, ok */
function receive(L: i32): i32 {
  const channel = lua.tableAt(L, 1)
  if (channel == 0 || !isChannel(channel)) return lua.luaL_typeerror(L, 1, CHANNEL_NAME)
  if (isSet(channel, SENDERS)) return receiveInLua(L)
  const first = number(channel, FIRST)
  const last = number(channel, LAST)
  if (first <= last) take(L, channel, first, last)
  else if (isSet(channel, CLOSED) || isSet(channel, RECEIVERS) || isSet(channel, ALONE)) return receiveInLua(L)
  else if (!takesNext(L, channel)) return waitAlone(L, channel)
  lua.pushTrue(L)
  return 2
}

/** Pushes the first value of the buffer and takes it out. */
function take(L: i32, channel: i32, first: i64, last: i64): void {
  lua.lua_rawgeti(L, 1, first)
  lua.lua_pushnil(L)
  lua.lua_rawseti(L, 1, first)
  if (isSet(channel, COUNTED)) set(BACKLOG, get(BACKLOG) - 1)
  if (first == last) {
    setNumber(channel, FIRST, HEAD + 1)
    setNumber(channel, LAST, HEAD)
  } else setNumber(channel, FIRST, first + 1)
}

function waitAlone(L: i32, channel: i32): i32 {
  mustRest(L)
  lua.setThread(L, channel, slot(channel, ALONE), get(CURRENT))
  return park(L)
}

function receiveInLua(L: i32): i32 {
  lua.lua_settop(L, 1)
  lua.lua_pushvalue(L, lua.upvalue(1))
  lua.lua_pushvalue(L, 1)
  if (mayRest(L)) lua.pushThread(L, get(CURRENT))
  else lua.lua_pushnil(L)
  lua.lua_callk(L, 2, 3, 0, 0)
  return lua.lua_toboolean(L, 2) ? 2 : park(L)
}
