// What runtime-lua/main.lua gets as its only argument: one array of C functions and libraries, named there in the same order.

import * as lua from './lua'
import * as ask from './ask'
import * as channel from './channel'
import { park, resume, wrap, yieldValues } from './coroutine'
import { ERROR_META, get, GRANTED, NOW, REF_ERROR_META, SCRATCH, set, SPENT } from './control'
import { compileFrame, decode, flag, name, payload, values } from './frame'
import * as library from './library'
import { emit, encode } from './outbox'
import * as pattern from './pattern'
import * as ready from './ready'
import { rep } from './repeat'
import * as task from './task'
import { traceback } from './trace'

const NANOSECONDS_PER_FUEL: i64 = 4
const TEXT: i32 = <i32>memory.data<u8>([0x74,0]) // "t"

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

/** Builds the array for main.lua on top of the stack. Keep in step with the list at the head of runtime-lua/main.lua. */
export function libraries(L: i32): void {
  lua.lua_createtable(L, 55, 0)
  open(L, 1, openBase.index); open(L, 2, openCoroutine.index); open(L, 3, openTable.index)
  open(L, 4, openString.index); open(L, 5, openMath.index); open(L, 6, openUtf8.index)
  // frames
  add(L, 7, values.index); add(L, 8, name.index); add(L, 9, flag.index); add(L, 10, payload.index)
  add(L, 11, encode.index); add(L, 12, decode.index); add(L, 13, emit.index)
  // tasks
  add(L, 14, task.run.index); add(L, 15, ready.wake.index); add(L, 16, task.current.index); add(L, 17, channel.receiver.index); add(L, 18, park.index)
  add(L, 19, ask.ask.index); add(L, 20, ask.post.index); add(L, 21, ask.send.index); add(L, 22, ask.expect.index); add(L, 23, ask.forget.index)
  add(L, 24, task.keep.index); add(L, 25, task.note.index); add(L, 26, task.finish.index); add(L, 27, task.subscribe.index); add(L, 28, task.program.index)
  // code
  add(L, 29, compile.index); add(L, 30, compileFrame.index); add(L, 31, traceback.index)
  // values
  add(L, 32, typeOf.index); add(L, 33, meta.index); add(L, 34, errorMeta.index)
  // time
  add(L, 35, now.index); add(L, 36, spentFuel.index)
  // coroutines
  add(L, 37, resume.index); add(L, 38, wrap.index); add(L, 39, yieldValues.index)
  // library
  add(L, 40, library.textual.index); add(L, 41, rep.index); add(L, 42, library.sort.index)
  // patterns
  add(L, 43, pattern.find.index); add(L, 44, pattern.matchOnce.index); add(L, 45, pattern.gmatch.index); add(L, 46, pattern.gsub.index)
  // library, where there is much to do
  add(L, 47, library.upper.index); add(L, 48, library.lower.index); add(L, 49, library.reverse.index); add(L, 50, library.tostring.index)
  add(L, 51, library.insert.index); add(L, 52, library.remove.index); add(L, 53, library.move.index); add(L, 54, library.concat.index)
  add(L, 55, library.next.index)
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
function open(L: i32, i: i64, f: i32): void {
  lua.lua_pushcclosure(L, f, 0)
  lua.lua_callk(L, 0, 1, 0, 0)
  lua.lua_rawseti(L, -2, i)
}
