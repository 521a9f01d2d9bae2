// What runtime-lua/main.lua gets as its only argument: one array of C functions and libraries, named there in the same order.

import * as lua from './lua'
import { park, resume, run, wrap, yieldValues } from './coroutine'
import {
  BACKLOG, CREDIT, CURRENT, ERROR_META, FRAME, get, GRANTED, IN_END, IN_NEXT, IN_START, NOW, OUT_END, PEER, REF_ERROR_META,
  REF_LIBRARIES, REF_PEER, REF_TOPIC, SCRATCH, set, SPENT, TAG, TOPIC, VERDICT,
} from './control'
import * as pack from './msgpack'

const HEADER: i32 = 16
const MESSAGE: i32 = 1
const REPLY: i32 = 2
const SEND: i32 = 16
const ASK: i32 = 17
const COVERED_BYTES: i32 = 3584 // longer messages must ask; the kernel counts 4096 with the sender's pid
const NANOSECONDS_PER_FUEL: i64 = 4

const TOO_DEEP: i32 = <i32>memory.data<u8>([0x76,0x61,0x6c,0x75,0x65,0x20,0x6e,0x65,0x73,0x74,0x73,0x20,0x74,0x6f,0x6f,0x20,0x64,0x65,0x65,0x70,0]) // "value nests too deep"
const MALFORMED: i32 = <i32>memory.data<u8>([0x6d,0x61,0x6c,0x66,0x6f,0x72,0x6d,0x65,0x64,0x20,0x6d,0x65,0x73,0x73,0x61,0x67,0x65,0]) // "malformed message"
const BYTECODE: i32 = <i32>memory.data<u8>([0x62,0]) // "b"
const TEXT: i32 = <i32>memory.data<u8>([0x74,0]) // "t"

function raise(L: i32, text: i32): i32 {
  lua.lua_pushstring(L, text)
  return lua.lua_error(L)
}

/** next() → kind, tag, topic of the next unread frame of the inbox; nothing when all are read. */
function next(L: i32): i32 {
  const offset = get(IN_NEXT)
  if (offset >= get(IN_END)) return 0
  const frame = get(IN_START) + offset
  const nameLength = <i32>load<u16>(frame + 6)
  const topicLength = <i32>load<u16>(frame + 12)
  set(IN_NEXT, offset + ((HEADER + nameLength + topicLength + load<i32>(frame) + 3) & ~3))
  set(FRAME, frame)
  const kind = <i32>load<u8>(frame + 4)
  lua.lua_pushinteger(L, kind)
  lua.lua_pushinteger(L, <i64>load<u32>(frame + 8))
  if (kind == REPLY) return 2
  pushKnown(L, frame + HEADER + nameLength, topicLength, TOPIC, REF_TOPIC)
  const credit = <i32>load<u16>(frame + 14)
  if (credit > 0 && kind == MESSAGE) {
    pushKnown(L, frame + HEADER, nameLength, PEER, REF_PEER)
    lua.pop(L, 1)
    set(CREDIT, credit)
  }
  return 3
}

/** Pushes a string of the frame; the one pushed last for this purpose is not made again. */
function pushKnown(L: i32, from: i32, n: i32, field: i32, ref: i64): void {
  const known = get(field)
  if (known != 0 && get(field + 4) == n && equal(known, from, n)) {
    lua.lua_rawgeti(L, lua.REGISTRY, ref)
    return
  }
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
function name(L: i32): i32 {
  const frame = get(FRAME)
  lua.lua_pushlstring(L, frame + HEADER, <i32>load<u16>(frame + 6))
  return 1
}
function flag(L: i32): i32 {
  lua.lua_pushboolean(L, load<u8>(get(FRAME) + 5) == 1 ? 1 : 0)
  return 1
}

/** credit(peer): the frame just read answers a send to `peer`; take over the credit it carries. */
function credit(L: i32): i32 {
  const n = <i32>load<u16>(get(FRAME) + 14)
  if (n == 0) return 0
  lua.lua_settop(L, 1)
  set(PEER, lua.lua_tolstring(L, 1, SCRATCH))
  set(PEER + 4, load<i32>(SCRATCH))
  lua.lua_rawseti(L, lua.REGISTRY, REF_PEER)
  set(CREDIT, n)
  return 0
}

/** values() → the payload of the frame just read, as values. */
function values(L: i32): i32 {
  const frame = get(FRAME)
  const start = frame + HEADER + <i32>load<u16>(frame + 6) + <i32>load<u16>(frame + 12)
  return pack.spread(L, start, start + load<i32>(frame))
}

/** value() → the payload of the frame just read as one value: itself when it is one, a list of them when they are more, nil when none. */
function value(L: i32): i32 {
  lua.lua_settop(L, 0)
  const n = values(L)
  if (n == 0) lua.lua_pushnil(L)
  if (n > 1) {
    lua.lua_createtable(L, n, 0)
    for (let i = 1; i <= n; i++) {
      lua.lua_pushvalue(L, i)
      lua.lua_rawseti(L, -2, i)
    }
  }
  return 1
}

/** payload() → the payload of the frame just read, as one string of msgpack. */
function payload(L: i32): i32 {
  const frame = get(FRAME)
  lua.lua_pushlstring(L, frame + HEADER + <i32>load<u16>(frame + 6) + <i32>load<u16>(frame + 12), load<i32>(frame))
  return 1
}

/** decode(string) → the values of a msgpack array. */
function decode(L: i32): i32 {
  const p = lua.luaL_checklstring(L, 1, SCRATCH)
  return pack.spread(L, p, p + load<i32>(SCRATCH))
}

/** Encodes the stack from index i to the top as an array. */
function encodeFrom(L: i32, i: i32): void {
  const top = lua.lua_gettop(L)
  pack.arrayHead(max(0, top - i + 1))
  for (; i <= top; i++) if (!pack.encode(L, i, 0)) { lua.lua_settop(L, top); raise(L, TOO_DEEP) }
}

/** encode(...) → string of msgpack (an array). The bytes pass through the free end of the outbox. */
function encode(L: i32): i32 {
  pack.begin()
  const from = pack.position()
  encodeFrom(L, 1)
  const length = pack.position() - from
  pack.moveTo(from)
  lua.lua_pushlstring(L, pack.address(), length)
  return 1
}

/** Writes a frame into the outbox: header, name at stack index `name`, topic at the one behind it, the rest as payload. Answers its size. */
function write(L: i32, kind: i32, flag: i32, tag: u32, name: i32): i32 {
  const namePointer = lua.luaL_checklstring(L, name, SCRATCH)
  const nameLength = load<i32>(SCRATCH)
  const topicPointer = lua.luaL_checklstring(L, name + 1, SCRATCH)
  const topicLength = load<i32>(SCRATCH)
  if (nameLength > 0xffff || topicLength > 0xffff) raise(L, MALFORMED)
  pack.begin()
  const from = pack.position()
  pack.room(HEADER + nameLength + topicLength)
  pack.word(0)
  pack.byte(kind)
  pack.byte(flag)
  pack.half(nameLength)
  pack.word(<i32>tag)
  pack.half(topicLength)
  pack.half(0)
  pack.bytes(namePointer, nameLength)
  pack.bytes(topicPointer, topicLength)
  const start = pack.position()
  encodeFrom(L, name + 2)
  const size = pack.position() - start
  pack.patch(from, size)
  return (HEADER + nameLength + topicLength + size + 3) & ~3
}

@inline function commit(size: i32): void { set(OUT_END, get(OUT_END) + size) }

/** send(to, topic, ...) → true when the message is covered by credit; else its tag, and it must be answered. */
function send(L: i32): i32 {
  const tag = nextTag()
  const size = write(L, SEND, 0, tag, 1)
  const covered = get(CREDIT) > 0 && size <= COVERED_BYTES && lua.lua_tolstring(L, 1, 0) == get(PEER)
  if (covered) {
    set(CREDIT, get(CREDIT) - 1)
    pack.untag(get(OUT_END))
    lua.lua_pushboolean(L, 1)
  } else lua.lua_pushinteger(L, <i64>tag)
  commit(size)
  return 1
}

/** Tags are never 0, and come again only after two thousand million asks. */
function nextTag(): u32 {
  const tag = (get(TAG) + 1) & 0x7fffffff
  set(TAG, tag == 0 ? 1 : tag)
  return get(TAG)
}

/** ask(operation, target, ...) → tag */
function ask(L: i32): i32 {
  const tag = nextTag()
  commit(write(L, ASK, 0, tag, 1))
  lua.lua_pushinteger(L, <i64>tag)
  return 1
}

/** emit(kind, flag, tag, name, topic, ...): any other frame. */
function emit(L: i32): i32 {
  const kind = <i32>lua.luaL_checkinteger(L, 1)
  const flag = <i32>lua.luaL_checkinteger(L, 2)
  const tag = <u32>lua.luaL_checkinteger(L, 3)
  commit(write(L, kind, flag, tag, 4))
  return 0
}

/** Fuel spent by this process since it was born. */
@inline function spent(): i64 { return load<i64>(SPENT) + <i64>(get(GRANTED) - lua.fuelLeft()) }

/** now() → nanoseconds since the epoch: the start of the step plus a fixed rate per unit of fuel. */
function now(L: i32): i32 {
  lua.lua_pushinteger(L, load<i64>(NOW) + <i64>(get(GRANTED) - lua.fuelLeft()) * NANOSECONDS_PER_FUEL)
  return 1
}

/** spent() → fuel */
function spentFuel(L: i32): i32 {
  lua.lua_pushinteger(L, spent())
  return 1
}

/** rest(verdict, backlog): the root ends the step. */
function rest(L: i32): i32 {
  set(VERDICT, <i32>lua.luaL_checkinteger(L, 1))
  set(BACKLOG, <i32>lua.luaL_checkinteger(L, 2))
  return park(L)
}

/** compile(source, chunkname) → function, or nil and the message. Text only. */
function compile(L: i32): i32 {
  const source = lua.luaL_checklstring(L, 1, SCRATCH)
  const size = load<i32>(SCRATCH)
  const name = lua.luaL_checklstring(L, 2, 0)
  if (lua.luaL_loadbufferx(L, source, size, name, TEXT) == lua.OK) return 1
  lua.lua_pushnil(L)
  lua.lua_rotate(L, -2, 1)
  return 2
}

/** compile_frame() → function: the payload of the frame just read, bytecode of our own. main.lua forgets it when the image is ready. */
function compileFrame(L: i32): i32 {
  const frame = get(FRAME)
  const start = frame + HEADER + <i32>load<u16>(frame + 6) + <i32>load<u16>(frame + 12)
  if (lua.luaL_loadbufferx(L, start, load<i32>(frame), BYTECODE, BYTECODE) != lua.OK) return lua.lua_error(L)
  return 1
}

/** traceback(co, message) → string: the stack of a coroutine as its error left it. */
function traceback(L: i32): i32 {
  const co = lua.lua_tothread(L, 1)
  lua.luaL_traceback(L, co ? co : L, lua.lua_type(L, 2) == lua.TSTRING ? lua.lua_tolstring(L, 2, 0) : 0, 0)
  return 1
}

/** errormeta(metatable): the metatable that the codec gives to Error values. */
function errorMeta(L: i32): i32 {
  lua.lua_settop(L, 1)
  set(ERROR_META, lua.lua_topointer(L, 1))
  lua.lua_rawseti(L, lua.REGISTRY, REF_ERROR_META)
  return 0
}

/** type(v): Lua's, but "userdata" for objects of the runtime (metatable[1] == "userdata"). */
function typeOf(L: i32): i32 {
  lua.luaL_checkany(L, 1)
  const type = lua.lua_type(L, 1)
  if (type == lua.TTABLE && lua.lua_getmetatable(L, 1)) {
    if (lua.lua_rawgeti(L, -1, 1) == lua.TSTRING) return 1
  }
  lua.lua_pushstring(L, lua.lua_typename(L, type))
  return 1
}

/** meta(v) → the metatable itself, whatever __metatable says. */
function meta(L: i32): i32 {
  return lua.lua_getmetatable(L, 1)
}

/** current() → the managed coroutine that runs, also when it has resumed others. */
function current(L: i32): i32 {
  const co = get(CURRENT)
  if (co == 0) return 0
  lua.lua_pushthread(co)
  if (co != L) lua.lua_xmove(co, L, 1)
  return 1
}

/** wait(t): t[0] = the managed coroutine that runs, then park. */
function wait(L: i32): i32 {
  current(L)
  lua.lua_rawseti(L, 1, 0)
  return park(L)
}

/** Builds the array for main.lua on top of the stack. Keep in step with the list at the head of runtime-lua/main.lua. */
export function libraries(L: i32): void {
  lua.lua_createtable(L, 40, 0)
  open(L, 1, luaopen(0)); open(L, 2, luaopen(1)); open(L, 3, luaopen(2))
  open(L, 4, luaopen(3)); open(L, 5, luaopen(4)); open(L, 6, luaopen(5))
  add(L, 7, next.index); add(L, 8, values.index); add(L, 9, payload.index); add(L, 10, decode.index); add(L, 11, encode.index)
  add(L, 12, send.index); add(L, 13, emit.index); add(L, 14, now.index); add(L, 15, spentFuel.index); add(L, 16, rest.index)
  add(L, 17, compile.index); add(L, 18, traceback.index); add(L, 19, errorMeta.index); add(L, 20, typeOf.index)
  add(L, 21, resume.index); add(L, 22, wrap.index); add(L, 23, yieldValues.index); add(L, 24, park.index); add(L, 25, run.index)
  add(L, 26, credit.index); add(L, 27, meta.index); add(L, 28, current.index); add(L, 29, compileFrame.index)
  add(L, 30, value.index); add(L, 31, name.index); add(L, 32, flag.index); add(L, 33, wait.index); add(L, 34, ask.index)
  lua.lua_pushvalue(L, -1)
  lua.lua_rawseti(L, lua.REGISTRY, REF_LIBRARIES)
}

function add(L: i32, i: i64, f: i32): void {
  lua.lua_pushcclosure(L, f, 0)
  lua.lua_rawseti(L, -2, i)
}

function openBase(L: i32): i32 { return lua.luaopen_base(L) }
function openCoroutine(L: i32): i32 { return lua.luaopen_coroutine(L) }
function openTable(L: i32): i32 { return lua.luaopen_table(L) }
function openString(L: i32): i32 { return lua.luaopen_string(L) }
function openMath(L: i32): i32 { return lua.luaopen_math(L) }
function openUtf8(L: i32): i32 { return lua.luaopen_utf8(L) }
function luaopen(i: i32): i32 {
  switch (i) {
    case 0: return openBase.index
    case 1: return openCoroutine.index
    case 2: return openTable.index
    case 3: return openString.index
    case 4: return openMath.index
    default: return openUtf8.index
  }
}
function open(L: i32, i: i64, f: i32): void {
  lua.lua_pushcclosure(L, f, 0)
  lua.lua_callk(L, 0, 1, 0, 0)
  lua.lua_rawseti(L, -2, i)
}
