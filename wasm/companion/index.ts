// The exports of actor.wasm: boot once at build time; then reserve and step, for ever.

import * as lua from './lua'
import { arm } from './coroutine'
import {
  BASE as STACK_HIGH, BUNDLE_END, CREDIT, DEPTH, FIXED, FUEL, get, GRANTED, IN_CAPACITY, IN_END, IN_NEXT, IN_START, LAST_REF, MAIN, NOW, OUT_CAPACITY, OUT_END,
  OUT_START, PAGES, PARKING, PREEMPTED, READING, RUNNING, SCRATCH, set, SPENT, STALE,
} from './control'
import * as frame from './frame'
import { libraries } from './host'
import { defineClasses } from './item'
import { work } from './task'

export { arm }

const BUFFER: i32 = 2048 // bytes of an empty inbox and outbox
const KEEP: i32 = 65536 // a buffer that grew beyond this is given back after use

const BREAK: i32 = 31452 // where libc keeps the end of the heap
const MOST_PAGES: i32 = 16384
const MAIN_CHUNK: i32 = <i32>memory.data<u8>([0x40,0x6d,0x61,0x69,0x6e,0x2e,0x6c,0x75,0x61,0]) // "@main.lua"

/** Makes a state and runs main.lua (text or bytecode, written where `reserve` said). Answers 0, or the status of the error. */
export function boot(size: i32): i32 {
  lua.fuelBegin(i32.MAX_VALUE, i32.MIN_VALUE, MOST_PAGES)
  defineClasses()
  const L = lua.luaL_newstate()
  set(MAIN, L)
  set(RUNNING, L)
  for (let ref: i64 = 3; ref <= LAST_REF; ref++) { // one after the other, so that they make a list
    lua.lua_pushboolean(L, 0)
    lua.lua_rawseti(L, lua.REGISTRY, ref)
  }
  const status = lua.luaL_loadbufferx(L, get(IN_START), size, MAIN_CHUNK, 0)
  if (status != lua.OK) return status
  libraries(L)
  return lua.lua_pcallk(L, 1, 0, 0, 0, 0)
}

/** After `boot` or a step that answered BROKEN: the address of the message, its length in SCRATCH. */
export function complaint(): i32 {
  return lua.lua_tolstring(get(MAIN), -1, SCRATCH)
}

/** libc and allocator, before `reserve` and `boot`. */
export function init(): void {
  set(PAGES, memory.size())
  lua.emscripten_stack_init()
  lua.__wasm_call_ctors()
  set(OUT_START, lua.malloc(BUFFER))
  set(OUT_CAPACITY, BUFFER)
}

/** What looking for memory may cost. In a heap whose lists run in circles it would never end. */
const RESERVE_FUEL: i32 = 4_000_000

/** Where the host may write n bytes of frames, behind those not yet read; 0 when there is no memory. `pages`: limit of the memory. */
export function reserve(n: i32, pages: i32): i32 {
  lua.stackRestore(STACK_HIGH)
  lua.fuelBegin(RESERVE_FUEL, 0, pages)
  const unread = get(IN_END) - get(IN_NEXT)
  const needed = unread + n
  const start = get(IN_START)
  const capacity = get(IN_CAPACITY)
  if (needed > capacity || (capacity > KEEP && needed <= BUFFER)) {
    const wanted = max(BUFFER, needed + 15 & ~15)
    const moved = lua.malloc(wanted)
    if (moved == 0) return 0
    if (unread > 0) memory.copy(moved, start + get(IN_NEXT), unread)
    if (start != 0) lua.free(start)
    set(IN_START, moved)
    set(IN_CAPACITY, wanted)
  } else if (unread > 0) memory.copy(start, start + get(IN_NEXT), unread)
  set(IN_NEXT, 0)
  set(IN_END, unread)
  return get(IN_START) + unread
}

/**
 * One step: n bytes of frames were written where `reserve` said, or at IN_START when everything there was read (0: none). Runs until
 * every coroutine waits, the process ends, or fuel is spent. `nowMs`: what time it is. `hard`: how far below zero fuel may fall. `pages`:
 * limit of the memory.
 */
export function step(n: i32, fuel: i32, hard: i32, pages: i32, nowMs: f64): i32 {
  lua.stackRestore(STACK_HIGH) // a trap may have left it anywhere
  lua.fuelBegin(fuel, -hard, pages)
  if (get(IN_NEXT) == get(IN_END)) {
    set(IN_NEXT, 0)
    set(IN_END, 0)
  }
  set(STALE, get(IN_END))
  set(IN_END, get(IN_END) + n)
  set(GRANTED, fuel)
  const seconds = floor(nowMs / 1000)
  store<i64>(NOW, <i64>seconds * 1000000000 + <i64>((nowMs - seconds * 1000) * 1000000))
  set(OUT_END, 0)
  set(BUNDLE_END, 0)
  if (get(OUT_CAPACITY) > KEEP) shrink()
  set(CREDIT, 0)
  set(PREEMPTED, 0)
  set(PARKING, 0)
  set(READING, 0)
  frame.begin()
  set(FIXED, 0)
  const L = get(MAIN)
  if (lua.hasHook(L)) lua.lua_sethook(L, 0, 0, 0)
  set(RUNNING, L)
  set(DEPTH, 0)
  const answer = work(L)
  const left = lua.fuelLeft()
  set(FUEL, left)
  store<i64>(SPENT, load<i64>(SPENT) + <i64>(fuel - left))
  return answer
}

/**
 * Fills every hole of the heap for good, with zeros: what is allocated later lies side by side at the top, so that processes that grow
 * from this image differ from it in few grains. Call it when an image is finished, never in a process.
 */
export function seal(): void {
  lua.giveBack(-1)
  const top = load<i32>(BREAK)
  for (let size = 1 << 12; size >= 16; size = size > 256 ? size >> 1 : size - 8) {
    for (;;) {
      const hole = lua.malloc(size)
      if (hole == 0 || hole >= top) { if (hole != 0) lua.free(hole); break }
      memory.fill(hole, 0, size)
    }
  }
}

function shrink(): void {
  const smaller = lua.malloc(BUFFER)
  if (smaller == 0) return
  lua.free(get(OUT_START))
  set(OUT_START, smaller)
  set(OUT_CAPACITY, BUFFER)
}
