// The control block: everything the companion remembers between two steps, at fixed addresses, so that an image of the memory is complete.
// WebAssembly globals hold nothing across steps. src/vm/abi.ts mirrors the fields that the host reads.
// The block lies between the C stack and the heap; `--memoryBase` of the build and BASE are the same number.

export const BASE: i32 = 297280

export const IN_START: i32 = BASE // address of the inbox buffer
export const IN_CAPACITY: i32 = BASE + 4
export const IN_END: i32 = BASE + 8 // bytes in the buffer
export const IN_NEXT: i32 = BASE + 12 // offset of the next unread frame
export const OUT_START: i32 = BASE + 16
export const OUT_CAPACITY: i32 = BASE + 20
export const OUT_END: i32 = BASE + 24
export const VERDICT: i32 = BASE + 28 // what the root said before it rested
export const BACKLOG: i32 = BASE + 32 // messages taken in and not yet received by the code
export const FUEL: i32 = BASE + 36 // fuel left after the step
export const NOW: i32 = BASE + 40 // i64: nanoseconds since the epoch at the start of the step
export const GRANTED: i32 = BASE + 48 // i32: fuel granted to the step
export const SPENT: i32 = BASE + 56 // i64: fuel spent by all earlier steps
export const MAIN: i32 = BASE + 64 // lua_State of the main thread
export const ROOT: i32 = BASE + 68 // lua_State of the root coroutine
export const RUNNING: i32 = BASE + 72 // lua_State that runs now: where a hook must be armed
export const DEPTH: i32 = BASE + 76 // C depth at the resume of the running coroutine
export const PREEMPTED: i32 = BASE + 80 // 1 while a preemption travels outward
export const PARKING: i32 = BASE + 84 // 1 while a wait travels outward
export const FRAME: i32 = BASE + 88 // address of the frame that is being read
export const ERROR_META: i32 = BASE + 92 // address of the metatable of Error values
export const CREDIT: i32 = BASE + 96 // sends left to the peer below, this step
export const PEER: i32 = BASE + 100 // address of the string that names the peer, then its length
export const TOPIC: i32 = BASE + 120 // the same for the topic read last; behind SCRATCH
export const CURRENT: i32 = BASE + 108 // lua_State of the managed coroutine that runs
export const SCRATCH: i32 = BASE + 112 // 8 bytes: out-parameters of the C API
export const TAG: i32 = BASE + 128 // the tag given last

// Where things lie in Lua's registry.
export const REF_LIBRARIES: i64 = 1001
export const REF_ROOT: i64 = 1002
export const REF_ERROR_META: i64 = 1003
export const REF_PEER: i64 = 1004
export const REF_TOPIC: i64 = 1005

@inline export function get(field: i32): i32 { return load<i32>(field) }
@inline export function set(field: i32, value: i32): void { store<i32>(field, value) }
