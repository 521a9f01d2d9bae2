// Tracebacks as Lua makes them (luaL_traceback): of many levels the first ten and the last eleven. One walk over the calls, however many there are.

import * as lua from './lua'
import { SCRATCH } from './control'

const FIRST: i32 = 10
const LAST: i32 = 11

// lua_Debug
const NAME: i32 = 4
const NAME_WHAT: i32 = 8
const WHAT: i32 = 12
const LINE: i32 = 24
const DEFINED: i32 = 28
const IS_TAIL_CALL: i32 = 39
const SHORT_SOURCE: i32 = 44
const CALL: i32 = 104
const RECORD_BYTES: i32 = 112

@inline function previous(call: i32): i32 { return load<i32>(call + 8) }

/** traceback(co, message) → string: the stack of a coroutine as its error left it; without one that of the caller. */
export function traceback(L: i32): i32 {
  const given = lua.lua_tothread(L, 1)
  const co = given == 0 ? L : given
  lua.lua_settop(L, 2)
  if (lua.lua_type(L, 2) != lua.TSTRING) {
    lua.lua_settop(L, 1)
    lua.pushText(L, 'stack traceback:')
  } else lua.pushText(L, '\nstack traceback:')
  const text = lua.lua_gettop(L)
  const before = lua.stackSave()
  const record = before - RECORD_BYTES & ~15
  lua.stackRestore(record)
  const first = co + 52 // the call of whoever made the coroutine
  let levels = 0
  for (let call = load<i32>(co + 20); call != first; call = previous(call)) levels++
  const skipped = levels > FIRST + LAST + 1 ? levels - FIRST - LAST : 0
  let level = 0
  for (let call = load<i32>(co + 20); call != first; call = previous(call), level++) {
    if (skipped == 0 || level < FIRST || level >= FIRST + skipped) addLevel(L, co, call, record)
    else if (level == FIRST) {
      lua.pushText(L, '\n\t...\t(skipping ')
      lua.lua_pushinteger(L, <i64>skipped)
      lua.pushText(L, ' levels)')
      lua.lua_concat(L, 4)
    }
  }
  lua.stackRestore(before)
  if (text > 2) lua.lua_concat(L, 2) // once: the message may be long
  return 1
}

/** Adds a level to the text on top. */
function addLevel(L: i32, co: i32, call: i32, record: i32): void {
  const top = lua.lua_gettop(L)
  store<i32>(record + CALL, call)
  lua.pushText(L, 'Slnt')
  lua.lua_getinfo(co, lua.lua_tolstring(L, -1, SCRATCH), record)
  lua.pop(L, 1)
  lua.pushText(L, '\n\t')
  lua.lua_pushstring(L, record + SHORT_SOURCE)
  const line = load<i32>(record + LINE)
  if (line > 0) {
    lua.pushText(L, ':')
    lua.lua_pushinteger(L, <i64>line)
  }
  lua.pushText(L, ': in ')
  const what = load<u8>(load<i32>(record + WHAT))
  if (load<u8>(load<i32>(record + NAME_WHAT)) != 0) {
    lua.lua_pushstring(L, load<i32>(record + NAME_WHAT))
    lua.pushText(L, " '")
    lua.lua_pushstring(L, load<i32>(record + NAME))
    lua.pushText(L, "'")
  } else if (what == 0x6d) lua.pushText(L, 'main chunk') // m
  else if (what != 0x43) { // C
    lua.pushText(L, 'function <')
    lua.lua_pushstring(L, record + SHORT_SOURCE)
    lua.pushText(L, ':')
    lua.lua_pushinteger(L, <i64>load<i32>(record + DEFINED))
    lua.pushText(L, '>')
  } else lua.pushText(L, '?')
  if (load<u8>(record + IS_TAIL_CALL)) lua.pushText(L, '\n\t(...tail calls...)')
  lua.lua_concat(L, lua.lua_gettop(L) - top + 1)
}
