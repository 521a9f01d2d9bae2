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
export const BACKLOG: i32 = BASE + 28 // messages taken in and not yet received by the code
export const FUEL: i32 = BASE + 32 // fuel left after the step
export const GRANTED: i32 = BASE + 36 // fuel granted to the step
export const NOW: i32 = BASE + 40 // i64: nanoseconds since the epoch at the start of the step
export const SPENT: i32 = BASE + 48 // i64: fuel spent by all earlier steps
export const MAIN: i32 = BASE + 56 // lua_State of the main thread
export const RUNNING: i32 = BASE + 60 // lua_State that runs now: where a hook must be armed
export const CURRENT: i32 = BASE + 64 // lua_State of the managed coroutine that runs, also when it has resumed others
export const DEPTH: i32 = BASE + 68 // C depth at the resume of the running coroutine
export const PREEMPTED: i32 = BASE + 72 // 1 while a preemption travels outward
export const PARKING: i32 = BASE + 76 // 1 while a wait travels outward
export const FIRST: i32 = BASE + 80 // the ready queue: first and last place taken
export const LAST: i32 = BASE + 84
export const PROGRAM: i32 = BASE + 88 // lua_State of the coroutine whose end is the end of the process
export const OPEN: i32 = BASE + 92 // asks that somebody waits for
export const SUBSCRIBED: i32 = BASE + 96 // 1 once messages or events may wake the process
export const FINISHED: i32 = BASE + 100 // 1 when the process has ended
export const FRAME: i32 = BASE + 104 // address of the frame that is being read
export const TAG: i32 = BASE + 108 // the tag given last
export const SCRATCH: i32 = BASE + 112 // 8 bytes: out-parameters of the C API
export const TOPIC: i32 = BASE + 120 // address of the string of the topic read last, then its length
export const PEER: i32 = BASE + 128 // the same for the peer that CREDIT is about
export const CREDIT: i32 = BASE + 136 // sends left to the peer, this step
export const PEER_TAG: i32 = BASE + 140 // the send to the peer that is not answered yet
export const ERROR_META: i32 = BASE + 144 // address of the metatable of Error values
export const FIXED: i32 = BASE + 148 // 1 while a C function that cannot be left lies below the coroutine that runs
export const PAUSED: i32 = BASE + 152 // lua_State of the managed coroutine that was preempted; 0: none
export const PAGES: i32 = BASE + 156 // pages that the heap has taken, however many the instance has (wasm/support.ts)
export const READING: i32 = BASE + 160 // 1 while frames are read one after the other
export const CHANNEL: i32 = BASE + 164 // address of the channel that gets messages of the topic read last; 0: to be looked up

export const PAYLOAD: i32 = BASE + 168 // address of the payload that is being read
export const PAYLOAD_END: i32 = BASE + 172
export const READ: i32 = BASE + 176 // bytes read of the bundle at IN_NEXT; 0: none of it
export const STALE: i32 = BASE + 188 // offset behind the frames of earlier steps: their credit is worth nothing any more
export const BUNDLE: i32 = BASE + 180 // offset of the last frame of the outbox, when it is a bundle
export const BUNDLE_END: i32 = BASE + 184 // offset behind its last message; 0: it is none

// The lists of free blocks (wasm/blocks.ts) lie at BASE + 192.

export const SORTING: i32 = BASE + 256 // 1 while a sort rests: no finalizer may change what it sorts

// Where things lie in Lua's registry: in its list part (`boot` in index.ts makes room), behind what Lua keeps at 1 to 3.
export const REF_HANDLER: i64 = 4 // function of main.lua for what the companion does not do itself
export const REF_READY: i64 = 5 // the ready queue: coroutine and two values by turns
export const REF_REPLIES: i64 = 6 // tag → coroutine that waits, or function
export const REF_LISTENERS: i64 = 7 // topic → channel
export const REF_INBOX: i64 = 8 // channel, once somebody asked for it
export const REF_MESSAGE_META: i64 = 9
export const REF_ERROR_META: i64 = 10
export const REF_PEER: i64 = 11 // what PEER and TOPIC point to
export const REF_TOPIC: i64 = 12
export const REF_PAUSED: i64 = 13 // keeps PAUSED alive
export const LAST_REF: i64 = 13

@inline export function get(field: i32): i32 { return load<i32>(field) }
@inline export function set(field: i32, value: i32): void { store<i32>(field, value) }
