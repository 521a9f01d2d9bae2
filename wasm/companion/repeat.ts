// string.rep, by doubling. A long result is written where it lies, and can be left between two pieces of it: memory that nobody has touched
// yet costs the system many times what is written there.

import * as lua from './lua'
import { SCRATCH } from './control'
import { mayRest, pause } from './coroutine'
import { acceptError } from './library'

const MAX_BYTES: i64 = 0x7fffffff
const SHORT: i32 = 40 // bytes: such strings are found by their text
const PIECE: i32 = 131072 // bytes between two looks at the fuel
const TOUCH_SHIFT: i32 = 5 // bytes of new memory a unit, beside what copying costs

// Places on the stack. Between two pieces N is how much is written.
const TEXT: i32 = 1
const N: i32 = 2
const SEPARATOR: i32 = 3
const RESULT: i32 = 4

const TOO_LARGE: i32 = <i32>memory.data<u8>([0x72,0x65,0x73,0x75,0x6c,0x74,0x69,0x6e,0x67,0x20,0x73,0x74,0x72,0x69,0x6e,0x67,0x20,0x74,0x6f,0x6f,0x20,0x6c,0x61,0x72,0x67,0x65,0]) // "resulting string too large"
const EMPTY: i32 = <i32>memory.data<u8>([0]) // ""

/** string.rep(text, n, separator) */
export function rep(L: i32): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, TEXT, SCRATCH)
  const length = load<i32>(SCRATCH)
  const n = lua.luaL_checkinteger(L, N)
  const separator = lua.luaL_optlstring(L, SEPARATOR, EMPTY, SCRATCH)
  const between = load<i32>(SCRATCH)
  const unit = length + between
  if (n <= 0 || unit == 0) {
    lua.lua_pushstring(L, EMPTY)
    return 1
  }
  if (n > MAX_BYTES / <i64>unit) return lua.raise(L, TOO_LARGE)
  const size = unit * <i32>n - between
  lua.lua_settop(L, 3)
  if (size > SHORT) {
    lua.pushLong(L, size)
    return write(L, 0)
  }
  const before = lua.stackSave()
  const buffer = before - SHORT & ~15
  lua.stackRestore(buffer)
  memory.copy(buffer, text, length)
  memory.copy(buffer + length, separator, min(size - length, between))
  for (let done = unit; done < size; done += unit) memory.copy(buffer + done, buffer, min(unit, size - done))
  lua.lua_pushlstring(L, buffer, size)
  lua.stackRestore(before)
  return 1
}

/** Goes on writing the result behind its first `done` bytes. */
function write(L: i32, done: i32): i32 {
  const text = lua.stringAt(L, TEXT)
  const length = lua.lengthOf(text)
  const separator = lua.lua_type(L, SEPARATOR) > lua.TNIL ? lua.stringAt(L, SEPARATOR) : 0
  const unit = length + (separator == 0 ? 0 : lua.lengthOf(separator))
  const result = lua.stringAt(L, RESULT)
  const size = lua.lengthOf(result)
  const to = lua.textOf(result)
  while (done < size) {
    let piece = min(PIECE, size - done)
    let from = to + done % unit // what lies so far behind the beginning of a copy
    if (done < length) {
      from = lua.textOf(text) + done
      piece = min(piece, length - done)
    } else if (done < unit) {
      from = lua.textOf(separator) + done - length
      piece = min(piece, unit - done)
    } else piece = min(piece, to + done - from)
    memory.copy(to + done, from, piece)
    lua.pay(piece >> TOUCH_SHIFT)
    done += piece
    if (done < size && lua.fuelLeft() < 0 && mayRest(L)) {
      lua.lua_pushinteger(L, done)
      lua.lua_copy(L, -1, N)
      lua.pop(L, 1)
      return pause(L, go.index)
    }
  }
  lua.collect(L)
  return 1
}
function go(L: i32, status: i32, context: i32): i32 {
  return write(L, <i32>lua.lua_tointegerx(L, N, 0))
}
