// The part of Lua's C API that the companion calls, wasm to wasm, and the few struct offsets it reads.
// Offsets are those of lua_State and CallInfo in wasmoon 1.16.0 (Lua 5.4, 32 bit); the build pins that binary by its hash.

@external("lua", "luaL_newstate") export declare function luaL_newstate(): i32
@external("lua", "luaL_loadbufferx") export declare function luaL_loadbufferx(L: i32, source: i32, size: i32, name: i32, mode: i32): i32
@external("lua", "luaL_checklstring") export declare function luaL_checklstring(L: i32, i: i32, length: i32): i32
@external("lua", "luaL_checkinteger") export declare function luaL_checkinteger(L: i32, i: i32): i64
@external("lua", "luaL_optlstring") export declare function luaL_optlstring(L: i32, i: i32, fallback: i32, length: i32): i32
@external("lua", "luaL_tolstring") export declare function luaL_tolstring(L: i32, i: i32, length: i32): i32
@external("lua", "luaL_checkany") export declare function luaL_checkany(L: i32, i: i32): void
@external("lua", "luaL_typeerror") export declare function luaL_typeerror(L: i32, i: i32, name: i32): i32
@external("lua", "luaL_where") export declare function luaL_where(L: i32, level: i32): void
@external("lua", "luaL_len") export declare function luaL_len(L: i32, i: i32): i64
@external("lua", "luaL_getmetafield") export declare function luaL_getmetafield(L: i32, i: i32, name: i32): i32
@external("lua", "lua_getinfo") export declare function lua_getinfo(L: i32, what: i32, record: i32): i32
@external("lua", "lua_error") export declare function lua_error(L: i32): i32
@external("lua", "lua_concat") export declare function lua_concat(L: i32, n: i32): void
@external("lua", "lua_callk") export declare function lua_callk(L: i32, arguments: i32, results: i32, context: i32, k: i32): void
@external("lua", "lua_pcallk") export declare function lua_pcallk(L: i32, arguments: i32, results: i32, handler: i32, context: i32, k: i32): i32
@external("lua", "lua_newthread") export declare function lua_newthread(L: i32): i32
@external("lua", "lua_resume") export declare function lua_resume(L: i32, from: i32, arguments: i32, results: i32): i32
@external("lua", "lua_resetthread") export declare function lua_resetthread(L: i32, from: i32): i32
@external("lua", "lua_yieldk") export declare function lua_yieldk(L: i32, results: i32, context: i32, k: i32): i32
@external("lua", "lua_sethook") export declare function lua_sethook(L: i32, hook: i32, mask: i32, count: i32): void
@external("lua", "lua_xmove") export declare function lua_xmove(from: i32, to: i32, n: i32): void
@external("lua", "lua_checkstack") export declare function lua_checkstack(L: i32, n: i32): i32
@external("lua", "lua_gettop") export declare function lua_gettop(L: i32): i32
@external("lua", "lua_settop") export declare function lua_settop(L: i32, i: i32): void
@external("lua", "lua_pushvalue") export declare function lua_pushvalue(L: i32, i: i32): void
@external("lua", "lua_copy") export declare function lua_copy(L: i32, from: i32, to: i32): void
@external("lua", "lua_rotate") export declare function lua_rotate(L: i32, i: i32, n: i32): void
@external("lua", "lua_type") export declare function lua_type(L: i32, i: i32): i32
@external("lua", "lua_typename") export declare function lua_typename(L: i32, type: i32): i32
@external("lua", "lua_isinteger") export declare function lua_isinteger(L: i32, i: i32): i32
@external("lua", "lua_tointegerx") export declare function lua_tointegerx(L: i32, i: i32, ok: i32): i64
@external("lua", "lua_tonumberx") export declare function lua_tonumberx(L: i32, i: i32, ok: i32): f64
@external("lua", "lua_toboolean") export declare function lua_toboolean(L: i32, i: i32): i32
@external("lua", "lua_tolstring") export declare function lua_tolstring(L: i32, i: i32, length: i32): i32
@external("lua", "lua_tocfunction") export declare function lua_tocfunction(L: i32, i: i32): i32
@external("lua", "lua_tothread") export declare function lua_tothread(L: i32, i: i32): i32
@external("lua", "lua_topointer") export declare function lua_topointer(L: i32, i: i32): i32
@external("lua", "lua_gettable") export declare function lua_gettable(L: i32, i: i32): i32
@external("lua", "lua_rawlen") export declare function lua_rawlen(L: i32, i: i32): i64
@external("lua", "lua_rawgeti") export declare function lua_rawgeti(L: i32, i: i32, n: i64): i32
@external("lua", "lua_rawseti") export declare function lua_rawseti(L: i32, i: i32, n: i64): void
@external("lua", "lua_rawget") export declare function lua_rawget(L: i32, i: i32): i32
@external("lua", "lua_rawset") export declare function lua_rawset(L: i32, i: i32): void
@external("lua", "lua_getmetatable") export declare function lua_getmetatable(L: i32, i: i32): i32
@external("lua", "lua_setmetatable") export declare function lua_setmetatable(L: i32, i: i32): i32
@external("lua", "lua_next") export declare function lua_next(L: i32, i: i32): i32
@external("lua", "lua_pushnil") export declare function lua_pushnil(L: i32): void
@external("lua", "lua_pushboolean") export declare function lua_pushboolean(L: i32, b: i32): void
@external("lua", "lua_pushinteger") export declare function lua_pushinteger(L: i32, n: i64): void
@external("lua", "lua_pushnumber") export declare function lua_pushnumber(L: i32, n: f64): void
@external("lua", "lua_pushlstring") export declare function lua_pushlstring(L: i32, p: i32, n: i32): i32
@external("lua", "lua_pushstring") export declare function lua_pushstring(L: i32, p: i32): i32
@external("lua", "lua_pushcclosure") export declare function lua_pushcclosure(L: i32, f: i32, n: i32): void
@external("lua", "lua_createtable") export declare function lua_createtable(L: i32, array: i32, hash: i32): void
@external("lua", "lua_newuserdatauv") export declare function lua_newuserdatauv(L: i32, bytes: i32, values: i32): i32
// of Lua's core: wasm/patch.ts names them
@external("lua", "luaH_new") export declare function luaH_new(L: i32): i32
@external("lua", "luaH_resize") export declare function luaH_resize(L: i32, t: i32, list: i32, nodes: i32): void
@external("lua", "luaH_get") export declare function luaH_get(t: i32, key: i32): i32
@external("lua", "luaH_getint") export declare function luaH_getint(t: i32, key: i64): i32
@external("lua", "luaH_getshortstr") export declare function luaH_getshortstr(t: i32, key: i32): i32
@external("lua", "luaH_getn") export declare function luaH_getn(t: i32): i64
@external("lua", "luaH_newkey") export declare function luaH_newkey(L: i32, t: i32, key: i32, value: i32): void
@external("lua", "luaM_malloc_") export declare function luaM_malloc(L: i32, n: i32, tag: i32): i32
@external("lua", "luaS_newlstr") export declare function luaS_newlstr(L: i32, from: i32, n: i32): i32
@external("lua", "luaC_newobj") export declare function luaC_newobj(L: i32, tag: i32, bytes: i32): i32
@external("lua", "luaC_step") export declare function luaC_step(L: i32): void
@external("lua", "luaC_barrierback_") export declare function luaC_barrierback(L: i32, t: i32): void
@external("lua", "luaopen_base") export declare function luaopen_base(L: i32): i32
@external("lua", "luaopen_coroutine") export declare function luaopen_coroutine(L: i32): i32
@external("lua", "luaopen_table") export declare function luaopen_table(L: i32): i32
@external("lua", "luaopen_string") export declare function luaopen_string(L: i32): i32
@external("lua", "luaopen_math") export declare function luaopen_math(L: i32): i32
@external("lua", "luaopen_utf8") export declare function luaopen_utf8(L: i32): i32
@external("lua", "malloc") export declare function malloc(n: i32): i32
@external("lua", "realloc") export declare function realloc(p: i32, n: i32): i32
@external("lua", "free") export declare function free(p: i32): void
@external("lua", "emscripten_stack_init") export declare function emscripten_stack_init(): void
@external("lua", "stackSave") export declare function stackSave(): i32
@external("lua", "stackRestore") export declare function stackRestore(p: i32): void
@external("lua", "__wasm_call_ctors") export declare function __wasm_call_ctors(): void
/** Gives so many of the small blocks that wait back to libc, -1: all; whether there were any. */
@external("lua", "give_back") export declare function giveBack(most: i32): i32
/** Fuel that is left in this step; negative once it ran dry. */
@external("lua", "fuel_left") export declare function fuelLeft(): i32
/** Takes fuel for what others will do. */
@external("lua", "pay") export declare function pay(cost: i32): void
/** In a loop: it is bounded, and who runs it pays for all its turns with `pay` (wasm/meter.ts). */
@external("lua", "paid") export declare function paid(): void
/** Ends the process: there is no memory left for what cannot be left out. */
@external("lua", "out_of_memory") export declare function outOfMemory(): void
/** `arm` is called again, some hundred units later. */
@external("lua", "rearm") export declare function rearm(): void
/** Around work that is bounded by the size of the memory (wasm/bounded.ts). */
@external("lua", "bounded_begin") export declare function boundedBegin(): i32
@external("lua", "bounded_end") export declare function boundedEnd(begun: i32): void
@external("lua", "fuel_begin") export declare function fuelBegin(fuel: i32, hard: i32, pages: i32): void

export const OK: i32 = 0
export const YIELD: i32 = 1
export const ERRMEM: i32 = 4
export const TNIL: i32 = 0
export const TBOOLEAN: i32 = 1
export const TNUMBER: i32 = 3
export const TSTRING: i32 = 4
export const TTABLE: i32 = 5
export const TFUNCTION: i32 = 6
export const TTHREAD: i32 = 8
export const REGISTRY: i32 = -1001000
export const MASKCOUNT: i32 = 8
export const MULTIPLE: i32 = -1
const OP_CALL: u32 = 68
const OP_TAILCALL: u32 = 69
const CIST_C: u16 = 2

@inline export function pop(L: i32, n: i32): void { lua_settop(L, -n - 1) }
/** Raises a text with the position of the caller in front. */
export function raise(L: i32, text: i32): i32 {
  luaL_where(L, 1)
  lua_pushstring(L, text)
  lua_concat(L, 2)
  return lua_error(L)
}
/** Writes an ASCII text of this program below the C stack's end, and a zero. To be given back with `stackRestore`. */
function spell(text: string): i32 {
  const from = changetype<i32>(text)
  const n = text.length
  const to = stackSave() - n - 1 & ~15
  stackRestore(to)
  for (let i = 0; i < n; i++) store<u8>(to + i, load<u8>(from + (i << 1)))
  store<u8>(to + n, 0)
  return to
}
export function pushText(L: i32, text: string): void {
  const before = stackSave()
  lua_pushstring(L, spell(text))
  stackRestore(before)
}
/** Raises the n values on top as one text, with the position of the caller in front. */
export function failWith(L: i32, n: i32): void {
  luaL_where(L, 1)
  lua_rotate(L, -n - 1, 1)
  lua_concat(L, n + 1)
  lua_error(L)
}
export function fail(L: i32, text: string): void {
  pushText(L, text)
  failWith(L, 1)
}
export function typeError(L: i32, i: i32, expected: string): void {
  luaL_typeerror(L, i, spell(expected))
}
@inline export function upvalue(i: i32): i32 { return REGISTRY - i }
/** L->status: 0 running or finished, 1 suspended, else dead by error. */
@inline export function statusOf(L: i32): i32 { return <i32>load<u8>(L + 6) }
/** How many C calls lie below L, without the count of non-yieldable ones in the upper half. */
@inline export function depthOf(L: i32): i32 { return <i32>load<u16>(L + 96) }
/** The table at i has a hash part; without one all its keys are whole numbers, in order. */
@inline export function hasHash(L: i32, i: i32): bool { return load<i32>(lua_topointer(L, i) + 20) != 0 }

// Values where they lie: 16 bytes, the tag at 8. Strings: the tag at 4, the short length at 7, the long one at 12, the text at 16.
// Tables: flags at 6, log2 of the nodes at 7, room of the list at 8, list at 12, nodes at 16, 0 for "no nodes" at 20, metatable at 24.
// Nodes: the value at 0, tag of the key at 9, the key at 16.
export const TAG_FALSE: i32 = 0x01
export const TAG_TRUE: i32 = 0x11
export const TAG_INTEGER: i32 = 0x03
export const TAG_FLOAT: i32 = 0x13
export const TAG_SHORT: i32 = 0x44
export const TAG_LONG: i32 = 0x54
const LONG: i32 = TAG_LONG ^ TAG_SHORT
export const TAG_TABLE: i32 = 0x45
export const TAG_THREAD: i32 = 0x48
export const COLLECTABLE: u8 = 0x40 // in the tag of a value, beside the tag of what it points to
export const NODE_BYTES: i32 = 24
export const ABSENT: i32 = 11560 // where luaH_get finds what is not there
const LIST_ROOM_IS_A_HINT: u8 = 0x80
const BLACK: u8 = 0x20 // in the mark of an object, at 5

/** Where the value at stack index i lies, until something is pushed. */
@inline export function slotOf(L: i32, i: i32): i32 { return load<i32>(load<i32>(L + 20)) + (i << 4) }
/** Where the upvalue i of the C function that runs lies. */
@inline export function upvalueOf(L: i32, i: i32): i32 { return load<i32>(load<i32>(load<i32>(L + 20))) + (i << 4) }
/** Whether something lies at the stack index i. */
@inline export function has(L: i32, i: i32): bool { return slotOf(L, i) < load<i32>(L + 12) }
/** The table at the stack index i; 0 when there is none. */
export function tableAt(L: i32, i: i32): i32 {
  const v = slotOf(L, i)
  return has(L, i) && tagAt(v) == TAG_TABLE ? load<i32>(v) : 0
}
/** The string at the stack index i, where a number becomes one; an error when there is none. */
export function stringAt(L: i32, i: i32): i32 {
  const v = slotOf(L, i)
  if ((tagAt(v) | LONG) != TAG_LONG || v >= load<i32>(L, 12)) luaL_checklstring(L, i, 0)
  return load<i32>(slotOf(L, i))
}
@inline export function tagAt(v: i32): i32 { return <i32>load<u8>(v + 8) }
@inline export function isEmptyAt(v: i32): bool { return (load<u8>(v + 8) & 15) == 0 }
@inline export function lengthOf(text: i32): i32 { return load<u8>(text + 4) == 0x04 ? <i32>load<u8>(text + 7) : load<i32>(text + 12) }
@inline export function textOf(text: i32): i32 { return text + 16 }
@inline export function metatableOf(t: i32): i32 { return load<i32>(t + 24) }
@inline export function listRoom(t: i32): i32 { return load<i32>(t + 8) }
@inline export function listOf(t: i32): i32 { return load<i32>(t + 12) }
@inline export function tableHasHash(t: i32): bool { return load<i32>(t + 20) != 0 }
@inline export function nodesOf(t: i32): i32 { return load<i32>(t + 16) }
@inline export function nodesEnd(t: i32): i32 { return load<i32>(t + 16) + (NODE_BYTES << load<u8>(t + 7)) }
@inline export function keyTagOf(node: i32): i32 { return <i32>load<u8>(node + 9) }
@inline export function keyOf(node: i32): u64 { return load<u64>(node + 16) }

/** Whether the list part ends exactly at n, which is its room or a hint of it: what lies behind is empty. */
export function isFull(t: i32, n: i32): bool {
  const first = listOf(t)
  if (isEmptyAt(first + ((n - 1) << 4))) return false
  if ((load<u8>(t + 6) & LIST_ROOM_IS_A_HINT) == 0) return true
  const size = 1 << (32 - clz(n - 1))
  for (let v = first + (n << 4), stop = first + (size << 4); v < stop; v += 16) if (!isEmptyAt(v)) return false
  return true
}

/** Pushes a string of n bytes, too many for a short one, that the caller writes before anything reads it. The caller has checked the stack. */
export function pushLong(L: i32, n: i32): void {
  const text = luaC_newobj(L, TAG_LONG & 0x3f, n + 17)
  const top = load<i32>(L + 12)
  store<u8>(text + 6, 0) // it has no hash yet
  store<i32>(text + 8, load<i32>(load<i32>(L + 16) + 72)) // but the seed of one
  store<i32>(text + 12, n)
  store<u8>(textOf(text) + n, 0)
  store<i32>(top, text)
  store<u8>(top + 8, <u8>TAG_LONG)
  store<i32>(L + 12, top + 16)
}

/** Pushes a string by its address; the caller has checked the stack. */
@inline export function pushString(L: i32, text: i32): void {
  const top = load<i32>(L + 12)
  store<i32>(top, text)
  store<u8>(top + 8, load<u8>(text + 4) | COLLECTABLE)
  store<i32>(L + 12, top + 16)
}

/** Pushes a table by its address; the caller has checked the stack. */
@inline export function pushTable(L: i32, t: i32): void {
  const top = load<i32>(L + 12)
  store<i32>(top, t)
  store<u8>(top + 8, <u8>TAG_TABLE)
  store<i32>(L + 12, top + 16)
}

// What the C API does with calls, where it is done for each message. The caller has checked the stack.

/** lua_isyieldable */
@inline export function isYieldable(L: i32): bool { return load<u32>(L + 96) < 0x10000 }
/** lua_pushboolean(L, 1) */
@inline export function pushTrue(L: i32): void {
  const top = load<i32>(L + 12)
  store<u8>(top + 8, <u8>TAG_TRUE)
  store<i32>(L + 12, top + 16)
}
/** lua_pushinteger */
@inline export function pushWhole(L: i32, n: i64): void {
  const top = load<i32>(L + 12)
  store<i64>(top, n)
  store<u8>(top + 8, <u8>TAG_INTEGER)
  store<i32>(L + 12, top + 16)
}
/** Pushes a coroutine by its address. */
@inline export function pushThread(L: i32, co: i32): void {
  const top = load<i32>(L + 12)
  store<i32>(top, co)
  store<u8>(top + 8, <u8>TAG_THREAD)
  store<i32>(L + 12, top + 16)
}
/** lua_xmove of two values */
@inline export function moveTwo(from: i32, to: i32): void {
  const source = load<i32>(from + 12) - 32
  const target = load<i32>(to + 12)
  store<u64>(target, load<u64>(source))
  store<u8>(target + 8, load<u8>(source + 8))
  store<u64>(target + 16, load<u64>(source + 16))
  store<u8>(target + 24, load<u8>(source + 24))
  store<i32>(from + 12, source)
  store<i32>(to + 12, target + 32)
}
/** lua_settop(L, 0) where nothing is to be closed */
@inline export function clear(L: i32): void { store<i32>(L + 12, load<i32>(load<i32>(L + 20)) + 16) }
/** lua_pop where nothing is to be closed */
@inline export function drop(L: i32, n: i32): void { store<i32>(L + 12, load<i32>(L + 12) - (n << 4)) }
/** Sets a value that lies in t to a coroutine. */
@inline export function setThread(L: i32, t: i32, v: i32, co: i32): void {
  store<i32>(v, co)
  store<u8>(v + 8, <u8>TAG_THREAD)
  if (load<u8>(t + 5) & BLACK) luaC_barrierback(L, t)
}
@inline export function hasHook(L: i32): bool { return load<i32>(L + 88) != 0 }

/** Pushes nil; answers where it lies. The caller has checked the stack. */
@inline export function pushNothing(L: i32): i32 {
  const top = load<i32>(L + 12)
  store<u8>(top + 8, TNIL)
  store<i32>(L + 12, top + 16)
  return top
}
@inline export function empty(v: i32): void { store<u8>(v + 8, 0x10) }
@inline export function setMetatable(t: i32, meta: i32): void { store<i32>(t + 24, meta) }
/** Collects as much as is due; with nothing left of the slice that is for the next one (task.ts). */
@inline export function collect(L: i32): void { if (load<i32>(load<i32>(L + 16) + 12) > 0 && fuelLeft() >= 0) luaC_step(L) }
/** The same; then values may be written into t, until something is collected again. */
@inline export function mayCollect(L: i32, t: i32): void {
  collect(L)
  if (load<u8>(t + 5) & BLACK) luaC_barrierback(L, t)
}
@inline export function topmost(L: i32): i32 { return load<i32>(L + 12) - 16 }

/** Pushes the table that a frozen one (runtime-lua/frozen.lua) stands for, and answers true; pushes nothing for what is not frozen. */
export function pushHeld(L: i32, i: i32): bool {
  const top = lua_gettop(L)
  if (!lua_getmetatable(L, i)) return false
  const isFrozen = lua_rawgeti(L, top + 1, 1) == TSTRING && lua_rawgeti(L, top + 1, 3) == TTABLE
  if (isFrozen) lua_copy(L, -1, top + 1)
  lua_settop(L, isFrozen ? top + 1 : top)
  return isFrozen
}

/** L has frames, or values, of its own: it is running or may be resumed. */
@inline export function hasFrames(L: i32): bool { return load<i32>(L + 20) != L + 52 }

/**
 * Suspends the running C function by *return*: it must answer -1 after this was true. Possible only when no C frame lies between it and
 * the resume of its coroutine (`base`), its caller is a Lua function, and the calling instruction is a call as such.
 * The values above the function's frame are what the resumer sees; what the resumer hands over becomes the function's results.
 */
@inline export function suspendByReturn(L: i32, base: i32): bool {
  if (load<u32>(L + 96) != <u32>base) return false
  const ci = load<i32>(L + 20)
  const caller = load<i32>(ci + 8)
  if ((load<u16>(caller + 34) & CIST_C) != 0) return false
  const instruction = load<u32>(load<i32>(caller + 16) - 4) & 0x7f
  if (instruction != OP_CALL && instruction != OP_TAILCALL) return false
  store<u8>(L + 6, <u8>YIELD)
  store<i32>(ci + 16, 0)
  return true
}
