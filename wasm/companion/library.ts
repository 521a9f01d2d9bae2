// Lua's own library functions where they are not enough for a process. Each is still a C function that Lua code calls directly, so that its
// errors name it and the line of its caller.
//
//  - `textual`: string functions that take an Error for its text
//  - `upper`, `lower`, `reverse`: eight bytes at a time
//  - `tostring`: what __tostring says may be preempted, and may wait
//  - `insert`, `remove`, `move`, `concat`: where there is much to do, or a metatable says how much, they go on in Lua, where they can be preempted
//  - `next`: walks what a frozen table holds
//  - `sort`: with a callback it goes on in Lua, where it can be preempted and the callback may wait
//  - `sort` without one: as fast as it gets, and preempted (sort.ts); in Lua when there is much to sort and no simple way

import * as lua from './lua'
import { ERROR_META, get, SCRATCH, set, SORTING } from './control'
import { pause } from './coroutine'
import * as order from './sort'

const SHORT: i64 = 256 // elements that are sorted in one go
const LONG: i64 = 4096 // elements that are moved or put together in one go

/** Calls the C function in the first upvalue within the frame of the one that runs. It must have no upvalues of its own. */
@inline function original(L: i32): i32 { return call_indirect<i32>(lua.lua_tocfunction(L, lua.upvalue(1)), L) }

/** Turns an Error as the first argument into its text. */
export function acceptError(L: i32): void {
  if (lua.lua_type(L, 1) != lua.TTABLE || !lua.lua_getmetatable(L, 1)) return
  const meta = lua.lua_topointer(L, -1)
  lua.pop(L, 1)
  if (meta != get(ERROR_META)) return
  lua.luaL_tolstring(L, 1, 0)
  lua.lua_copy(L, -1, 1)
  lua.pop(L, 1)
}

/** textual(f) → f, for which an Error as its first argument is its text. */
export function textual(L: i32): i32 {
  lua.lua_settop(L, 1)
  lua.lua_pushcclosure(L, withText.index, 1)
  return 1
}
function withText(L: i32): i32 {
  acceptError(L)
  return original(L)
}

/** string.upper(text), string.lower(text) */
export function upper(L: i32): i32 { return inCase(L, 0x61) }
export function lower(L: i32): i32 { return inCase(L, 0x41) }

@inline function times8(byte: i64): i64 { return byte * 0x0101010101010101 }

/** The letters from `first` on to those of the other case. */
function inCase(L: i32, first: i64): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, 1, SCRATCH)
  const size = load<i32>(SCRATCH)
  const buffer = room(L, size)
  const atLeast = times8(0x80 - first)
  const beyond = times8(0x80 - first - 26)
  const begun = size > SMALL ? lua.boundedBegin() : 0
  for (let i = 0; i < size; i += 8) { // behind a string there is a zero, and room up to a multiple of eight
    const bytes = load<i64>(text + i)
    const low = bytes & times8(0x7f)
    const letters = (low + atLeast ^ low + beyond) & ~bytes & times8(0x80)
    store<i64>(buffer + i, bytes ^ letters >>> 2)
  }
  lua.boundedEnd(begun)
  return written(L, buffer, size)
}

/** string.reverse(text) */
export function reverse(L: i32): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, 1, SCRATCH)
  const size = load<i32>(SCRATCH)
  const buffer = room(L, size)
  const begun = size > SMALL ? lua.boundedBegin() : 0
  let left = size
  for (; left >= 8; left -= 8) store<i64>(buffer + size - left, bswap<i64>(load<i64>(text + left - 8)))
  for (; left > 0; left--) store<u8>(buffer + size - left, load<u8>(text + left - 1))
  lua.boundedEnd(begun)
  return written(L, buffer, size)
}

const SMALL: i32 = 1024 // bytes that are written on the C stack

/** Where the bytes of a new string go. */
function room(L: i32, size: i32): i32 {
  if (size <= SMALL) return lua.stackSave() - size - 7 & ~15
  lua.pushLong(L, size)
  return lua.textOf(load<i32>(lua.topmost(L)))
}
function written(L: i32, buffer: i32, size: i32): i32 {
  if (size <= SMALL) {
    const before = lua.stackSave()
    lua.stackRestore(buffer)
    lua.lua_pushlstring(L, buffer, size)
    lua.stackRestore(before)
  } else lua.collect(L)
  return 1
}

/** tostring(v) */
export function tostring(L: i32): i32 {
  lua.luaL_checkany(L, 1)
  const type = lua.lua_type(L, 1)
  if (type == lua.TTABLE && lua.luaL_getmetafield(L, 1, TOSTRING) == lua.TFUNCTION) {
    lua.lua_pushvalue(L, 1)
    lua.lua_callk(L, 1, 1, 0, told.index)
    return told(L, 0, 0)
  }
  lua.luaL_tolstring(L, 1, 0)
  return 1
}
const TOSTRING: i32 = <i32>memory.data<u8>([0x5f,0x5f,0x74,0x6f,0x73,0x74,0x72,0x69,0x6e,0x67,0]) // "__tostring"
function told(L: i32, status: i32, context: i32): i32 {
  const type = lua.lua_type(L, -1)
  if (type != lua.TSTRING && type != lua.TNUMBER) lua.fail(L, "'__tostring' must return a string")
  lua.lua_tolstring(L, -1, 0)
  return 1
}

/** Whether the value at i is a table that is no list of few elements. */
function isMuch(L: i32, i: i32): bool {
  return lua.lua_type(L, i) == lua.TTABLE && (lua.metatableOf(lua.lua_topointer(L, i)) != 0 || <i64>lua.lua_rawlen(L, i) > LONG)
}
@inline function integerAt(L: i32, i: i32): bool { return lua.lua_isinteger(L, i) != 0 }

function closure(L: i32, f: i32): i32 {
  lua.lua_settop(L, 2)
  lua.lua_pushcclosure(L, f, 2)
  return 1
}

/** insert(native, inLua) → table.insert; remove and move likewise. What they refuse is refused by Lua's own. */
export function insert(L: i32): i32 { return closure(L, inserted.index) }
function inserted(L: i32): i32 {
  if (lua.lua_gettop(L) != 3 || !isMuch(L, 1) || !integerAt(L, 2)) return original(L)
  const at = lua.lua_tointegerx(L, 2, 0)
  return at >= 1 && at <= lua.luaL_len(L, 1) ? goOnInLua(L) : original(L)
}
export function remove(L: i32): i32 { return closure(L, removed.index) }
function removed(L: i32): i32 {
  if (lua.lua_gettop(L) != 2 || !isMuch(L, 1) || !integerAt(L, 2)) return original(L)
  const at = lua.lua_tointegerx(L, 2, 0)
  return at >= 1 && at < lua.luaL_len(L, 1) ? goOnInLua(L) : original(L)
}
export function move(L: i32): i32 { return closure(L, moved.index) }
function moved(L: i32): i32 {
  const given = lua.lua_gettop(L)
  if (given < 4 || given > 5 || !integerAt(L, 2) || !integerAt(L, 3) || !integerAt(L, 4)) return original(L)
  if (lua.lua_type(L, 1) != lua.TTABLE || (given == 5 && lua.lua_type(L, 5) != lua.TTABLE)) return original(L)
  const from = lua.lua_tointegerx(L, 2, 0)
  const to = lua.lua_tointegerx(L, 3, 0)
  const at = lua.lua_tointegerx(L, 4, 0)
  if (to < from || (from <= 0 && to >= i64.MAX_VALUE + from) || at > i64.MAX_VALUE - (to - from)) return original(L)
  const isShort = to - from < LONG && lua.metatableOf(lua.lua_topointer(L, 1)) == 0
  return isShort && (given == 4 || lua.metatableOf(lua.lua_topointer(L, 5)) == 0) ? original(L) : goOnInLua(L)
}

/** concat(native, inLua) → table.concat: `inLua(list, separator, from, to, native)` */
export function concat(L: i32): i32 { return closure(L, concatenated.index) }
function concatenated(L: i32): i32 {
  if (lua.lua_type(L, 1) != lua.TTABLE) return original(L)
  if (lua.lua_type(L, 2) > lua.TNIL) lua.luaL_checklstring(L, 2, 0)
  const from = lua.lua_type(L, 3) > lua.TNIL ? lua.luaL_checkinteger(L, 3) : 1
  const to = lua.lua_type(L, 4) > lua.TNIL ? lua.luaL_checkinteger(L, 4) : lua.luaL_len(L, 1)
  if (to - from < LONG && to - from > -LONG && lua.metatableOf(lua.lua_topointer(L, 1)) == 0) return original(L)
  lua.lua_settop(L, 2)
  lua.lua_pushinteger(L, from)
  lua.lua_pushinteger(L, to)
  lua.lua_pushvalue(L, lua.upvalue(1))
  return goOnInLua(L)
}

/** sort(native, inLua) → table.sort: `inLua(list, before)` when there is a comparator, or much to sort that sort.ts does not. */
export function sort(L: i32): i32 { return closure(L, sorted.index) }
function sorted(L: i32): i32 {
  if (lua.lua_type(L, 1) != lua.TTABLE) return original(L)
  const compares = lua.lua_type(L, 2)
  if (compares == lua.TFUNCTION) return goOnInLua(L)
  if (compares > lua.TNIL) return original(L)
  lua.lua_settop(L, 1)
  return order.begin(L) ? goOnSorting(L) : sortOtherwise(L)
}
function goOnSorting(L: i32): i32 {
  const state = order.sort(L)
  set(SORTING, state == order.PAUSES ? 1 : 0)
  if (state == order.PAUSES) return pause(L, sortedContinue.index)
  return state == order.DONE ? 0 : sortOtherwise(L)
}
function sortedContinue(L: i32, status: i32, context: i32): i32 { return goOnSorting(L) }
function sortOtherwise(L: i32): i32 {
  lua.lua_settop(L, 1)
  return <i64>lua.lua_rawlen(L, 1) <= SHORT ? original(L) : goOnInLua(L)
}

/** next(native) → next */
export function next(L: i32): i32 {
  lua.lua_settop(L, 1)
  lua.lua_pushcclosure(L, nextHeld.index, 1)
  return 1
}
function nextHeld(L: i32): i32 {
  if (lua.lua_type(L, 1) == lua.TTABLE && lua.pushHeld(L, 1)) {
    lua.lua_copy(L, -1, 1)
    lua.pop(L, 1)
  }
  return original(L)
}

function goOnInLua(L: i32): i32 {
  const n = lua.lua_gettop(L)
  lua.lua_pushvalue(L, lua.upvalue(2))
  lua.lua_rotate(L, 1, 1)
  lua.lua_callk(L, n, lua.MULTIPLE, 0, finish.index)
  return lua.lua_gettop(L)
}
function finish(L: i32, status: i32, context: i32): i32 { return lua.lua_gettop(L) }
