// The ready queue: managed coroutines that go on in their turn, in the order in which they became ready. Each takes three places of a list:
// itself and the two values it is woken with.

import * as lua from './lua'
import { FIRST, get, LAST, REF_READY, set } from './control'

const PLACES: i32 = 3
const FAR: i32 = 1 << 20 // places taken; a process that is never idle would count for ever

/** Whether somebody is ready of those who were when `lastPlace` answered `stop`. */
@inline export function hasUpTo(stop: i32): bool { return get(FIRST) <= stop }
@inline export function lastPlace(): i32 { return get(LAST) }
@inline export function isEmpty(): bool { return get(FIRST) > get(LAST) }
/** Begins again at the first place. Only when it is empty. */
@inline export function restart(): void {
  set(FIRST, 1)
  set(LAST, 0)
}

/** Puts co at the end, to be woken with nothing. */
export function add(L: i32, co: i32): void {
  const last = get(LAST)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_READY)
  lua.pushThread(L, co)
  lua.lua_rawseti(L, -2, last + 1)
  lua.pop(L, 1)
  set(LAST, last + PLACES)
}

/** Takes out the first: on the empty stack of L lie the queue, the coroutine and the two values then. */
export function take(L: i32): void {
  const first = get(FIRST)
  set(FIRST, first + PLACES)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_READY)
  for (let i = 0; i < PLACES; i++) lua.lua_rawgeti(L, 1, first + i)
  for (let i = 0; i < PLACES; i++) {
    lua.lua_pushnil(L)
    lua.lua_rawseti(L, 1, first + i)
  }
}

/** wake(co, a, b): co goes on, in its turn, with these values. */
export function wake(L: i32): i32 {
  const last = get(LAST)
  lua.lua_settop(L, PLACES)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_READY)
  lua.lua_rotate(L, 1, 1)
  for (let i = PLACES; i > 0; i--) lua.lua_rawseti(L, 1, last + i)
  set(LAST, last + PLACES)
  return 0
}

/** Moves all back to the first place when they have come far. */
@inline export function comeBack(L: i32): void { if (get(FIRST) > FAR) moveBack(L) }
function moveBack(L: i32): void {
  const from = get(FIRST)
  const n = get(LAST) - from + 1
  if (n >= from) return
  lua.lua_rawgeti(L, lua.REGISTRY, REF_READY)
  for (let i = 0; i < n; i++) {
    lua.lua_rawgeti(L, 1, from + i)
    lua.lua_rawseti(L, 1, 1 + i)
    lua.lua_pushnil(L)
    lua.lua_rawseti(L, 1, from + i)
  }
  lua.lua_settop(L, 0)
  set(FIRST, 1)
  set(LAST, n)
}
