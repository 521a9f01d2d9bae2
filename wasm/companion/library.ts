// Lua's own library functions where they are not enough for a process. Each is still a C function that Lua code calls directly, so that its
// errors name it and the line of its caller.
//
//  - `textual`: string functions that take an Error for its text
//  - `rep`: many copies by doubling, instead of one by one
//  - `sort`: with a callback it goes on in Lua, where it can be preempted and the callback may wait
//  - `sort` without one: as fast as it gets, and preempted (sort.ts); in Lua when there is much to sort and no simple way

import * as lua from './lua'
import { ERROR_META, get, SCRATCH } from './control'
import { pause } from './coroutine'
import * as order from './sort'

const MAX_BYTES: i64 = 0x7fffffff
const SHORT: i64 = 4096 // elements that are sorted in one go

const TOO_LARGE: i32 = <i32>memory.data<u8>([0x72,0x65,0x73,0x75,0x6c,0x74,0x69,0x6e,0x67,0x20,0x73,0x74,0x72,0x69,0x6e,0x67,0x20,0x74,0x6f,0x6f,0x20,0x6c,0x61,0x72,0x67,0x65,0]) // "resulting string too large"
const EMPTY: i32 = <i32>memory.data<u8>([0]) // ""

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

/** string.rep(text, n, separator) */
export function rep(L: i32): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, 1, SCRATCH)
  const length = load<i32>(SCRATCH)
  const n = lua.luaL_checkinteger(L, 2)
  const separator = lua.luaL_optlstring(L, 3, EMPTY, SCRATCH)
  const unit = length + load<i32>(SCRATCH)
  if (n <= 0 || unit == 0) {
    lua.lua_pushstring(L, EMPTY)
    return 1
  }
  if (n > MAX_BYTES / <i64>unit) return lua.raise(L, TOO_LARGE)
  const size = unit * <i32>n - (unit - length)
  const buffer = lua.malloc(size)
  if (buffer == 0) lua.outOfMemory()
  memory.copy(buffer, text, length)
  memory.copy(buffer + length, separator, min(size, unit) - length)
  for (let done = unit; done < size; ) {
    const piece = min(done, size - done)
    memory.copy(buffer + done, buffer, piece)
    done += piece
  }
  lua.lua_pushlstring(L, buffer, size)
  lua.free(buffer)
  return 1
}

/** sort(native, inLua) → table.sort: `inLua(list, before)` when there is a comparator, or much to sort that sort.ts does not. */
export function sort(L: i32): i32 {
  lua.lua_settop(L, 2)
  lua.lua_pushcclosure(L, sorted.index, 2)
  return 1
}
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
  if (state == order.PAUSES) return pause(L, sortedContinue.index)
  return state == order.DONE ? 0 : sortOtherwise(L)
}
function sortedContinue(L: i32, status: i32, context: i32): i32 { return goOnSorting(L) }
function sortOtherwise(L: i32): i32 {
  lua.lua_settop(L, 1)
  return <i64>lua.lua_rawlen(L, 1) <= SHORT ? original(L) : goOnInLua(L)
}

function goOnInLua(L: i32): i32 {
  const n = lua.lua_gettop(L)
  lua.lua_pushvalue(L, lua.upvalue(2))
  lua.lua_rotate(L, 1, 1)
  lua.lua_callk(L, n, lua.MULTIPLE, 0, finish.index)
  return lua.lua_gettop(L)
}
function finish(L: i32, status: i32, context: i32): i32 { return lua.lua_gettop(L) }
