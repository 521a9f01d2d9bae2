// msgpack to Lua values, where they are to lie: on the stack, in the list or in a node of the table they belong to. Trusts nobody.
//
// Each element takes a byte at least, and none takes those of the elements behind it: so all lists together claim no more elements than there
// are bytes, and each gets its room at once.
//
// Whatever is made is written down where it is reachable before the next thing is made. Lua collects only between two elements of a table,
// and each table is looked at again when it goes on (`lua.mayCollect`): the collector may have been through with it.

import * as lua from './lua'
import { ERROR_META, get } from './control'
import { MAX_DEPTH, NIL } from './msgpack'
import { addList, addNodes, newTable, nodeOf } from './table'
import { stringOf } from './text'

const MOST_ROOM: i32 = 1024 // keys a table gets room for because of what its bytes claim; then it grows by what is there

/** Pushes the value of the array at r when that is one whole number of four bytes at most, none below zero; else false. */
export function pushWhole(L: i32, r: i32, end: i32): bool {
  const n = end - r
  if (n < 2 || load<u8>(r) != 0x91) return false
  const c = <i32>load<u8>(r + 1)
  let value: u32
  if (c < 0x80 && n == 2) value = c
  else if (c == 0xcc && n == 3) value = load<u8>(r + 2)
  else if (c == 0xcd && n == 4) value = bswap<u16>(load<u16>(r + 2))
  else if (c == 0xce && n == 6) value = bswap<u32>(load<u32>(r + 2))
  else return false
  lua.pushWhole(L, value)
  return true
}

/** Pushes the values of the array at r. Bytes that another process made wrong are one nil: they must not harm who receives them. */
export function spread(L: i32, r: i32, end: i32): i32 {
  if (end - r >= 2 && load<u8>(r) == 0x91 && isNumber(load<u8>(r + 1))) {
    if (decode(L, lua.pushNothing(L), r + 1, end, 0) == end) return 1
    lua.drop(L, 1)
  }
  const top = lua.lua_gettop(L)
  let n = -1
  if (r < end) {
    const c = <i32>load<u8>(r)
    if (c >= 0x90 && c < 0xa0) { n = c & 15; r += 1 }
    else if (c == 0xdc && end - r >= 3) { n = <i32>bswap<u16>(load<u16>(r + 1)); r += 3 }
  }
  if (n >= 0 && n <= end - r && lua.lua_checkstack(L, n + 8)) {
    const begun = lua.boundedBegin()
    for (let k = 0; k < n && r != 0; k++) r = decode(L, lua.pushNothing(L), r, end - (n - 1 - k), 0)
    lua.boundedEnd(begun)
    lua.collect(L)
    if (r == end) return n
  }
  lua.lua_settop(L, top)
  lua.lua_pushnil(L)
  return 1
}

@inline function isNumber(c: u32): bool { return c < 0x80 || c >= 0xe0 || c - 0xca < 10 }
@inline function integer(v: i32, value: i64, r: i32): i32 {
  store<i64>(v, value)
  store<u8>(v + 8, <u8>lua.TAG_INTEGER)
  return r
}
@inline function float(v: i32, value: f64, r: i32): i32 {
  store<f64>(v, value)
  store<u8>(v + 8, <u8>lua.TAG_FLOAT)
  return r
}
@inline function constant(v: i32, tag: i32, r: i32): i32 {
  store<u8>(v + 8, <u8>tag)
  return r
}

/** Writes the value at r to v, which holds none, and answers the address behind it; 0 when the bytes are malformed or nest too deep. */
function decode(L: i32, v: i32, r: i32, end: i32, depth: i32): i32 {
  if (r >= end) return 0
  const c = <i32>load<u8>(r)
  r++
  if (c < 0x80) return integer(v, c, r)
  if (c < 0x90) return map(L, v, r, end, c & 15, depth)
  if (c < 0xa0) return list(L, v, r, end, c & 15, depth)
  if (c < 0xc0) return string(L, v, r, end, c & 31)
  if (c >= 0xe0) return integer(v, <i64><i8>c, r)
  const left = end - r
  switch (c) {
    case NIL: return constant(v, lua.TNIL, r)
    case 0xc2: return constant(v, lua.TAG_FALSE, r)
    case 0xc3: return constant(v, lua.TAG_TRUE, r)
    case 0xc4: case 0xd9: return left < 1 ? 0 : string(L, v, r + 1, end, <i32>load<u8>(r))
    case 0xc5: case 0xda: return left < 2 ? 0 : string(L, v, r + 2, end, <i32>bswap<u16>(load<u16>(r)))
    case 0xc6: case 0xdb: return left < 4 ? 0 : string(L, v, r + 4, end, <i32>bswap<u32>(load<u32>(r)))
    case 0xc9: return left < 5 || load<u8>(r + 4) != 1 ? 0 : error(L, v, r + 5, end, <i32>bswap<u32>(load<u32>(r)), depth)
    case 0xc8: return left < 3 || load<u8>(r + 2) != 1 ? 0 : error(L, v, r + 3, end, <i32>bswap<u16>(load<u16>(r)), depth)
    case 0xc7: return left < 2 || load<u8>(r + 1) != 1 ? 0 : error(L, v, r + 2, end, <i32>load<u8>(r), depth)
    case 0xca: return left < 4 ? 0 : float(v, <f64>reinterpret<f32>(bswap<u32>(load<u32>(r))), r + 4)
    case 0xcb: return left < 8 ? 0 : float(v, reinterpret<f64>(bswap<u64>(load<u64>(r))), r + 8)
    case 0xcc: return left < 1 ? 0 : integer(v, <i64>load<u8>(r), r + 1)
    case 0xcd: return left < 2 ? 0 : integer(v, <i64>bswap<u16>(load<u16>(r)), r + 2)
    case 0xce: return left < 4 ? 0 : integer(v, <i64>bswap<u32>(load<u32>(r)), r + 4)
    case 0xcf: case 0xd3: return left < 8 ? 0 : integer(v, <i64>bswap<u64>(load<u64>(r)), r + 8)
    case 0xd0: return left < 1 ? 0 : integer(v, <i64>load<i8>(r), r + 1)
    case 0xd1: return left < 2 ? 0 : integer(v, <i64><i16>bswap<u16>(load<u16>(r)), r + 2)
    case 0xd2: return left < 4 ? 0 : integer(v, <i64><i32>bswap<u32>(load<u32>(r)), r + 4)
    case 0xdc: return left < 2 ? 0 : list(L, v, r + 2, end, <i32>bswap<u16>(load<u16>(r)), depth)
    case 0xdd: return left < 4 ? 0 : list(L, v, r + 4, end, <i32>bswap<u32>(load<u32>(r)), depth)
    case 0xde: return left < 2 ? 0 : map(L, v, r + 2, end, <i32>bswap<u16>(load<u16>(r)), depth)
    case 0xdf: return left < 4 ? 0 : map(L, v, r + 4, end, <i32>bswap<u32>(load<u32>(r)), depth)
  }
  return 0
}

function string(L: i32, v: i32, r: i32, end: i32, n: i32): i32 {
  if (<u32>n > <u32>(end - r)) return 0
  const text = stringOf(L, r, n)
  store<i32>(v, text)
  store<u8>(v + 8, load<u8>(text + 4) | lua.COLLECTABLE)
  return r + n
}

function list(L: i32, v: i32, r: i32, end: i32, n: i32, depth: i32): i32 {
  if (<u32>n > <u32>(end - r) || depth >= MAX_DEPTH) return 0
  const t = newTable(L, v)
  if (n == 0) return r
  let element = addList(L, t, n)
  for (let k = 1; k <= n; k++, element += 16) {
    lua.mayCollect(L, t)
    r = decode(L, element, r, end - (n - k), depth + 1)
    if (r == 0) return 0
  }
  return r
}

function map(L: i32, v: i32, r: i32, end: i32, n: i32, depth: i32): i32 {
  if (<u32>n > <u32>(end - r) >>> 1 || depth >= MAX_DEPTH) return 0
  const t = newTable(L, v)
  if (n == 0) return r
  addNodes(L, t, min(n, MOST_ROOM))
  for (let k = 0; k < n; k++) {
    lua.mayCollect(L, t)
    const c = r < end ? <i32>load<u8>(r) : 0
    const behind = r + 1 + (c & 31)
    if (c > 0xa0 && c < 0xc0 && behind < end && load<u8>(behind) != NIL) {
      const node = nodeOf(t, stringOf(L, r + 1, c & 31))
      if (node != 0) {
        r = decode(L, node, behind, end, depth + 1)
        if (r == 0) return 0
        continue
      }
    }
    r = pair(L, t, r, end, depth)
    if (r == 0) return 0
  }
  store<u8>(t + 6, 0) // it may become a metatable: which methods it has is not known
  return r
}

/** A key of any kind, and its value. */
function pair(L: i32, t: i32, r: i32, end: i32, depth: i32): i32 {
  const key = lua.pushNothing(L)
  r = decodeKey(L, key, r, end)
  if (r == 0 || r >= end) return 0
  const isNothing = load<u8>(r) == NIL
  const value = isNothing ? lua.luaH_get(t, key) : place(L, t, key)
  lua.drop(L, 1)
  if (!isNothing) return decode(L, value, r, end, depth + 1)
  if (value != lua.ABSENT) lua.empty(value)
  return r + 1
}

/** A key is a string, a number or a boolean. */
function decodeKey(L: i32, key: i32, r: i32, end: i32): i32 {
  if (r >= end) return 0
  const c = load<u8>(r)
  if ((c >= 0x80 && c < 0xa0) || c == NIL || (c >= 0xc7 && c <= 0xc9) || c >= 0xdc && c <= 0xdf) return 0
  r = decode(L, key, r, end, MAX_DEPTH)
  if (lua.tagAt(key) != lua.TAG_FLOAT) return r
  const number = load<f64>(key)
  return number == number ? r : 0
}

/** Where the value of a key lies in t. */
function place(L: i32, t: i32, key: i32): i32 {
  if (lua.tagAt(key) == lua.TAG_SHORT) {
    const node = nodeOf(t, load<i32>(key))
    if (node != 0) return node
  }
  const known = lua.luaH_get(t, key)
  if (known != lua.ABSENT) return known
  lua.luaH_newkey(L, t, key, key)
  return lua.luaH_get(t, key)
}

function error(L: i32, v: i32, r: i32, end: i32, n: i32, depth: i32): i32 {
  if (<u32>n > <u32>(end - r)) return 0
  const next = decode(L, v, r, r + n, depth + 1)
  if (next != r + n) return 0
  if (depth == 0) v = lua.topmost(L) // the stack may have moved
  if (lua.tagAt(v) != lua.TAG_TABLE) return 0
  const t = load<i32>(v)
  if (!isError(t)) return 0
  lua.setMetatable(t, get(ERROR_META)) // which the registry keeps
  return next
}

/** Whether a table has the fields of an Error: code that reads one must not fail over its own errors. */
function isError(t: i32): bool {
  if (!isA(t, 1, lua.TSTRING) || !isA(t, 2, lua.TSTRING)) return false
  if (!isOptional(t, 4, lua.TTABLE) || !isOptional(t, 5, lua.TTABLE) || !isOptional(t, 6, lua.TSTRING)) return false
  if (isA(t, 5, lua.TNIL)) return true
  const contexts = load<i32>(lua.luaH_getint(t, 5))
  const n = lua.luaH_getn(contexts)
  for (let k: i64 = 1; k <= n; k++) if (!isA(contexts, k, lua.TSTRING)) return false
  return true
}
@inline function isA(t: i32, k: i64, type: i32): bool { return (lua.tagAt(lua.luaH_getint(t, k)) & 15) == type }
@inline function isOptional(t: i32, k: i64, type: i32): bool { return isA(t, k, lua.TNIL) || isA(t, k, type) }
