// The scheduler of managed coroutines: it reads the inbox and runs what is ready, until everything waits.
//
//   T1 Managed coroutines run only from here, one at a time, in the order in which they became ready. One that is preempted goes on before
//      anything else happens: code sees other coroutines only where it waits, however small the slices are.
//   T2 A message goes straight to the coroutine that waits for it in a plain receive (channel[0]); a reply to the coroutine that asked.
//      All else is for the handler of main.lua, which must not wait.
//      Who waits while frames are read, and would get the next one, takes it and goes on.
//   T3 What waits is kept alive by `replies`, by a channel, or by the ready queue; what runs, by the stack of the main thread.

import * as lua from './lua'
import * as channel from './channel'
import { canStart, enter, mayRest } from './coroutine'
import {
  BACKLOG, CHANNEL, CREDIT, CURRENT, FINISHED, get, IN_END, IN_NEXT, OPEN, PARKING, PAUSED, PEER_TAG, PREEMPTED, PROGRAM, READING, REF_HANDLER,
  REF_INBOX, REF_LISTENERS, REF_MESSAGE_META, REF_PAUSED, REF_READY, REF_REPLIES, SCRATCH, set, SORTING, SUBSCRIBED,
} from './control'
import * as frame from './frame'
import * as ready from './ready'

// What a step says to the host. src/vm/abi.ts has the same numbers.
export const AGAIN: i32 = 0
export const WAIT: i32 = 1
export const DONE: i32 = 2
export const BROKEN: i32 = 3

// What the handler is called with besides the kinds of frames.
const ENDED: i32 = 32
const IDLE: i32 = 33

/** Runs everything that is ready. Answers what the step says. */
export function work(L: i32): i32 {
  if (!get(SORTING)) lua.collect(L) // what the last slice left of it comes before more is allocated
  if (lua.fuelLeft() < 0) return AGAIN
  for (;;) {
    ready.comeBack(L)
    if (get(PAUSED)) {
      if (!goOn(L)) return BROKEN
      if (get(FINISHED)) return DONE
      if (lua.fuelLeft() < 0) return AGAIN
      continue
    }
    set(READING, 1)
    while (!get(PAUSED) && frame.next()) {
      const kind = frame.kind()
      const well = frame.isMessage(kind) ? message(L) : kind == frame.REPLY ? reply(L) : other(L, kind)
      if (!well) return BROKEN
      if (get(FINISHED)) return DONE
      if (lua.fuelLeft() < 0) return AGAIN
    }
    set(READING, 0)
    for (let stop = ready.lastPlace(); !get(PAUSED) && ready.hasUpTo(stop); ) {
      if (!next(L)) return BROKEN
      if (get(FINISHED)) return DONE
      if (lua.fuelLeft() < 0) return AGAIN
    }
    if (!get(PAUSED) && ready.isEmpty() && get(IN_NEXT) >= get(IN_END)) break
  }
  ready.restart()
  if (get(PROGRAM) == 0 || get(OPEN) > 0 || get(SUBSCRIBED)) return WAIT
  handler(L, IDLE)
  return call(L, 1) ? DONE : BROKEN
}

@inline function handler(L: i32, kind: i32): void {
  lua.lua_rawgeti(L, lua.REGISTRY, REF_HANDLER)
  lua.lua_pushinteger(L, kind)
}
/** Calls the handler with n values; empties the stack. False when it failed: its error is left there. */
function call(L: i32, n: i32): bool {
  if (lua.lua_pcallk(L, n, 0, 0, 0, 0) != lua.OK) return false
  lua.lua_settop(L, 0)
  return true
}

/** Goes on with co, whose stack ends with n values for it. co must lie on the stack of L. */
function go(L: i32, co: i32, n: i32): bool {
  set(CURRENT, co)
  const status = enter(L, co, n)
  if (status <= lua.YIELD && lua.statusOf(co) == lua.YIELD) {
    if (get(PREEMPTED)) {
      set(PREEMPTED, 0)
      set(PAUSED, co)
      lua.pushThread(L, co)
      lua.lua_rawseti(L, lua.REGISTRY, REF_PAUSED)
    } else {
      lua.drop(co, load<i32>(SCRATCH))
      if (!get(PARKING)) ready.add(L, co) // a plain yield of a managed coroutine is a wait that is over at once
      set(PARKING, 0)
    }
    lua.clear(L)
    return true
  }
  const failed = status > lua.YIELD
  if (!failed && co != get(PROGRAM)) {
    lua.lua_settop(L, 0)
    return true
  }
  handler(L, ENDED)
  lua.pushThread(L, co)
  lua.lua_pushboolean(L, failed ? 0 : 1)
  if (failed) {
    lua.lua_xmove(co, L, 1)
    return call(L, 4)
  }
  const results = min(2, load<i32>(SCRATCH))
  lua.lua_settop(co, lua.lua_gettop(co) - load<i32>(SCRATCH) + results)
  lua.lua_xmove(co, L, results)
  return call(L, 3 + results)
}

/** Goes on with the coroutine that was preempted. */
function goOn(L: i32): bool {
  const co = get(PAUSED)
  set(PAUSED, 0)
  lua.lua_rawgeti(L, lua.REGISTRY, REF_PAUSED)
  lua.lua_pushnil(L)
  lua.lua_rawseti(L, lua.REGISTRY, REF_PAUSED)
  return go(L, co, 0)
}

/** Runs the first coroutine of the ready queue. */
function next(L: i32): bool {
  ready.take(L)
  const co = lua.lua_tothread(L, 2)
  if (co == 0 || !canStart(co)) {
    lua.lua_settop(L, 0)
    return true
  }
  const isNew = lua.statusOf(co) == lua.OK
  if (!isNew) lua.lua_xmove(L, co, 2)
  return go(L, co, isNew ? 0 : 2)
}

/** The MESSAGE just read. */
function message(L: i32): bool {
  channel.takeCredit(L)
  const to = channel.listening(L)
  if (to != 0) {
    const co = channel.letGo(to)
    if (co != 0) {
      lua.pushThread(L, co)
      channel.pushMessage(L)
      lua.pushTrue(L)
      lua.moveTwo(L, co)
      return go(L, co, 2)
    }
  }
  handler(L, frame.MESSAGE)
  if (to != 0) lua.pushTable(L, to)
  else lua.lua_pushnil(L)
  channel.pushMessage(L)
  return call(L, 3)
}

/** The REPLY just read. A refused ask gives nil and the error. */
function reply(L: i32): bool {
  const tag = frame.tag()
  lua.lua_rawgeti(L, lua.REGISTRY, REF_REPLIES)
  const type = lua.lua_rawgeti(L, 1, tag)
  if (type == lua.TFUNCTION) {
    handler(L, frame.REPLY)
    lua.lua_pushvalue(L, 2)
    return call(L, 2)
  }
  if (type != lua.TTHREAD) {
    lua.lua_settop(L, 0)
    return true
  }
  const co = lua.lua_tothread(L, 2)
  lua.lua_pushnil(L)
  lua.lua_rawseti(L, 1, tag)
  set(OPEN, get(OPEN) - 1)
  const credit = frame.takeCredit()
  if (credit > 0 && tag == get(PEER_TAG)) set(CREDIT, get(CREDIT) + credit)
  if (!frame.isOk()) lua.lua_pushnil(L)
  let n = frame.values(L)
  if (!frame.isOk()) n++
  if (!lua.lua_checkstack(co, n)) {
    lua.pop(L, n)
    n = 0
  }
  lua.lua_xmove(L, co, n)
  return go(L, co, n)
}

/** A frame that only main.lua understands. */
function other(L: i32, kind: i32): bool {
  handler(L, kind)
  if (kind == frame.START) lua.lua_pushinteger(L, <i64><u32>frame.tag())
  else frame.pushTopic(L)
  return call(L, 2)
}

// For main.lua and the libraries -----------------------------------------------------------------------------------------------------------

/** run(co, ...): goes on with a coroutine from within the handler. */
export function run(L: i32): i32 {
  const co = lua.lua_tothread(L, 1)
  const n = lua.lua_gettop(L) - 1
  if (co == 0 || !canStart(co) || !lua.lua_checkstack(co, n)) return 0
  lua.lua_xmove(L, co, n)
  return go(L, co, n) ? 0 : lua.lua_error(L)
}

/** current() → the managed coroutine that runs, also when it has resumed others; nothing when it cannot wait here. */
export function current(L: i32): i32 {
  if (!mayRest(L)) return 0
  lua.pushThread(L, get(CURRENT))
  return 1
}

/** keep(handler, message metatable, listeners): what the companion needs of main.lua. */
export function keep(L: i32): i32 {
  lua.lua_settop(L, 3)
  lua.lua_rawseti(L, lua.REGISTRY, REF_LISTENERS)
  lua.lua_rawseti(L, lua.REGISTRY, REF_MESSAGE_META)
  lua.lua_rawseti(L, lua.REGISTRY, REF_HANDLER)
  lua.lua_createtable(L, 0, 0)
  lua.lua_rawseti(L, lua.REGISTRY, REF_READY)
  lua.lua_createtable(L, 0, 0)
  lua.lua_rawseti(L, lua.REGISTRY, REF_REPLIES)
  ready.restart()
  return 0
}

/** note(n): n more messages (or fewer) are taken in and not yet received. */
export function note(L: i32): i32 {
  set(BACKLOG, get(BACKLOG) + <i32>lua.luaL_checkinteger(L, 1))
  return 0
}

/** finish(): the process has ended. */
export function finish(L: i32): i32 {
  set(FINISHED, 1)
  return 0
}

/** subscribe(inbox?): messages or events may wake the process from now on; those without a listener go to `inbox`. To be called before
 * any change of who listens to what. */
export function subscribe(L: i32): i32 {
  set(SUBSCRIBED, 1)
  set(CHANNEL, 0)
  if (lua.lua_type(L, 1) == lua.TTABLE) {
    lua.lua_settop(L, 1)
    lua.lua_rawseti(L, lua.REGISTRY, REF_INBOX)
  }
  return 0
}

/** program(co): the coroutine whose end is the end of the process. */
export function program(L: i32): i32 {
  set(PROGRAM, lua.lua_tothread(L, 1))
  return 0
}
