// Lua values to msgpack, appended to the outbox (decode.ts is the way back).
//
// Strings are str, whole numbers int, floats float64. A table whose keys are 1…n is an array, any other a map. Error values are ext 1.
// Objects of the runtime (metatable[1] == "userdata"), functions and coroutines do not cross: they become nil.

import * as lua from './lua'
import { ERROR_META, get, OUT_CAPACITY, OUT_END, OUT_START, SCRATCH, set } from './control'
import { spread } from './decode'

export const MAX_DEPTH: i32 = 128

let at: i32 = 0 // where the encoder writes; only valid inside one call
let end: i32 = 0 // end of the outbox buffer

/** Begins to write behind the committed part of the outbox. */
export function begin(): void {
  const start = get(OUT_START)
  at = start + get(OUT_END)
  end = start + get(OUT_CAPACITY)
}
@inline export function position(): i32 { return at - get(OUT_START) }
@inline export function address(): i32 { return at }
@inline export function moveTo(offset: i32): void { at = get(OUT_START) + offset }

/** Makes room for n more bytes; the buffer may move. Runs the process out of memory rather than returning without room. */
export function room(n: i32): void {
  if (<u32>(end - at) >= <u32>n) return
  const start = get(OUT_START)
  const used = at - start
  const capacity = max(get(OUT_CAPACITY) << 1, used + n + 64)
  const moved = realloc(start, capacity)
  set(OUT_START, moved)
  set(OUT_CAPACITY, capacity)
  at = moved + used
  end = moved + capacity
}
function realloc(p: i32, n: i32): i32 {
  const moved = lua.realloc(p, n)
  if (moved == 0) lua.outOfMemory()
  return moved
}

@inline export function byte(v: i32): void { store<u8>(at, <u8>v); at++ }
@inline export function word(v: i32): void { store<u32>(at, v); at += 4 }
@inline export function half(v: i32): void { store<u16>(at, <u16>v); at += 2 }
@inline function be16(v: i32): void { store<u16>(at, bswap<u16>(<u16>v)); at += 2 }
@inline function be32(v: u32): void { store<u32>(at, bswap<u32>(v)); at += 4 }
@inline function be64(v: u64): void { store<u64>(at, bswap<u64>(v)); at += 8 }

/** Writes the payload length into the header of the frame at `from`, and zeroes up to a multiple of 4 behind the payload. */
export function patch(from: i32, payload: i32): void {
  room(4)
  const start = get(OUT_START) + from
  store<u32>(start, payload)
  store<u32>(at, 0)
}
/** Takes the tag of the frame at `from` away: it needs no answer. */
@inline export function untag(from: i32): void { store<u32>(get(OUT_START) + from + 8, 0) }

/** Copies n bytes; the caller has made room. A call of memory.copy costs more than a few words. */
export function bytes(from: i32, n: i32): void {
  const to = at
  at += n
  if (n > 64) memory.copy(to, from, n)
  else if (n >= 8) {
    for (let i = 0; i < n - 8; i += 8) store<u64>(to + i, load<u64>(from + i))
    store<u64>(to + n - 8, load<u64>(from + n - 8))
  } else if (n >= 4) {
    const last = load<u32>(from + n - 4)
    store<u32>(to, load<u32>(from))
    store<u32>(to + n - 4, last)
  } else for (let i = 0; i < n; i++) store<u8>(to + i, load<u8>(from + i))
}

function integer(v: i64): void {
  if (v >= 0) {
    if (v < 128) byte(<i32>v)
    else if (v < 256) { byte(0xcc); byte(<i32>v) }
    else if (v < 65536) { byte(0xcd); be16(<i32>v) }
    else if (v <= 0xffffffff) { byte(0xce); be32(<u32>v) }
    else { byte(0xd3); be64(v) }
  } else if (v >= -32) byte(<i32>v)
  else if (v >= -128) { byte(0xd0); byte(<i32>v) }
  else if (v >= -32768) { byte(0xd1); be16(<i32>v) }
  else if (v >= -2147483648) { byte(0xd2); be32(<u32>v) }
  else { byte(0xd3); be64(v) }
}

function string(text: i32): void {
  const n = lua.lengthOf(text)
  room(n + 8)
  if (n < 32) byte(0xa0 | n)
  else if (n < 256) { byte(0xd9); byte(n) }
  else if (n < 65536) { byte(0xda); be16(n) }
  else { byte(0xdb); be32(n) }
  bytes(lua.textOf(text), n)
}

export function arrayHead(n: i32): void {
  room(8)
  if (n < 16) byte(0x90 | n)
  else if (n < 65536) { byte(0xdc); be16(n) }
  else { byte(0xdd); be32(n) }
}

/** Appends the value at the stack index i, counted from the function's frame. Returns false when it nests too deep. */
export function encode(L: i32, i: i32, depth: i32): bool { return encodeAt(L, lua.slotOf(L, i), depth) }

/** The same for the value that lies at `v`, on the stack or in a table. */
function encodeAt(L: i32, v: i32, depth: i32): bool {
  room(16)
  switch (lua.tagAt(v)) {
    case lua.TAG_FALSE:
      byte(0xc2)
      return true
    case lua.TAG_TRUE:
      byte(0xc3)
      return true
    case lua.TAG_INTEGER:
      integer(load<i64>(v))
      return true
    case lua.TAG_FLOAT:
      byte(0xcb)
      be64(load<u64>(v))
      return true
    case lua.TAG_SHORT:
    case lua.TAG_LONG:
      string(load<i32>(v))
      return true
    case lua.TAG_TABLE:
      return table(L, load<i32>(v), depth)
    default:
      byte(0xc0)
      return true
  }
}

/** Tables without a metatable that are nothing but a list, or have no list part, are read where they lie; others by way of the stack. */
function table(L: i32, t: i32, depth: i32): bool {
  if (depth >= MAX_DEPTH) return false
  if (lua.metatableOf(t) == 0) {
    const n = lua.listRoom(t)
    if (!lua.tableHasHash(t)) {
      if (n == 0) { byte(0x80); return true }
      if (lua.isFull(t, n)) return list(L, t, n, depth)
    } else if (n == 0) {
      const from = position()
      const written = dictionary(L, t, depth)
      if (written != HAS_WHOLE_KEYS) return written == WRITTEN
      moveTo(from)
    }
  }
  if (!lua.lua_checkstack(L, 9)) return false
  lua.pushTable(L, t)
  const i = lua.lua_gettop(L)
  const well = tableOnStack(L, i, depth)
  lua.lua_settop(L, i - 1)
  return well
}

function list(L: i32, t: i32, n: i32, depth: i32): bool {
  arrayHead(n)
  for (let v = lua.listOf(t), stop = v + (n << 4); v < stop; v += 16) if (!encodeAt(L, v, depth + 1)) return false
  return true
}

const WRITTEN: i32 = 0
const TOO_DEEP: i32 = 1
const HAS_WHOLE_KEYS: i32 = 2 // may be a list

/** The hash part of a table as a map, in the order of `next`. */
function dictionary(L: i32, t: i32, depth: i32): i32 {
  const from = position()
  room(8)
  byte(0x80)
  let count = 0
  for (let node = lua.nodesOf(t), stop = lua.nodesEnd(t); node < stop; node += lua.NODE_BYTES) {
    if (lua.isEmptyAt(node)) continue
    room(16)
    switch (lua.keyTagOf(node)) {
      case lua.TAG_SHORT:
      case lua.TAG_LONG:
        string(<i32>lua.keyOf(node))
        break
      case lua.TAG_FLOAT:
        byte(0xcb)
        be64(lua.keyOf(node))
        break
      case lua.TAG_FALSE:
        byte(0xc2)
        break
      case lua.TAG_TRUE:
        byte(0xc3)
        break
      case lua.TAG_INTEGER:
        return HAS_WHOLE_KEYS
      default:
        continue
    }
    if (!encodeAt(L, node, depth + 1)) return TOO_DEEP
    count++
  }
  mapHead(from, count)
  return WRITTEN
}

function tableOnStack(L: i32, i: i32, depth: i32): bool {
  if (lua.lua_getmetatable(L, i)) {
    const meta = lua.lua_topointer(L, -1)
    const runtime = lua.lua_rawgeti(L, -1, 1) == lua.TSTRING
    const payload = runtime && lua.lua_rawgeti(L, -2, 2) == lua.TSTRING
    lua.pop(L, payload || runtime ? 3 : 2)
    if (meta == get(ERROR_META)) return error(L, i, depth)
    if (payload) return carried(L, i, depth)
    if (runtime) { byte(0xc0); return true }
  }
  const n = <i32>lua.lua_rawlen(L, i)
  failed = false
  if (n > 0 && array(L, i, n, depth)) return true
  return !failed && map(L, i, depth)
}

/** A Payload crosses as its value: field 2, or value number field 4 of the array in field 3 while nobody looked at it. */
function carried(L: i32, i: i32, depth: i32): bool {
  const top = lua.lua_gettop(L)
  let ok = true
  if (lua.lua_rawgeti(L, i, 1) != lua.TNIL) {
    lua.lua_rawgeti(L, i, 2)
    ok = encode(L, top + 2, depth)
  } else {
    lua.lua_rawgeti(L, i, 3)
    lua.lua_rawgeti(L, i, 4)
    const bytes = lua.lua_tolstring(L, top + 2, SCRATCH)
    const n = spread(L, bytes, bytes + load<i32>(SCRATCH))
    const index = <i32>lua.lua_tointegerx(L, top + 3, 0)
    if (index >= 1 && index <= n) ok = encode(L, top + 3 + index, depth)
    else byte(0xc0)
  }
  lua.lua_settop(L, top)
  return ok
}

let failed: bool = false // an element nested too deep: told apart from "is no array"

/** Writes 1…n in order, holes as nil; rewinds and answers false when the table has other keys too. */
function array(L: i32, i: i32, n: i32, depth: i32): bool {
  const from = position()
  arrayHead(n)
  const top = lua.lua_gettop(L)
  let filled = 0
  for (let k = 1; k <= n; k++) {
    if (lua.lua_rawgeti(L, i, k) != lua.TNIL) filled++
    if (!encode(L, top + 1, depth + 1)) { lua.lua_settop(L, top); failed = true; return false }
    lua.lua_settop(L, top)
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
  if (filled == 0) return true
  moveTo(from)
  return false
}

function map(L: i32, i: i32, depth: i32): bool {
  const from = position()
  room(8)
  byte(0x80)
  let count = 0
  const top = lua.lua_gettop(L)
  lua.lua_pushnil(L)
  while (lua.lua_next(L, i)) {
    const type = lua.lua_type(L, top + 1)
    if (type == lua.TSTRING || type == lua.TNUMBER || type == lua.TBOOLEAN) {
      encode(L, top + 1, depth + 1)
      if (!encode(L, top + 2, depth + 1)) { lua.lua_settop(L, top); failed = true; return false }
      count++
    }
    lua.lua_settop(L, top + 1)
  }
  mapHead(from, count)
  return true
}

/** Completes the map that began at `from` with room for the head of a small one. */
function mapHead(from: i32, count: i32): void {
  const start = get(OUT_START) + from
  if (count < 16) store<u8>(start, <u8>(0x80 | count))
  else {
    const size = at - start - 1
    room(4)
    const first = get(OUT_START) + from
    memory.copy(first + 5, first + 1, size)
    store<u8>(first, 0xdf)
    store<u32>(first + 1, bswap<u32>(count))
    at += 4
  }
}

/** ext 1: [kind, message, retryable, details, contexts, stack], kept by Lua as the array part of an Error. */
function error(L: i32, i: i32, depth: i32): bool {
  room(8)
  byte(0xc9)
  const length = position()
  at += 4
  byte(1)
  const body = position()
  arrayHead(6)
  for (let field = 1; field <= 6; field++) {
    lua.lua_rawgeti(L, i, field)
    if (!encode(L, lua.lua_gettop(L), depth + 1)) { lua.pop(L, 1); return false }
    lua.pop(L, 1)
  }
  store<u32>(get(OUT_START) + length, bswap<u32>(position() - body))
  return true
}
