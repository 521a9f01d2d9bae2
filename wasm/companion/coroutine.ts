// Coroutines that leave by return where they can, and through which a preemption or a wait of the whole process travels unseen.
//
// `resume`, `wrap` and `yield` replace Lua's own. `park` waits until the scheduler (task.ts) runs the coroutine again.
//  - PREEMPTED: the hook has yielded a coroutine because fuel ran out. Each resume on the way passes it on, and continues inward later.
//  - PARKING: a coroutine waits for the host. It travels the same way, and what the host answers is handed inward.

import * as lua from './lua'
import { DEPTH, FIXED, get, PARKING, PREEMPTED, RUNNING, SCRATCH, set } from './control'

/** Resumes co with n values from its own stack. Keeps RUNNING and DEPTH true. Answers lua_resume's status. */
export function enter(L: i32, co: i32, n: i32): i32 {
  const depth = get(DEPTH)
  set(DEPTH, lua.depthOf(L) + 1)
  set(RUNNING, co)
  if (lua.fuelLeft() < 0) lua.lua_sethook(co, hook.index, lua.MASKCOUNT, 1)
  const status = lua.lua_resume(co, L, n, SCRATCH)
  set(RUNNING, L)
  set(DEPTH, depth)
  if (lua.fuelLeft() < 0) {
    lua.lua_sethook(co, 0, 0, 0)
    lua.lua_sethook(L, hook.index, lua.MASKCOUNT, 1)
  }
  return status
}

/** Whether the whole process may rest here: every C function between the scheduler and L can be left. */
export function mayRest(L: i32): bool { return !get(FIXED) && lua.isYieldable(L) }

/** The hook that preempts: armed when fuel ran dry, gone as soon as it could yield, or when there is fuel again. */
export function hook(L: i32, record: i32): void {
  if (lua.fuelLeft() >= 0) lua.lua_sethook(L, 0, 0, 0)
  else if (mayRest(L)) {
    lua.lua_sethook(L, 0, 0, 0)
    set(PREEMPTED, 1)
    lua.lua_yieldk(L, 0, 0, 0)
  } else {
    lua.lua_sethook(L, 0, 0, 0) // Lua is half as fast while there is one
    lua.rearm()
  }
}

/** Called by the metering when fuel falls below zero, and again where the hook asks for it. */
export function arm(): void {
  lua.lua_sethook(get(RUNNING), hook.index, lua.MASKCOUNT, 1)
}

/** Leaves the C function that runs because fuel ran out; `k` goes on. Its coroutine must be one that may rest. */
export function pause(L: i32, k: i32): i32 {
  lua.lua_sethook(L, 0, 0, 0)
  set(PREEMPTED, 1)
  return lua.lua_yieldk(L, 0, 0, k)
}

@inline export function canStart(co: i32): bool {
  return lua.statusOf(co) == lua.YIELD || (lua.statusOf(co) == lua.OK && !lua.hasFrames(co) && lua.lua_gettop(co) > 0)
}

const FAILED: i32 = -1
const OUTWARD: i32 = -2

/**
 * Runs co, with the n values on top of L, until it yields for itself or ends. Answers how many values of it lie on top of L now, FAILED
 * with the error on top of L, or OUTWARD when L must now yield, and be continued by the same call.
 */
function drive(L: i32, co: i32, n: i32): i32 {
  if (!canStart(co)) return refuse(L, co)
  if (!lua.lua_checkstack(co, n)) return fail(L, TOO_MANY_ARGUMENTS)
  lua.lua_xmove(L, co, n)
  const fixed = get(FIXED)
  if (!lua.isYieldable(L)) set(FIXED, 1)
  const status = enter(L, co, n)
  set(FIXED, fixed)
  if (status > lua.YIELD) {
    lua.lua_xmove(co, L, 1)
    return FAILED
  }
  if (lua.statusOf(co) == lua.YIELD && (get(PREEMPTED) || get(PARKING))) return OUTWARD
  const results = load<i32>(SCRATCH)
  if (!lua.lua_checkstack(L, results + 1)) {
    lua.pop(co, results)
    return fail(L, TOO_MANY_RESULTS)
  }
  lua.lua_xmove(co, L, results)
  return results
}

const TOO_MANY_ARGUMENTS: i32 = <i32>memory.data<u8>([0x74,0x6f,0x6f,0x20,0x6d,0x61,0x6e,0x79,0x20,0x61,0x72,0x67,0x75,0x6d,0x65,0x6e,0x74,0x73,0x20,0x74,0x6f,0x20,0x72,0x65,0x73,0x75,0x6d,0x65,0]) // "too many arguments to resume"
const TOO_MANY_RESULTS: i32 = <i32>memory.data<u8>([0x74,0x6f,0x6f,0x20,0x6d,0x61,0x6e,0x79,0x20,0x72,0x65,0x73,0x75,0x6c,0x74,0x73,0x20,0x74,0x6f,0x20,0x72,0x65,0x73,0x75,0x6d,0x65,0]) // "too many results to resume"
const CANNOT_RESUME: i32 = <i32>memory.data<u8>([0x63,0x61,0x6e,0x6e,0x6f,0x74,0x20,0x72,0x65,0x73,0x75,0x6d,0x65,0x20,0]) // "cannot resume "
const DEAD: i32 = <i32>memory.data<u8>([0x64,0x65,0x61,0x64,0]) // "dead"
const NON_SUSPENDED: i32 = <i32>memory.data<u8>([0x6e,0x6f,0x6e,0x2d,0x73,0x75,0x73,0x70,0x65,0x6e,0x64,0x65,0x64,0]) // "non-suspended"
const COROUTINE: i32 = <i32>memory.data<u8>([0x20,0x63,0x6f,0x72,0x6f,0x75,0x74,0x69,0x6e,0x65,0]) // " coroutine"
const THREAD: i32 = <i32>memory.data<u8>([0x74,0x68,0x72,0x65,0x61,0x64,0]) // "thread"

function fail(L: i32, text: i32): i32 {
  lua.lua_pushstring(L, text)
  return FAILED
}
function refuse(L: i32, co: i32): i32 {
  lua.lua_pushstring(L, CANNOT_RESUME)
  lua.lua_pushstring(L, lua.statusOf(co) == lua.OK && lua.hasFrames(co) || co == L ? NON_SUSPENDED : DEAD)
  lua.lua_pushstring(L, COROUTINE)
  lua.lua_concat(L, 3)
  return FAILED
}

function threadAt(L: i32, i: i32): i32 {
  const co = lua.lua_tothread(L, i)
  if (co == 0) lua.luaL_typeerror(L, i, THREAD)
  return co
}

/** coroutine.resume(co, ...): stack [co, ...]. */
export function resume(L: i32): i32 {
  const co = threadAt(L, 1)
  return resumeWith(L, co, lua.lua_gettop(L) - 1)
}
function resumeWith(L: i32, co: i32, n: i32): i32 {
  const results = drive(L, co, n)
  if (results == OUTWARD) return lua.lua_yieldk(L, 0, 0, resumeContinue.index)
  lua.lua_pushboolean(L, results == FAILED ? 0 : 1)
  const behind = results == FAILED ? 1 : results
  lua.lua_rotate(L, -behind - 1, 1)
  return behind + 1
}
function resumeContinue(L: i32, status: i32, context: i32): i32 {
  const co = lua.lua_tothread(L, 1)
  return resumeWith(L, co, lua.lua_gettop(L) - 1)
}

/** coroutine.wrap(f) */
export function wrap(L: i32): i32 {
  if (lua.lua_type(L, 1) != lua.TFUNCTION) lua.luaL_typeerror(L, 1, lua.lua_typename(L, lua.TFUNCTION))
  const co = lua.lua_newthread(L)
  lua.lua_pushvalue(L, 1)
  lua.lua_xmove(L, co, 1)
  lua.lua_pushcclosure(L, wrapped.index, 1)
  return 1
}
function wrapped(L: i32): i32 {
  const co = lua.lua_tothread(L, lua.upvalue(1))
  const results = drive(L, co, lua.lua_gettop(L))
  if (results == OUTWARD) return lua.lua_yieldk(L, 0, 0, wrappedContinue.index)
  if (results == FAILED) return raise(L, co)
  return results
}
function wrappedContinue(L: i32, status: i32, context: i32): i32 { return wrapped(L) }

/** Raises the error on top, that of closing co if there is one; a string gets the position of the caller in front. */
function raise(L: i32, co: i32): i32 {
  if (lua.statusOf(co) > lua.YIELD) {
    lua.lua_resetthread(co, L)
    lua.lua_xmove(co, L, 1)
  }
  if (lua.lua_type(L, -1) == lua.TSTRING) {
    lua.luaL_where(L, 1)
    lua.lua_rotate(L, -2, 1)
    lua.lua_concat(L, 2)
  }
  return lua.lua_error(L)
}

/** coroutine.yield(...) */
export function yieldValues(L: i32): i32 {
  if (lua.suspendByReturn(L, get(DEPTH))) return -1
  return lua.lua_yieldk(L, lua.lua_gettop(L), 0, 0)
}

/** park(): waits until the scheduler runs this coroutine again; returns what it was woken with. */
export function park(L: i32): i32 {
  mustRest(L)
  set(PARKING, 1)
  lua.lua_settop(L, 0)
  if (lua.suspendByReturn(L, get(DEPTH))) return -1
  return lua.lua_yieldk(L, 0, 0, 0)
}

/** Raises an error when the process cannot rest here. To be called before anything is noted that would wake L. */
export function mustRest(L: i32): void {
  if (mayRest(L)) return
  lua.lua_pushstring(L, CANNOT_WAIT)
  lua.lua_error(L)
}
const CANNOT_WAIT: i32 = <i32>memory.data<u8>([0x61,0x74,0x74,0x65,0x6d,0x70,0x74,0x20,0x74,0x6f,0x20,0x77,0x61,0x69,0x74,0x20,0x61,0x63,0x72,0x6f,0x73,0x73,0x20,0x61,0x20,0x43,0x2d,0x63,0x61,0x6c,0x6c,0x20,0x62,0x6f,0x75,0x6e,0x64,0x61,0x72,0x79,0]) // "attempt to wait across a C-call boundary"
