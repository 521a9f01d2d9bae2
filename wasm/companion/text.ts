// Short strings by their bytes. Lua finds one by a hash over every byte; what came lately is found by eight of them at most.
//
// The finds are kept in the second places of Lua's own cache for `luaS_new`, which the collector clears of what it is about to free. There a
// string stands for all that begins like it up to a zero: what contains one is not kept.

import * as lua from './lua'

const LONGEST: i32 = 40 // LUAI_MAXSHORTLEN
const CACHE: i32 = 308 + 4 // of global_State: strcache[0][1]
const ROWS: u32 = 52 // of 53, so that each has a neighbour: what is driven out of one goes there
const ROW_BYTES: i32 = 8
const SHORT: u32 = 0x04 // the tag of short strings; their length lies three bytes behind it

/** The string of these n bytes. */
export function stringOf(L: i32, from: i32, n: i32): i32 {
  if (<u32>(n - 1) >= <u32>LONGEST) return lua.luaS_newlstr(L, from, n)
  const begin = n < 4 ? few(from, n) : load<u32>(from)
  const close = n < 4 ? begin : load<u32>(from + n - 4)
  const row = ((((begin ^ rotl<u32>(close, 15)) + n) * 0x9e3779b1 >>> 16) * ROWS) >>> 16
  const rows = load<i32>(L + 16) + CACHE
  const place = rows + row * ROW_BYTES
  const known = load<i32>(place)
  if (isText(known, from, n, begin)) return known
  const beside = rows + (row ^ 1) * ROW_BYTES
  const older = load<i32>(beside)
  if (isText(older, from, n, begin)) return older
  const text = lua.luaS_newlstr(L, from, n)
  if (hasZero(from, n)) return text
  store<i32>(beside, load<i32>(place)) // not `known`: Lua may have collected
  store<i32>(place, text)
  return text
}

@inline function isText(text: i32, from: i32, n: i32, begin: u32): bool {
  return (load<u32>(text + 4) & 0xff0000ff) == (n << 24 | SHORT) && equal(text + 16, from, n, begin)
}

/** All of one, two or three bytes. */
@inline function few(from: i32, n: i32): u32 { return <u32>load<u8>(from) | (<u32>load<u8>(from + (n >>> 1)) << 8) | (<u32>load<u8>(from + n - 1) << 16) }

/** Whether n bytes are the same; `begin` are the first ones of b. */
@inline function equal(a: i32, b: i32, n: i32, begin: u32): bool {
  if (n < 4) return few(a, n) == begin
  if (load<u32>(a) != begin) return false
  if (n < 8) return load<u32>(a + n - 4) == load<u32>(b + n - 4)
  if (load<u64>(a + n - 8) != load<u64>(b + n - 8)) return false
  for (let i = 4; i < n - 8; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false
  return true
}

function hasZero(from: i32, n: i32): bool {
  for (let i = 0; i < n; i++) if (load<u8>(from + i) == 0) return true
  return false
}
