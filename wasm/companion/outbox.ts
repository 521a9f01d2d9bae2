// The outbox: frames are written one behind the other, and messages that credit covers into bundles.

import * as lua from './lua'
import { BUNDLE, BUNDLE_END, CREDIT, get, OUT_END, PEER, PEER_TAG, REF_PEER, set, TAG } from './control'
import { mustRest } from './coroutine'
import { equal, HEADER, LENGTH, payloadStart, topicStart } from './frame'
import * as pack from './msgpack'

const SEND: i32 = 16
const ASK: i32 = 17
const SENDS: i32 = 19
const ASK_COST: i32 = 2000 // fuel: what the host does for an ask takes it some microseconds, all those of a step in one piece
const COVERED_BYTES: i32 = 3584 // longer messages must ask; the kernel counts 4096 with the sender's pid
const MOST_MESSAGES: i32 = 64 // of a bundle, as in src/kernel/bundle.ts
const ENOUGH_BYTES: i32 = 4096 // of a bundle: more messages come in another one

const TOO_DEEP: i32 = <i32>memory.data<u8>([0x76,0x61,0x6c,0x75,0x65,0x20,0x6e,0x65,0x73,0x74,0x73,0x20,0x74,0x6f,0x6f,0x20,0x64,0x65,0x65,0x70,0]) // "value nests too deep"
const TOO_LONG: i32 = <i32>memory.data<u8>([0x6e,0x61,0x6d,0x65,0x20,0x69,0x73,0x20,0x74,0x6f,0x6f,0x20,0x6c,0x6f,0x6e,0x67,0]) // "name is too long"

function raise(L: i32, text: i32): i32 {
  lua.lua_pushstring(L, text)
  return lua.lua_error(L)
}

/** Encodes the stack from index i to the top as an array. */
function encodeFrom(L: i32, i: i32, p: i32): i32 {
  const top = lua.lua_gettop(L)
  if (i == top && lua.tagAt(lua.slotOf(L, i)) == lua.TAG_INTEGER) return pack.wholeNumber(p, load<i64>(lua.slotOf(L, i)))
  p = pack.arrayHead(p, max(0, top - i + 1))
  const begun = lua.boundedBegin()
  while (i <= top && p != 0) p = pack.encode(L, i++, p, 0)
  lua.boundedEnd(begun)
  if (p == 0) { lua.lua_settop(L, top); raise(L, TOO_DEEP) }
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

/** Writes header, name and topic at p; answers where the payload begins. */
function open(L: i32, p: i32, kind: i32, flag: i32, tag: u32, name: i32, topic: i32): i32 {
  const nameLength = lua.lengthOf(name)
  const topicLength = lua.lengthOf(topic)
  if (nameLength > 0xffff || topicLength > 0xffff) raise(L, TOO_LONG)
  p = pack.room(p, HEADER + nameLength + topicLength + pack.SLACK)
  store<u8>(p + 4, <u8>kind)
  store<u8>(p + 5, <u8>flag)
  store<u16>(p + 6, <u16>nameLength)
  store<u32>(p + 8, tag)
  store<u32>(p + 12, topicLength)
  p = pack.bytes(p + HEADER, lua.textOf(name), nameLength)
  return pack.bytes(p, lua.textOf(topic), topicLength)
}

/** Ends the outbox at p, where there is room for what makes a multiple of 4. */
@inline function end(p: i32): void {
  store<u32>(p, 0)
  set(OUT_END, (pack.offsetOf(p) + 3) & ~3)
}

/** Ends the frame that begins at an offset with its payload at p, and the outbox with the frame. Answers where it begins. */
function close(offset: i32, p: i32): i32 {
  p = pack.room(p, 4)
  end(p)
  const frame = pack.addressOf(offset)
  store<u32>(frame, p - payloadStart(frame))
  return frame
}

/** Writes a frame: name at the stack index `name`, topic at the one behind it, the rest as payload. */
function write(L: i32, kind: i32, flag: i32, tag: u32, name: i32): void {
  const p = open(L, pack.begin(), kind, flag, tag, lua.stringAt(L, name), lua.stringAt(L, name + 1))
  close(get(OUT_END), encodeFrom(L, name + 2, p))
  if (kind == ASK) lua.pay(ASK_COST)
}

/** Tags are never 0, and come again only after two thousand million asks. */
function nextTag(): i32 {
  const tag = (get(TAG) + 1) & 0x7fffffff
  set(TAG, tag == 0 ? 1 : tag)
  return get(TAG)
}

/** Writes the message of the stack (to, topic, ...). Answers 0 when credit covers it, else its tag: it must be answered. */
export function writeSend(L: i32): i32 {
  const name = lua.stringAt(L, 1)
  if (get(CREDIT) > 0 && lua.textOf(name) == get(PEER) && writeCovered(L, name)) {
    set(CREDIT, get(CREDIT) - 1)
    return 0
  }
  mustRest(L)
  const tag = nextTag()
  write(L, SEND, 0, tag, 1)
  set(CREDIT, 0)
  set(BUNDLE_END, 0)
  set(PEER, lua.textOf(name))
  set(PEER + 4, lua.lengthOf(name))
  set(PEER_TAG, tag)
  lua.lua_pushvalue(L, 1)
  lua.lua_rawseti(L, lua.REGISTRY, REF_PEER)
  return tag
}

/** Writes the message into the bundle that ends the outbox, or into a new one; false when it is too long to be covered by credit. */
function writeCovered(L: i32, name: i32): bool {
  const topic = lua.stringAt(L, 2)
  const head = HEADER + lua.lengthOf(name) + lua.lengthOf(topic)
  if (head > COVERED_BYTES) return false
  let p = pack.begin()
  const isMore = isOpenFor(topic)
  if (isMore) p = pack.addressOf(get(BUNDLE_END))
  else {
    p = open(L, p, SENDS, 0, 0, name, topic)
    store<u32>(pack.addressOf(get(OUT_END)), 0)
  }
  const from = pack.offsetOf(p) + LENGTH
  p = pack.room(encodeFrom(L, 3, p + LENGTH), 4)
  const size = pack.offsetOf(p) - from
  if (head + size > COVERED_BYTES) return false
  if (!isMore) set(BUNDLE, get(OUT_END))
  set(BUNDLE_END, from + size)
  end(p)
  const bundle = pack.addressOf(get(BUNDLE))
  store<u32>(bundle, load<u32>(bundle) + size + LENGTH)
  store<u32>(bundle + 8, load<u32>(bundle + 8) + 1)
  store<u16>(pack.addressOf(from - LENGTH), <u16>size)
  return true
}

/** Whether the outbox ends with a bundle for this topic that takes one message more. Whom it is for, CREDIT is about. */
function isOpenFor(topic: i32): bool {
  const end = get(BUNDLE_END)
  if (end == 0 || ((end + 3) & ~3) != get(OUT_END)) return false
  const bundle = pack.addressOf(get(BUNDLE))
  if (load<i32>(bundle) >= ENOUGH_BYTES || load<i32>(bundle + 8) == MOST_MESSAGES) return false
  const n = <i32>load<u16>(bundle + 12)
  return lua.lengthOf(topic) == n && equal(lua.textOf(topic), topicStart(bundle), n)
}

/** Writes an ASK of the stack (operation, target, ...). Answers its tag. */
export function writeAsk(L: i32): i32 {
  const tag = nextTag()
  write(L, ASK, 0, tag, 1)
  return tag
}

/** emit(kind, flag, tag, name, topic, ...): any other frame. */
export function emit(L: i32): i32 {
  const kind = <i32>lua.luaL_checkinteger(L, 1)
  const flag = <i32>lua.luaL_checkinteger(L, 2)
  const tag = <u32>lua.luaL_checkinteger(L, 3)
  write(L, kind, flag, tag, 4)
  return 0
}
