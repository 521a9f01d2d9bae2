// string.find, match, gmatch and gsub: Lua's own, but for what cannot be seen. They are preempted wherever they are, and a function that gsub
// calls may wait.
//
// The machine (match.ts) lies on the C stack. When L is left (it is preempted, or other code is called) what is in use of it is copied into
// memory on Lua's stack, and back when L goes on.

import * as lua from './lua'
import { SCRATCH } from './control'
import { mayRest, pause } from './coroutine'
import { byte, equal, find as findByte } from './item'
import { acceptError } from './library'
import * as match from './match'

/** Makes room for a machine on the C stack. */
@inline function room(): i32 {
  const m = lua.stackSave() - match.MACHINE_BYTES & ~15
  lua.stackRestore(m)
  return m
}

/** Leaves L, whose stack ends before `slot`, because fuel has run out. `k` goes on with the machine that `restored` brings back. */
function rest(L: i32, m: i32, slot: i32, k: i32): i32 {
  lua.lua_settop(L, slot - 1)
  const used = match.usedBytes(m)
  memory.copy(lua.lua_newuserdatauv(L, used, 0), m, used)
  return pause(L, k)
}
function restored(L: i32, slot: i32): i32 {
  const m = room()
  const used = <i32>lua.lua_rawlen(L, slot)
  memory.copy(m, lua.lua_topointer(L, slot), used)
  match.moved(m, used)
  lua.lua_settop(L, slot - 1)
  return m
}

/** The argument i, a position in a text of n bytes: counted from 0, at most n + 1. */
function positionAt(L: i32, i: i32, n: i32): i32 {
  const at = lua.lua_type(L, i) <= lua.TNIL ? 1 : lua.luaL_checkinteger(L, i)
  if (at > 0) return <i32>min(at - 1, <i64>n + 1)
  return at == 0 || at < -<i64>n ? 0 : n + <i32>at
}

// find and match --------------------------------------------------------------------------------------------------------------------------

export function find(L: i32): i32 { return look(L, true) }
export function matchOnce(L: i32): i32 { return look(L, false) }

function look(L: i32, finds: bool): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, 1, SCRATCH)
  const length = load<i32>(SCRATCH)
  const pattern = lua.luaL_checklstring(L, 2, SCRATCH)
  const size = load<i32>(SCRATCH)
  const at = positionAt(L, 3, length)
  if (at > length) {
    lua.lua_pushnil(L)
    return 1
  }
  if (finds && (lua.lua_toboolean(L, 4) || isPlain(pattern, size))) return findPlain(L, text, length, pattern, size, at)
  const before = lua.stackSave()
  const m = room()
  match.make(m, text, length, pattern, size, text + at)
  const n = found(L, m, finds)
  lua.stackRestore(before)
  return n
}

function found(L: i32, m: i32, finds: bool): i32 {
  const end = match.search(L, m)
  if (end == match.PAUSES) return rest(L, m, 5, finds ? findAgain.index : matchAgain.index)
  if (end == match.NOTHING) {
    lua.lua_pushnil(L)
    return 1
  }
  if (!finds) return match.pushCaptures(L, m, true, end)
  const start = load<i32>(m + match.START)
  lua.lua_pushinteger(L, <i64>(load<i32>(m + match.AT) - start + 1))
  lua.lua_pushinteger(L, <i64>(end - start))
  return 2 + match.pushCaptures(L, m, false, end)
}
function findAgain(L: i32, status: i32, context: i32): i32 { return lookAgain(L, true) }
function matchAgain(L: i32, status: i32, context: i32): i32 { return lookAgain(L, false) }
function lookAgain(L: i32, finds: bool): i32 {
  const before = lua.stackSave()
  const n = found(L, restored(L, 5), finds)
  lua.stackRestore(before)
  return n
}

const SPECIAL: u64 = 0x80006d3000000000 // $%(*+-.?

function isPlain(p: i32, n: i32): bool {
  for (const end = p + n; p < end; p++) {
    const c = byte(p)
    if (c < 64 ? (SPECIAL >> c & 1) != 0 : c == 0x5b || c == 0x5e) return false // [ ^
  }
  return true
}

const PIECE: i32 = 64 * 1024 // bytes between two looks at the fuel

function findPlain(L: i32, text: i32, length: i32, pattern: i32, size: i32, from: i32): i32 {
  const last = text + length - size // where it can be at last
  let at = text + from
  for (; size > 0 && at <= last; at++) {
    const stop = min(at + PIECE, last + 1)
    const before = at
    at = findByte(at, stop, byte(pattern))
    lua.pay(at - before >> 3)
    if (at < stop && equal(at, pattern, size)) break
    if (lua.fuelLeft() < 0 && mayRest(L)) {
      lua.lua_settop(L, 4)
      lua.lua_pushinteger(L, <i64>(at - text + 1) + <i64>(at < stop))
      lua.lua_copy(L, -1, 3)
      return pause(L, findAgainPlain.index)
    }
    if (at == stop) at--
  }
  if (at > last) {
    lua.lua_pushnil(L)
    return 1
  }
  lua.lua_pushinteger(L, <i64>(at - text + 1))
  lua.lua_pushinteger(L, <i64>(at - text + size))
  return 2
}
function findAgainPlain(L: i32, status: i32, context: i32): i32 {
  lua.lua_settop(L, 4)
  return find(L)
}

// gmatch ----------------------------------------------------------------------------------------------------------------------------------

// Upvalues: text, pattern, where it goes on, where the last match ended (both counted from 1).
export function gmatch(L: i32): i32 {
  acceptError(L)
  lua.luaL_checklstring(L, 1, SCRATCH)
  const length = load<i32>(SCRATCH)
  lua.luaL_checklstring(L, 2, 0)
  const at = positionAt(L, 3, length)
  lua.lua_settop(L, 2)
  lua.lua_pushinteger(L, <i64>at + 1)
  lua.lua_pushinteger(L, 0)
  lua.lua_pushcclosure(L, nextMatch.index, 4)
  return 1
}

function nextMatch(L: i32): i32 {
  const string = load<i32>(lua.upvalueOf(L, 1))
  const text = lua.textOf(string)
  const length = lua.lengthOf(string)
  const pattern = load<i32>(lua.upvalueOf(L, 2))
  const at = load<i32>(lua.upvalueOf(L, 3)) - 1
  if (at > length) return 0
  const before = lua.stackSave()
  const m = room()
  match.make(m, text, length, lua.textOf(pattern), lua.lengthOf(pattern), text + at, false)
  const n = nextFound(L, m)
  lua.stackRestore(before)
  return n
}
function nextFound(L: i32, m: i32): i32 {
  const start = load<i32>(m + match.START)
  const last = start + load<i32>(lua.upvalueOf(L, 4)) - 1
  while (true) {
    const end = match.search(L, m)
    if (end == match.PAUSES) return rest(L, m, 1, nextAgain.index)
    if (end == match.NOTHING) {
      note(L, load<i32>(m + match.END) - start + 2)
      return 0
    }
    if (end != last) {
      note(L, end - start + 1)
      return match.pushCaptures(L, m, true, end)
    }
    if (load<i32>(m + match.AT) >= load<i32>(m + match.END)) return 0
    match.begin(m, load<i32>(m + match.AT) + 1)
  }
}
function note(L: i32, at: i32): void {
  store<i64>(lua.upvalueOf(L, 3), <i64>at)
  store<i64>(lua.upvalueOf(L, 4), <i64>at)
}
function nextAgain(L: i32, status: i32, context: i32): i32 {
  const before = lua.stackSave()
  const n = nextFound(L, restored(L, 1))
  lua.stackRestore(before)
  return n
}

// gsub ------------------------------------------------------------------------------------------------------------------------------------

// What it keeps in the machine.
const OUT: i32 = match.OWN // what is written, memory in slot 5
const SIZE: i32 = match.OWN + 4
const ROOM: i32 = match.OWN + 8
const COUNT: i32 = match.OWN + 12
const MATCH_END: i32 = match.OWN + 16 // of the last one; before the first 0
const COPIED: i32 = match.OWN + 20 // up to where the text is written, or replaced
const CHANGED: i32 = match.OWN + 24
const MOST: i32 = match.OWN + 32 // i64
const IS_ADDING: i32 = match.OWN + 40 // the replacement, of which so much is done
const ADDED: i32 = match.OWN + 44

const MACHINE: i32 = 6 // the slot of its copy while other code runs

export function gsub(L: i32): i32 {
  acceptError(L)
  const text = lua.luaL_checklstring(L, 1, SCRATCH)
  const length = load<i32>(SCRATCH)
  const pattern = lua.luaL_checklstring(L, 2, SCRATCH)
  const size = load<i32>(SCRATCH)
  const most = lua.lua_type(L, 4) <= lua.TNIL ? <i64>length + 1 : lua.luaL_checkinteger(L, 4)
  const kind = lua.lua_type(L, 3)
  if (kind == lua.TNUMBER) lua.lua_tolstring(L, 3, 0)
  else if (kind != lua.TSTRING && kind != lua.TFUNCTION && kind != lua.TTABLE) lua.typeError(L, 3, 'string/function/table')
  lua.lua_settop(L, MACHINE)
  const before = lua.stackSave()
  const m = room()
  match.make(m, text, length, pattern, size, text)
  store<i32>(m + COPIED, text)
  store<i64>(m + MOST, most)
  return substitute(L, m, before, false)
}
function gsubAgain(L: i32, status: i32, context: i32): i32 {
  const before = lua.stackSave()
  return substitute(L, restored(L, MACHINE + 1), before, false)
}
function gsubCalled(L: i32, status: i32, context: i32): i32 {
  const before = lua.stackSave()
  return substitute(L, takenUp(L), before, true)
}

/** `hasValue`: on top lies what the last match is replaced by. */
function substitute(L: i32, m: i32, before: i32, hasValue: bool): i32 {
  const kind = lua.lua_type(L, 3)
  for (;;) {
    if (hasValue) {
      addValue(L, m)
      hasValue = false
      if (match.isAnchored(m)) break
      match.begin(m, load<i32>(m + MATCH_END))
    }
    if (load<i32>(m + IS_ADDING)) {
      if (!addText(L, m)) return rest(L, m, MACHINE + 1, gsubAgain.index)
      if (match.isAnchored(m)) break
      match.begin(m, load<i32>(m + MATCH_END))
    }
    if (<i64>load<i32>(m + COUNT) >= load<i64>(m + MOST)) break
    const end = lua.fuelLeft() < 0 && mayRest(L) ? match.PAUSES : match.search(L, m)
    if (end == match.PAUSES) return rest(L, m, MACHINE + 1, gsubAgain.index)
    if (end == match.NOTHING) break
    const at = load<i32>(m + match.AT)
    if (end == load<i32>(m + MATCH_END)) { // an empty match where the last one ended
      if (at >= load<i32>(m + match.END) || match.isAnchored(m)) break
      match.begin(m, at + 1)
      continue
    }
    store<i32>(m + COUNT, load<i32>(m + COUNT) + 1)
    add(L, m, load<i32>(m + COPIED), at - load<i32>(m + COPIED))
    store<i32>(m + MATCH_END, end)
    store<i32>(m + COPIED, end)
    if (kind == lua.TSTRING) {
      store<i32>(m + IS_ADDING, 1)
      store<i32>(m + ADDED, 0)
      continue
    }
    if (kind == lua.TFUNCTION) {
      lua.lua_pushvalue(L, 3)
      const n = match.pushCaptures(L, m, true, end)
      putAway(L, m, before)
      lua.lua_callk(L, n, 1, 0, gsubCalled.index)
      m = takenUp(L)
    } else {
      match.pushCapture(L, m, 0, end)
      putAway(L, m, before)
      lua.lua_gettable(L, 3)
      m = takenUp(L)
    }
    hasValue = true
  }
  if (load<i32>(m + CHANGED)) {
    add(L, m, load<i32>(m + COPIED), load<i32>(m + match.END) - load<i32>(m + COPIED))
    lua.lua_pushlstring(L, load<i32>(m + OUT), load<i32>(m + SIZE))
  } else lua.lua_pushvalue(L, 1)
  lua.lua_pushinteger(L, <i64>load<i32>(m + COUNT))
  lua.stackRestore(before)
  return 2
}

/** Puts the machine, without captures and choices, where it outlasts the C stack. */
function putAway(L: i32, m: i32, before: i32): void {
  if (lua.lua_type(L, MACHINE) == lua.TNIL) {
    lua.lua_newuserdatauv(L, match.HEAD_BYTES, 0)
    lua.lua_copy(L, -1, MACHINE)
    lua.pop(L, 1)
  }
  memory.copy(lua.lua_topointer(L, MACHINE), m, match.HEAD_BYTES)
  lua.stackRestore(before)
}
function takenUp(L: i32): i32 {
  const m = room()
  memory.copy(m, lua.lua_topointer(L, MACHINE), match.HEAD_BYTES)
  return m
}

function add(L: i32, m: i32, from: i32, n: i32): void {
  const size = load<i32>(m + SIZE)
  if (size + n > load<i32>(m + ROOM)) grow(L, m, size + n)
  memory.copy(load<i32>(m + OUT) + size, from, n)
  store<i32>(m + SIZE, size + n)
}
function grow(L: i32, m: i32, least: i32): void {
  const length = load<i32>(m + match.END) - load<i32>(m + match.START)
  const room = max(least, load<i32>(m + ROOM) == 0 ? length + 32 : load<i32>(m + ROOM) << 1)
  const out = lua.lua_newuserdatauv(L, room, 0)
  memory.copy(out, load<i32>(m + OUT), load<i32>(m + SIZE))
  lua.lua_copy(L, -1, 5)
  lua.pop(L, 1)
  store<i32>(m + OUT, out)
  store<i32>(m + ROOM, room)
}

/** Adds the text or number on top, and pops it. */
function addTop(L: i32, m: i32): void {
  const text = lua.lua_tolstring(L, -1, SCRATCH)
  add(L, m, text, load<i32>(SCRATCH))
  lua.pop(L, 1)
}

/** Adds what a function or table gave, which lies on top. */
function addValue(L: i32, m: i32): void {
  if (!lua.lua_toboolean(L, -1)) {
    lua.pop(L, 1)
    add(L, m, load<i32>(m + match.AT), load<i32>(m + MATCH_END) - load<i32>(m + match.AT))
    return
  }
  const kind = lua.lua_type(L, -1)
  if (kind != lua.TSTRING && kind != lua.TNUMBER) {
    lua.pushText(L, 'invalid replacement value (a ')
    lua.lua_pushstring(L, lua.lua_typename(L, kind))
    lua.pushText(L, ')')
    lua.failWith(L, 3)
  }
  addTop(L, m)
  store<i32>(m + CHANGED, 1)
}

/** Goes on adding the replacement that is a text, with what was captured; false when fuel has run out before it is done. */
function addText(L: i32, m: i32): bool {
  const text = lua.lua_tolstring(L, 3, SCRATCH)
  const last = text + load<i32>(SCRATCH)
  const end = load<i32>(m + MATCH_END)
  let p = text + load<i32>(m + ADDED)
  const likely = load<i32>(m + SIZE) + (last - p)
  if (likely > load<i32>(m + ROOM)) grow(L, m, likely)
  for (;;) {
    const stop = min(p + PIECE, last)
    const q = findByte(p, stop, 0x25) // %
    lua.pay(q - p >> 3)
    add(L, m, p, q - p)
    p = q
    if (q < stop) {
      const c = byte(q + 1)
      if (c == 0x25) add(L, m, q, 1)
      else if (c == 0x30) add(L, m, load<i32>(m + match.AT), end - load<i32>(m + match.AT))
      else if (c > 0x30 && c <= 0x39) {
        match.pushCapture(L, m, c - 0x31, end)
        addTop(L, m)
      } else lua.fail(L, "invalid use of '%' in replacement string")
      p += 2
    }
    if (p == last) break
    if (lua.fuelLeft() < 0 && mayRest(L)) {
      store<i32>(m + ADDED, p - text)
      return false
    }
  }
  store<i32>(m + IS_ADDING, 0)
  store<i32>(m + CHANGED, 1)
  return true
}
