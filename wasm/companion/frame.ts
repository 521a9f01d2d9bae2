// Frames, and reading those of the inbox where they lie. The format is that of src/kernel/frame.ts and bundle.ts.
//
//   u32 payload length | u8 kind | u8 flag | u16 name length | u32 tag | u16 topic length | u16 credit, then name, topic, payload, zeros

import * as lua from './lua'
import {
  BUNDLE_END, CHANNEL, CREDIT, FRAME, get, IN_END, IN_NEXT, IN_START, PAYLOAD, PAYLOAD_END, PEER, PEER_TAG, READ, REF_PEER, REF_TOPIC, SCRATCH, set,
  STALE, TOPIC,
} from './control'
import { pushWhole, spread } from './decode'

export const HEADER: i32 = 16
export const MESSAGE: i32 = 1
export const REPLY: i32 = 2
export const EVENT: i32 = 3
export const START: i32 = 4
export const LOAD: i32 = 5
export const MESSAGES: i32 = 8
export const LENGTH: i32 = 2 // bytes that say how long a message of a bundle is

let bundleEnd: i32 = 0 // address behind the bundle that was read from last in this step; 0: none was

/** To be called when a step begins: what waits may lie elsewhere. */
@inline export function begin(): void { bundleEnd = 0 }

/** Moves to the next unread frame, or message of a bundle; false when all are read. */
export function next(): bool {
  const offset = get(IN_NEXT)
  if (offset >= get(IN_END)) return false
  const frame = get(IN_START) + offset
  set(FRAME, frame)
  const first = payloadStart(frame)
  const behind = first + load<i32>(frame)
  if (load<u8>(frame + 4) == MESSAGES) {
    const end = open(first + get(READ))
    set(READ, end < behind ? end - first : 0)
    bundleEnd = behind
    if (end < behind) return true
  } else {
    set(PAYLOAD, first)
    set(PAYLOAD_END, behind)
  }
  set(IN_NEXT, (behind - get(IN_START) + 3) & ~3)
  return true
}

/** Stands on the message of a bundle that begins at `from`; answers where it ends. */
@inline function open(from: i32): i32 {
  const start = from + LENGTH
  const end = start + <i32>load<u16>(from)
  set(PAYLOAD, start)
  set(PAYLOAD_END, end)
  return end
}

/** Moves on within the bundle that was read from last, in this step: there must be more of it. */
export function nextWithin(): void {
  const from = get(PAYLOAD_END)
  const end = open(from)
  if (end < bundleEnd) set(READ, get(READ) + end - from)
  else {
    set(READ, 0)
    set(IN_NEXT, (bundleEnd - get(IN_START) + 3) & ~3)
  }
}

/** Looks at the next frame without moving to it: whether it is a message. What is asked about "the frame" is then about this one. */
export function peekMessage(): bool {
  const offset = get(IN_NEXT)
  if (offset >= get(IN_END)) return false
  set(FRAME, get(IN_START) + offset)
  return isMessage(kind())
}
@inline export function isMessage(kind: i32): bool { return kind == MESSAGE || kind == MESSAGES }

@inline export function kind(): i32 { return <i32>load<u8>(get(FRAME) + 4) }
@inline export function isOk(): bool { return load<u8>(get(FRAME) + 5) == 1 }
@inline export function tag(): i32 { return load<i32>(get(FRAME) + 8) }
/** The credit of the frame, to be had once, in the step that it came with. */
export function takeCredit(): i32 {
  const frame = get(FRAME)
  const credit = <i32>load<u16>(frame + 14)
  if (credit == 0) return 0
  store<u16>(frame + 14, 0)
  return frame - get(IN_START) < get(STALE) ? 0 : credit
}
@inline export function topicStart(frame: i32): i32 { return frame + HEADER + <i32>load<u16>(frame + 6) }
@inline export function payloadStart(frame: i32): i32 { return topicStart(frame) + <i32>load<u16>(frame + 12) }

/** Whether the next message is of the bundle that was read from last: its topic and sender are known, its credit is taken. */
@inline export function isWithin(): bool { return get(READ) != 0 && bundleEnd != 0 }

/** Whether the frame has the topic read last. */
export function hasSameTopic(): bool {
  const frame = get(FRAME)
  return isKnown(topicStart(frame), <i32>load<u16>(frame + 12), TOPIC)
}
export function pushTopic(L: i32): void {
  const frame = get(FRAME)
  const n = <i32>load<u16>(frame + 12)
  if (isKnown(topicStart(frame), n, TOPIC)) lua.lua_rawgeti(L, lua.REGISTRY, REF_TOPIC)
  else {
    set(CHANNEL, 0)
    learn(L, topicStart(frame), n, TOPIC, REF_TOPIC)
  }
}
/** Remembers the sender of a message: whom credit for answers is about. */
export function meetSender(L: i32): void {
  const frame = get(FRAME)
  const n = <i32>load<u16>(frame + 6)
  if (isKnown(frame + HEADER, n, PEER)) return
  learn(L, frame + HEADER, n, PEER, REF_PEER)
  lua.pop(L, 1)
  set(CREDIT, 0)
  set(BUNDLE_END, 0) // it is for the one before
  set(PEER_TAG, 0)
}

/** Whether these bytes are the string that was met last for this purpose: it is not made again. */
function isKnown(from: i32, n: i32, field: i32): bool {
  const known = get(field)
  return known != 0 && get(field + 4) == n && equal(known, from, n)
}
/** Pushes a string and keeps it. */
function learn(L: i32, from: i32, n: i32, field: i32, ref: i64): void {
  set(field, lua.lua_pushlstring(L, from, n))
  set(field + 4, n)
  lua.lua_pushvalue(L, -1)
  lua.lua_rawseti(L, lua.REGISTRY, ref)
}

/** Whether n bytes are the same. The last few of many are looked at together with some before them. */
export function equal(a: i32, b: i32, n: i32): bool {
  if (n >= 8) {
    for (let i = 0; i < n - 8; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
    return load<u64>(a + n - 8) == load<u64>(b + n - 8)
  }
  if (n >= 4) return load<u32>(a) == load<u32>(b) && load<u32>(a + n - 4) == load<u32>(b + n - 4)
  for (let i = 0; i < n; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}

/** name(), flag() of the frame just read. */
export function name(L: i32): i32 {
  const frame = get(FRAME)
  lua.lua_pushlstring(L, frame + HEADER, <i32>load<u16>(frame + 6))
  return 1
}
export function flag(L: i32): i32 {
  lua.lua_pushboolean(L, isOk() ? 1 : 0)
  return 1
}

/** values() → the payload just read, as values. */
export function values(L: i32): i32 { return spread(L, get(PAYLOAD), get(PAYLOAD_END)) }

/** Pushes the payload as one value: itself when it is one, a list of them when they are more, nil when none. */
export function pushValue(L: i32): void {
  if (pushWhole(L, get(PAYLOAD), get(PAYLOAD_END))) return
  const top = lua.lua_gettop(L)
  const n = values(L)
  if (n == 1) return
  if (n == 0) {
    lua.lua_pushnil(L)
    return
  }
  lua.lua_createtable(L, n, 0)
  for (let i = 1; i <= n; i++) {
    lua.lua_pushvalue(L, top + i)
    lua.lua_rawseti(L, -2, i)
  }
  lua.lua_rotate(L, top + 1, 1)
  lua.lua_settop(L, top + 1)
}

/** payload() → the payload just read, as one string of msgpack. */
export function payload(L: i32): i32 {
  lua.lua_pushlstring(L, get(PAYLOAD), get(PAYLOAD_END) - get(PAYLOAD))
  return 1
}

/** compile_frame() → function: the payload just read, bytecode of our own. Only main.lua has it, and only the host makes such frames. */
export function compileFrame(L: i32): i32 {
  if (lua.luaL_loadbufferx(L, get(PAYLOAD), get(PAYLOAD_END) - get(PAYLOAD), BYTECODE, BYTECODE) != lua.OK) return lua.lua_error(L)
  return 1
}
const BYTECODE: i32 = <i32>memory.data<u8>([0x62,0]) // "b"

/** decode(string) → the values of a msgpack array. */
export function decode(L: i32): i32 {
  const p = lua.luaL_checklstring(L, 1, SCRATCH)
  return spread(L, p, p + load<i32>(SCRATCH))
}
