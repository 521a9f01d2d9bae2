// Lua values to msgpack, appended to the outbox (decode.ts is the way back).
//
// Strings are str, whole numbers int, floats float64. A table whose keys are 1…n is an array, any other a map. Error values are ext 1.
// Objects of the runtime (metatable[1] == "userdata"), functions and coroutines do not cross: they become nil.

import * as lua from './lua'
import { ERROR_META, get, OUT_CAPACITY, OUT_END, OUT_START, SCRATCH, set } from './control'
import { spread } from './decode'

export const MAX_DEPTH: i32 = 128
export const NIL: i32 = 0xc0
const ERROR_HEAD: i32 = 6
const ERROR_FIELDS: i32 = 6

let end: i32 = 0 // of the outbox buffer; only valid inside one call
export const SLACK: i32 = 16 // bytes that any value but a string takes at most; and what a copy of words may write too much

/** Begins to write behind the committed part of the outbox; answers where. Whoever writes answers where the next one writes. */
export function begin(): i32 {
  const start = get(OUT_START)
  end = start + get(OUT_CAPACITY)
  return start + get(OUT_END)
}
@inline export function offsetOf(p: i32): i32 { return p - get(OUT_START) }
@inline export function addressOf(offset: i32): i32 { return get(OUT_START) + offset }

/** Makes room for n more bytes at p; the buffer may move. Runs the process out of memory rather than returning without room. */
@inline export function room(p: i32, n: i32): i32 { return <u32>(end - p) >= <u32>n ? p : grow(p, n) }
function grow(p: i32, n: i32): i32 {
  const start = get(OUT_START)
  const used = p - start
  const capacity = max(get(OUT_CAPACITY) << 1, used + n + 64)
  const moved = lua.realloc(start, capacity)
  if (moved == 0) lua.outOfMemory()
  set(OUT_START, moved)
  set(OUT_CAPACITY, capacity)
  end = moved + capacity
  return moved + used
}

@inline function byte(p: i32, v: i32): i32 { store<u8>(p, <u8>v); return p + 1 }
@inline function tagged16(p: i32, tag: i32, v: i32): i32 { store<u8>(p, <u8>tag); store<u16>(p + 1, bswap<u16>(<u16>v)); return p + 3 }
@inline function tagged32(p: i32, tag: i32, v: u32): i32 { store<u8>(p, <u8>tag); store<u32>(p + 1, bswap<u32>(v)); return p + 5 }
@inline function tagged64(p: i32, tag: i32, v: u64): i32 { store<u8>(p, <u8>tag); store<u64>(p + 1, bswap<u64>(v)); return p + 9 }

/** Copies the n bytes of a Lua string, behind which there is always something; the caller has made room for SLACK more. */
export function bytes(p: i32, from: i32, n: i32): i32 {
  if (n > 64) memory.copy(p, from, n)
  else for (let i = 0; i < n; i += 8) store<u64>(p + i, load<u64>(from + i))
  return p + n
}

function integer(p: i32, v: i64): i32 {
  if (v >= 0) {
    if (v < 128) return byte(p, <i32>v)
    if (v < 256) return byte(byte(p, 0xcc), <i32>v)
    if (v < 65536) return tagged16(p, 0xcd, <i32>v)
    if (v <= 0xffffffff) return tagged32(p, 0xce, <u32>v)
    return tagged64(p, 0xd3, v)
  }
  if (v >= -32) return byte(p, <i32>v)
  if (v >= -128) return byte(byte(p, 0xd0), <i32>v)
  if (v >= -32768) return tagged16(p, 0xd1, <i32>v)
  if (v >= -2147483648) return tagged32(p, 0xd2, <u32>v)
  return tagged64(p, 0xd3, v)
}

function string(p: i32, text: i32): i32 {
  const n = lua.lengthOf(text)
  p = room(p, n + SLACK)
  if (n < 32) p = byte(p, 0xa0 | n)
  else if (n < 256) p = byte(byte(p, 0xd9), n)
  else if (n < 65536) p = tagged16(p, 0xda, n)
  else p = tagged32(p, 0xdb, n)
  return bytes(p, lua.textOf(text), n)
}

/** Writes a list of one whole number. */
export function wholeNumber(p: i32, v: i64): i32 {
  return integer(byte(room(p, SLACK), 0x91), v)
}

export function arrayHead(p: i32, n: i32): i32 {
  p = room(p, SLACK)
  if (n < 16) return byte(p, 0x90 | n)
  return n < 65536 ? tagged16(p, 0xdc, n) : tagged32(p, 0xdd, n)
}

/** Writes the value at the stack index i, counted from the function's frame. Answers 0 when it nests too deep. */
export function encode(L: i32, i: i32, p: i32, depth: i32): i32 { return encodeAt(L, lua.slotOf(L, i), p, depth) }

/** The same for the value that lies at `v`, on the stack or in a table. */
function encodeAt(L: i32, v: i32, p: i32, depth: i32): i32 {
  const tag = lua.tagAt(v)
  if (tag == lua.TAG_SHORT || tag == lua.TAG_LONG) return string(p, load<i32>(v))
  p = room(p, SLACK)
  if (tag == lua.TAG_INTEGER) return integer(p, load<i64>(v))
  if (tag == lua.TAG_TABLE) return table(L, load<i32>(v), p, depth)
  if (tag == lua.TAG_FLOAT) return tagged64(p, 0xcb, load<u64>(v))
  return byte(p, tag == lua.TAG_TRUE ? 0xc3 : tag == lua.TAG_FALSE ? 0xc2 : NIL)
}

/** Tables without a metatable that are nothing but a list, or have no list part, are read where they lie; others by way of the stack. */
function table(L: i32, t: i32, p: i32, depth: i32): i32 {
  if (depth >= MAX_DEPTH) return TOO_DEEP
  if (lua.metatableOf(t) == 0) {
    const n = lua.listRoom(t)
    if (!lua.tableHasHash(t)) {
      if (n == 0) return byte(p, 0x80)
      if (lua.isFull(t, n)) return list(L, t, n, p, depth)
    } else if (n == 0) {
      const from = offsetOf(p)
      const next = dictionary(L, t, p, depth)
      if (next != HAS_WHOLE_KEYS) return next
      p = addressOf(from)
    }
  }
  if (!lua.lua_checkstack(L, 9)) return TOO_DEEP
  lua.pushTable(L, t)
  const i = lua.lua_gettop(L)
  p = tableOnStack(L, i, p, depth)
  lua.lua_settop(L, i - 1)
  return p
}

function list(L: i32, t: i32, n: i32, p: i32, depth: i32): i32 {
  p = arrayHead(p, n)
  for (let v = lua.listOf(t), stop = v + (n << 4); v < stop && p != TOO_DEEP; v += 16) p = encodeAt(L, v, p, depth + 1)
  return p
}

const TOO_DEEP: i32 = 0
const HAS_WHOLE_KEYS: i32 = -1 // may be a list

/** The hash part of a table as a map, in the order of `next`. */
function dictionary(L: i32, t: i32, p: i32, depth: i32): i32 {
  const from = offsetOf(p)
  p = byte(p, 0x80)
  let count = 0
  for (let node = lua.nodesOf(t), stop = lua.nodesEnd(t); node < stop; node += lua.NODE_BYTES) {
    if (lua.isEmptyAt(node)) continue
    const tag = lua.keyTagOf(node)
    if (tag == lua.TAG_SHORT || tag == lua.TAG_LONG) p = string(p, <i32>lua.keyOf(node))
    else {
      p = room(p, SLACK)
      if (tag == lua.TAG_FLOAT) p = tagged64(p, 0xcb, lua.keyOf(node))
      else if (tag == lua.TAG_FALSE) p = byte(p, 0xc2)
      else if (tag == lua.TAG_TRUE) p = byte(p, 0xc3)
      else if (tag == lua.TAG_INTEGER) return HAS_WHOLE_KEYS
      else continue
    }
    p = encodeAt(L, node, p, depth + 1)
    if (p == TOO_DEEP) return TOO_DEEP
    count++
  }
  return mapHead(from, count, p)
}

function tableOnStack(L: i32, i: i32, p: i32, depth: i32): i32 {
  if (lua.lua_getmetatable(L, i)) {
    const meta = lua.lua_topointer(L, -1)
    const runtime = lua.lua_rawgeti(L, -1, 1) == lua.TSTRING
    const payload = runtime && lua.lua_rawgeti(L, -2, 2) == lua.TSTRING
    lua.pop(L, payload || runtime ? 3 : 2)
    if (meta == get(ERROR_META)) return error(L, i, p, depth)
    if (payload) return carried(L, i, p, depth)
    if (runtime) return lua.pushHeld(L, i) ? table(L, lua.lua_topointer(L, -1), p, depth) : byte(p, NIL)
  }
  const n = <i32>lua.lua_rawlen(L, i)
  if (n == 0) return map(L, i, p, depth)
  const from = offsetOf(p)
  const next = array(L, i, n, p, depth)
  return next == HAS_OTHER_KEYS ? map(L, i, addressOf(from), depth) : next
}

/** A Payload crosses as its value: field 2, or value number field 4 of the array in field 3 while nobody looked at it. */
function carried(L: i32, i: i32, p: i32, depth: i32): i32 {
  const top = lua.lua_gettop(L)
  if (lua.lua_rawgeti(L, i, 1) != lua.TNIL) {
    lua.lua_rawgeti(L, i, 2)
    p = encode(L, top + 2, p, depth)
  } else {
    lua.lua_rawgeti(L, i, 3)
    lua.lua_rawgeti(L, i, 4)
    const bytes = lua.lua_tolstring(L, top + 2, SCRATCH)
    const n = spread(L, bytes, bytes + load<i32>(SCRATCH))
    const index = <i32>lua.lua_tointegerx(L, top + 3, 0)
    p = index >= 1 && index <= n ? encode(L, top + 3 + index, p, depth) : byte(p, NIL)
  }
  lua.lua_settop(L, top)
  return p
}

const HAS_OTHER_KEYS: i32 = -1

/** 1…n in order, holes as nil. */
function array(L: i32, i: i32, n: i32, p: i32, depth: i32): i32 {
  p = arrayHead(p, n)
  const top = lua.lua_gettop(L)
  let filled = 0
  for (let k = 1; k <= n; k++) {
    if (lua.lua_rawgeti(L, i, k) != lua.TNIL) filled++
    p = encode(L, top + 1, p, depth + 1)
    lua.lua_settop(L, top)
    if (p == TOO_DEEP) return TOO_DEEP
  }
  if (lua.hasHash(L, i)) {
    lua.lua_pushnil(L)
    while (filled >= 0 && lua.lua_next(L, i)) {
      lua.pop(L, 1)
      filled--
    }
  } else {
    lua.lua_pushinteger(L, n)
    filled = -lua.lua_next(L, i)
  }
  lua.lua_settop(L, top)
  return filled == 0 ? p : HAS_OTHER_KEYS
}

function map(L: i32, i: i32, p: i32, depth: i32): i32 {
  p = room(p, SLACK)
  const from = offsetOf(p)
  p = byte(p, 0x80)
  let count = 0
  const top = lua.lua_gettop(L)
  lua.lua_pushnil(L)
  while (lua.lua_next(L, i)) {
    const type = lua.lua_type(L, top + 1)
    if (type == lua.TSTRING || type == lua.TNUMBER || type == lua.TBOOLEAN) {
      p = encode(L, top + 2, encode(L, top + 1, p, depth + 1), depth + 1)
      if (p == TOO_DEEP) { lua.lua_settop(L, top); return TOO_DEEP }
      count++
    }
    lua.lua_settop(L, top + 1)
  }
  return mapHead(from, count, p)
}

/** Completes the map that began at `from` with room for the head of a small one. */
function mapHead(from: i32, count: i32, p: i32): i32 {
  if (count < 16) {
    store<u8>(addressOf(from), <u8>(0x80 | count))
    return p
  }
  p = room(p, 4)
  const first = addressOf(from)
  memory.copy(first + 5, first + 1, p - first - 1)
  tagged32(first, 0xdf, count)
  return p + 4
}

/** ext 1: [kind, message, retryable, details, contexts, stack], kept by Lua as the array part of an Error. */
function error(L: i32, i: i32, p: i32, depth: i32): i32 {
  const from = offsetOf(p)
  p = arrayHead(p + ERROR_HEAD, ERROR_FIELDS)
  for (let field = 1; field <= ERROR_FIELDS; field++) {
    lua.lua_rawgeti(L, i, field)
    p = encode(L, lua.lua_gettop(L), p, depth + 1)
    lua.pop(L, 1)
    if (p == TOO_DEEP) return TOO_DEEP
  }
  const first = addressOf(from)
  store<u8>(tagged32(first, 0xc9, p - first - ERROR_HEAD), 1)
  return p
}
