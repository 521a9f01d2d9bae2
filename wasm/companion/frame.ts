// Frames: reading the inbox where it lies, writing the outbox. The format is that of src/kernel/frame.ts.
//
//   u32 payload length | u8 kind | u8 flag | u16 name length | u32 tag | u16 topic length | u16 credit, then name, topic, payload, zeros

import * as lua from './lua'
import { CHANNEL, CREDIT, FRAME, get, IN_END, IN_NEXT, IN_START, OUT_END, PEER, PEER_TAG, REF_PEER, REF_TOPIC, SCRATCH, set, TAG, TOPIC } from './control'
import { mustRest } from './coroutine'
import { spread } from './decode'
import * as pack from './msgpack'

const HEADER: i32 = 16
export const MESSAGE: i32 = 1
export const REPLY: i32 = 2
export const EVENT: i32 = 3
export const START: i32 = 4
export const LOAD: i32 = 5
const SEND: i32 = 16
const ASK: i32 = 17
const COVERED_BYTES: i32 = 3584 // longer messages must ask; the kernel counts 4096 with the sender's pid

const TOO_DEEP: i32 = <i32>memory.data<u8>([0x76,0x61,0x6c,0x75,0x65,0x20,0x6e,0x65,0x73,0x74,0x73,0x20,0x74,0x6f,0x6f,0x20,0x64,0x65,0x65,0x70,0]) // "value nests too deep"
const TOO_LONG: i32 = <i32>memory.data<u8>([0x6e,0x61,0x6d,0x65,0x20,0x69,0x73,0x20,0x74,0x6f,0x6f,0x20,0x6c,0x6f,0x6e,0x67,0]) // "name is too long"

/** Moves to the next unread frame; false when all are read. */
export function next(): bool {
  const offset = get(IN_NEXT)
  if (offset >= get(IN_END)) return false
  const frame = get(IN_START) + offset
  set(FRAME, frame)
  set(IN_NEXT, offset + ((HEADER + <i32>load<u16>(frame + 6) + <i32>load<u16>(frame + 12) + load<i32>(frame) + 3) & ~3))
  return true
}

/** Looks at the next frame without moving to it: whether it is a message. What is asked about "the frame" is then about this one. */
export function peekMessage(): bool {
  const offset = get(IN_NEXT)
  if (offset >= get(IN_END)) return false
  const frame = get(IN_START) + offset
  set(FRAME, frame)
  return load<u8>(frame + 4) == MESSAGE
}

@inline export function kind(): i32 { return <i32>load<u8>(get(FRAME) + 4) }
@inline export function isOk(): bool { return load<u8>(get(FRAME) + 5) == 1 }
@inline export function tag(): i32 { return load<i32>(get(FRAME) + 8) }
@inline export function credit(): i32 { return <i32>load<u16>(get(FRAME) + 14) }
@inline function topicStart(frame: i32): i32 { return frame + HEADER + <i32>load<u16>(frame + 6) }
@inline function payloadStart(frame: i32): i32 { return topicStart(frame) + <i32>load<u16>(frame + 12) }

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

function equal(a: i32, b: i32, n: i32): bool {
  for (; n >= 8; n -= 8, a += 8, b += 8) if (load<u64>(a) != load<u64>(b)) return false
  for (; n > 0; n--, a++, b++) if (load<u8>(a) != load<u8>(b)) return false
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

/** values() → the payload of the frame just read, as values. */
export function values(L: i32): i32 {
  const frame = get(FRAME)
  const start = payloadStart(frame)
  return spread(L, start, start + load<i32>(frame))
}

/** Pushes the payload of the frame as one value: itself when it is one, a list of them when they are more, nil when none. */
export function pushValue(L: i32): void {
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

/** payload() → the payload of the frame just read, as one string of msgpack. */
export function payload(L: i32): i32 {
  const frame = get(FRAME)
  lua.lua_pushlstring(L, payloadStart(frame), load<i32>(frame))
  return 1
}

/** compile_frame() → function: the payload of the frame just read, bytecode of our own. Only main.lua has it, and only the host makes such frames. */
export function compileFrame(L: i32): i32 {
  const frame = get(FRAME)
  if (lua.luaL_loadbufferx(L, payloadStart(frame), load<i32>(frame), BYTECODE, BYTECODE) != lua.OK) return lua.lua_error(L)
  return 1
}
const BYTECODE: i32 = <i32>memory.data<u8>([0x62,0]) // "b"

function raise(L: i32, text: i32): i32 {
  lua.lua_pushstring(L, text)
  return lua.lua_error(L)
}

/** decode(string) → the values of a msgpack array. */
export function decode(L: i32): i32 {
  const p = lua.luaL_checklstring(L, 1, SCRATCH)
  return spread(L, p, p + load<i32>(SCRATCH))
}

/** Encodes the stack from index i to the top as an array. */
function encodeFrom(L: i32, i: i32, p: i32): i32 {
  const top = lua.lua_gettop(L)
  p = pack.arrayHead(p, max(0, top - i + 1))
  for (; i <= top; i++) {
    p = pack.encode(L, i, p, 0)
    if (p == 0) { lua.lua_settop(L, top); raise(L, TOO_DEEP) }
  }
  return p
}

/** encode(...) → string of msgpack (an array). The bytes pass through the free end of the outbox. */
export function encode(L: i32): i32 {
  const from = pack.offsetOf(pack.begin())
  const p = encodeFrom(L, 1, pack.addressOf(from))
  const first = pack.addressOf(from)
  lua.lua_pushlstring(L, first, p - first)
  return 1
}

/** The string at stack index i; a number becomes one. */
function textAt(L: i32, i: i32): i32 {
  if (lua.lua_type(L, i) != lua.TSTRING) lua.luaL_checklstring(L, i, 0)
  return load<i32>(lua.slotOf(L, i))
}

/** Writes a frame into the outbox: header, name at stack index `name`, topic at the one behind it, the rest as payload. Answers its size. */
function write(L: i32, kind: i32, flag: i32, tag: u32, name: i32): i32 {
  const nameText = textAt(L, name)
  const topicText = textAt(L, name + 1)
  const nameLength = lua.lengthOf(nameText)
  const topicLength = lua.lengthOf(topicText)
  if (nameLength > 0xffff || topicLength > 0xffff) raise(L, TOO_LONG)
  const parts = HEADER + nameLength + topicLength
  let p = pack.room(pack.begin(), parts + pack.SLACK)
  const from = pack.offsetOf(p)
  store<u8>(p + 4, <u8>kind)
  store<u8>(p + 5, <u8>flag)
  store<u16>(p + 6, <u16>nameLength)
  store<u32>(p + 8, tag)
  store<u32>(p + 12, topicLength)
  p = pack.bytes(p + HEADER, lua.textOf(nameText), nameLength)
  p = pack.bytes(p, lua.textOf(topicText), topicLength)
  p = pack.room(encodeFrom(L, name + 2, p), 4)
  store<u32>(p, 0) // up to a multiple of 4
  const first = pack.addressOf(from)
  const size = p - first
  store<u32>(first, size - parts)
  return (size + 3) & ~3
}

@inline function commit(size: i32): void { set(OUT_END, get(OUT_END) + size) }

/** Tags are never 0, and come again only after two thousand million asks. */
function nextTag(): i32 {
  const tag = (get(TAG) + 1) & 0x7fffffff
  set(TAG, tag == 0 ? 1 : tag)
  return get(TAG)
}

/** Writes a SEND of the stack (to, topic, ...). Answers 0 when credit covers it, else its tag: it must be answered. */
export function writeSend(L: i32): i32 {
  const tag = nextTag()
  const size = write(L, SEND, 0, tag, 1)
  const text = textAt(L, 1)
  const name = lua.textOf(text)
  const covered = get(CREDIT) > 0 && size <= COVERED_BYTES && name == get(PEER)
  if (covered) {
    set(CREDIT, get(CREDIT) - 1)
    store<u32>(pack.addressOf(get(OUT_END)) + 8, 0) // it needs no answer
  } else {
    mustRest(L)
    set(CREDIT, 0)
    set(PEER, name)
    set(PEER + 4, lua.lengthOf(text))
    set(PEER_TAG, tag)
    lua.lua_pushvalue(L, 1)
    lua.lua_rawseti(L, lua.REGISTRY, REF_PEER)
  }
  commit(size)
  return covered ? 0 : tag
}

/** Writes an ASK of the stack (operation, target, ...). Answers its tag. */
export function writeAsk(L: i32): i32 {
  const tag = nextTag()
  commit(write(L, ASK, 0, tag, 1))
  return tag
}

/** emit(kind, flag, tag, name, topic, ...): any other frame. */
export function emit(L: i32): i32 {
  const kind = <i32>lua.luaL_checkinteger(L, 1)
  const flag = <i32>lua.luaL_checkinteger(L, 2)
  const tag = <u32>lua.luaL_checkinteger(L, 3)
  commit(write(L, kind, flag, tag, 4))
  return 0
}

