// Tables and strings made where they lie, without the stack between: what Lua's own functions would have made, entry for entry.
//
// Nothing here collects, but for one case: when the memory is full Lua collects all there is. What was made must be reachable by then.

import * as lua from './lua'

const EMPTY: u8 = 0x10
const FREE_NODE: u16 = 0x0010 // of value and key: neither is there
const TAKEN_NODE: u16 = 0x4401 // a short string and `false`: the key of nothing would be forgotten when the memory is full

/** Writes a new table to v. */
export function newTable(L: i32, v: i32): i32 {
  const t = lua.luaH_new(L)
  store<i32>(v, t)
  store<u8>(v + 8, <u8>lua.TAG_TABLE)
  return t
}

/** Gives a table that has no list room for n values, which are nil; answers where the first lies. */
export function addList(L: i32, t: i32, n: i32): i32 {
  const first = lua.luaM_malloc(L, n << 4, 0)
  for (let v = first, stop = first + (n << 4); v < stop; v += 16) store<u8>(v + 8, EMPTY)
  store<i32>(t + 12, first)
  store<i32>(t + 8, n)
  return first
}

/** Gives a table that has no nodes room for n keys. */
export function addNodes(L: i32, t: i32, n: i32): void {
  const log = 32 - clz(n - 1)
  const first = lua.luaM_malloc(L, lua.NODE_BYTES << log, 0)
  const stop = first + (lua.NODE_BYTES << log)
  for (let node = first; node < stop; node += lua.NODE_BYTES) store<u64>(node + 8, FREE_NODE)
  store<i32>(t + 16, first)
  store<u8>(t + 7, <u8>log)
  store<i32>(t + 20, stop)
}

/** Where the value of a short string in a table made by `addNodes` lies: that of the key that is there, else of one that is added. 0: no room. */
export function nodeOf(t: i32, text: i32): i32 {
  const first = load<i32>(t + 16)
  const mask = (1 << load<u8>(t + 7)) - 1
  let node = first + (load<i32>(text + 8) & mask) * lua.NODE_BYTES
  if (load<u16>(node + 8) != FREE_NODE) {
    const known = lua.luaH_getshortstr(t, text)
    if (known != lua.ABSENT) return known
    node = besides(t, node, first, mask)
    if (node == 0) return 0
  }
  store<u16>(node + 8, TAKEN_NODE)
  store<i32>(node + 16, text)
  return node
}

/** A node for a key whose place is taken by a node: another one, or this one when what lies here belongs elsewhere (luaH_newkey). */
function besides(t: i32, taken: i32, first: i32, mask: i32): i32 {
  if (lua.keyTagOf(taken) != lua.TAG_SHORT) return 0
  let free = load<i32>(t + 20)
  do {
    if (free <= first) return 0
    free -= lua.NODE_BYTES
  } while (load<u8>(free + 9) != 0)
  store<i32>(t + 20, free)
  const next = load<i32>(taken + 12)
  let home = first + (load<i32>(load<i32>(taken + 16) + 8) & mask) * lua.NODE_BYTES
  if (home == taken) {
    store<i32>(free + 12, next == 0 ? 0 : next + (taken - free) / lua.NODE_BYTES)
    store<i32>(taken + 12, (free - taken) / lua.NODE_BYTES)
    return free
  }
  for (let after = home; after != taken; after += load<i32>(after + 12) * lua.NODE_BYTES) home = after
  store<i32>(home + 12, (free - home) / lua.NODE_BYTES)
  store<u64>(free, load<u64>(taken))
  store<u64>(free + 8, load<u64>(taken + 8))
  store<u64>(free + 16, load<u64>(taken + 16))
  if (next != 0) store<i32>(free + 12, next + (taken - free) / lua.NODE_BYTES)
  store<i32>(taken + 12, 0)
  store<u8>(taken + 8, EMPTY)
  return taken
}
