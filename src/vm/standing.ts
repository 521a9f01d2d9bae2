// Where the code of a process stands between two steps: its coroutines with their calls, lines and variables, read from the bytes of its
// memory as they lie there (lua-memory.ts says what is believed of them).

import type { Coroutine, Frame, Standing, Variable } from '../kernel/body.ts'
import { Control } from './abi.ts'
import { LuaMemory } from './lua-memory.ts'

// lua_State, CallInfo, Proto and UpVal of Lua 5.4, 32 bit
const STATE = { status: 6, global: 16, call: 20, firstCall: 52 } as const
const GLOBAL = { registry: 40, objects: 88 } as const
const CALL = { function: 0, previous: 8, next: 16, status: 34 } as const
const PROTO = {
  upvalues: 12,
  code: 20,
  lines: 24,
  variables: 32,
  bases: 36,
  defined: 40,
  at: 52,
  upvalue: 60,
  line: 64,
  base: 68,
  variable: 72,
} as const
const IN_C = 1 << 1
const LEFT_BY_HOOK = 1 << 6
const VALUE_BYTES = 16
const THREAD = 8
const YIELDED = 1
const GLOBALS = 2 // their place in the registry

const MOST_COROUTINES = 100
const MOST_FRAMES = 50 // shown of one coroutine
const MOST_CALLS = 200_000 // looked at
const MOST_VARIABLES = 100 // of one frame
const BETWEEN_BASES = 256 // instructions; Lua writes a line down every 128

/** Reads a memory; `origin` is what the memory of a fresh process of the same entry holds: its globals are not told. */
export const standingOf = (bytes: Uint8Array, origin: Uint8Array): Standing => {
  const memory = new LuaMemory(bytes)
  const replies = memory.tableAt(inRegistry(memory, Control.replies))
  const waiting = new Map(waitingIn(memory, replies))
  const program = memory.u32(Control.program)
  const all = coroutinesIn(memory, program)
  const coroutines = all.slice(0, MOST_COROUTINES).map((thread): Coroutine => {
    const frames = framesOf(memory, thread)
    return {
      isMain: thread === program,
      isLast: thread === memory.u32(Control.current),
      waitsFor: waiting.get(thread) ?? null,
      frames: frames.slice(0, MOST_FRAMES),
      omitted: Math.max(0, frames.length - MOST_FRAMES),
    }
  })
  return { coroutines, omitted: all.length - coroutines.length, globals: globalsIn(memory, new LuaMemory(origin)) }
}

const globalOf = (memory: LuaMemory): number => memory.u32(memory.u32(Control.main) + STATE.global)

/** Where the registry holds what stands at place `n`. */
const inRegistry = (memory: LuaMemory, n: number): number => memory.item(memory.tableAt(globalOf(memory) + GLOBAL.registry), n)

/** Coroutines that wait for the answer to an ask, with its tag. */
function* waitingIn(memory: LuaMemory, replies: number): Generator<[thread: number, tag: number]> {
  for (let tag = 1; ; tag++) {
    const at = memory.item(replies, tag)
    if (at === 0) break
    if (memory.isThread(at)) yield [memory.u32(at), tag]
  }
  for (const { key, at } of memory.fields(replies)) if (memory.isThread(at)) yield [memory.u32(at), Number(key.slice(1, -1))]
}

/** Every coroutine that may go on; the main one first, then the oldest. */
const coroutinesIn = (memory: LuaMemory, program: number): number[] => {
  const found: number[] = []
  let object = memory.u32(globalOf(memory) + GLOBAL.objects)
  for (let left = memory.size / VALUE_BYTES; object !== 0 && left > 0; left--) {
    if ((memory.u8(object + 4) & 15) === THREAD && isUnderWay(memory, object)) found.push(object)
    object = memory.u32(object)
  }
  found.reverse()
  return [...found.filter((thread) => thread === program), ...found.filter((thread) => thread !== program)]
}

const isUnderWay = (memory: LuaMemory, thread: number): boolean =>
  memory.u8(thread + STATE.status) <= YIELDED && memory.u32(thread + STATE.call) !== thread + STATE.firstCall

/** The calls of a coroutine that are the app's own, the innermost first. */
const framesOf = (memory: LuaMemory, thread: number): Frame[] => {
  const frames: Frame[] = []
  let call = memory.u32(thread + STATE.call)
  for (let left = MOST_CALLS; call !== 0 && call !== thread + STATE.firstCall && left > 0; left--) {
    const frame = frameOf(memory, call, frames.length < MOST_FRAMES)
    if (frame !== null) frames.push(frame)
    call = memory.u32(call + CALL.previous)
  }
  return frames
}

const frameOf = (memory: LuaMemory, call: number, withVariables: boolean): Frame | null => {
  const status = memory.u16(call + CALL.status)
  const slot = memory.u32(call + CALL.function)
  const closure = (status & IN_C) === 0 ? memory.closureAt(slot) : 0
  const place = memory.placeOf(closure)
  if (place === '') return null
  const colon = place.lastIndexOf(':')
  const proto = memory.u32(closure + 12)
  const next = (memory.u32(call + CALL.next) - memory.u32(proto + PROTO.at)) >> 2
  const at = (status & LEFT_BY_HOOK) !== 0 ? next : next - 1
  return {
    file: place.slice(0, colon),
    line: lineAt(memory, proto, at),
    defined: Number(place.slice(colon + 1)),
    locals: withVariables ? localsAt(memory, proto, at, slot + VALUE_BYTES) : [],
    outer: withVariables ? outerOf(memory, proto, closure) : [],
  }
}

/** The line of an instruction: from the nearest one before it whose line is written down, by the steps between. */
const lineAt = (memory: LuaMemory, proto: number, at: number): number => {
  let line = memory.u32(proto + PROTO.defined)
  let from = -1
  const bases = memory.u32(proto + PROTO.base)
  for (let i = 0, n = memory.u32(proto + PROTO.bases); i < n; i++) {
    const base = memory.u32(bases + i * 8)
    if (base > at || base <= from) break
    from = base
    line = memory.u32(bases + i * 8 + 4)
  }
  const lines = memory.u32(proto + PROTO.line)
  const last = Math.min(at, memory.u32(proto + PROTO.lines) - 1, from + BETWEEN_BASES)
  for (let i = from + 1; i <= last; i++) line += memory.i8(lines + i)
  return line
}

const localsAt = (memory: LuaMemory, proto: number, at: number, base: number): Variable[] => {
  const variables = memory.u32(proto + PROTO.variable)
  const found: Variable[] = []
  for (let i = 0, n = memory.u32(proto + PROTO.variables), slot = base; i < n && found.length < MOST_VARIABLES; i++) {
    const variable = variables + i * 12
    const starts = memory.u32(variable + 4)
    if (starts > at || variable >= memory.size) break
    if (at >= memory.u32(variable + 8)) continue
    const name = memory.text(memory.u32(variable))
    if (!name.startsWith('(')) found.push({ name, value: memory.show(slot) })
    slot += VALUE_BYTES
  }
  return found
}

/** What a function sees of the functions around it, but for functions and modules. */
const outerOf = (memory: LuaMemory, proto: number, closure: number): Variable[] => {
  const names = memory.u32(proto + PROTO.upvalue)
  const found: Variable[] = []
  for (let i = 0, n = Math.min(memory.u32(proto + PROTO.upvalues), MOST_VARIABLES); i < n; i++) {
    const name = memory.text(memory.u32(names + i * 8))
    const value = memory.u32(memory.u32(closure + 16 + i * 4) + 8)
    if (name === '' || name === '_ENV' || memory.isCode(value)) continue
    found.push({ name, value: memory.show(value) })
  }
  return found
}

const globalsIn = (memory: LuaMemory, origin: LuaMemory): Variable[] => {
  const given = new Set(origin.fields(origin.tableAt(inRegistry(origin, GLOBALS))).map(({ key }) => key))
  const own = memory.fields(memory.tableAt(inRegistry(memory, GLOBALS))).filter(({ key, at }) => !given.has(key) && !memory.isCode(at))
  return own.slice(0, MOST_VARIABLES).map(({ key, at }) => ({ name: key, value: memory.show(at) }))
}
