// What host and actor.wasm agree on: exports, fields of the control block, verdicts, faults. Mirrors wasm/companion/control.ts.
//
//   V1 actor.wasm imports nothing: a process can reach no byte but those of its own memory.

/** The exports of actor.wasm. */
export type Exports = {
  readonly memory: WebAssembly.Memory
  readonly fuel: WebAssembly.Global<'i32'>
  /** What of it is lent: fuel that is left is so much less. */
  readonly debt: WebAssembly.Global<'i32'>
  readonly fault: WebAssembly.Global<'i32'>
  /** How far down the C stack has been used since the host last set this. */
  readonly lowest: WebAssembly.Global<'i32'>
  init(): void
  boot(size: number): number
  complaint(): number
  reserve(bytes: number, pages: number): number
  /** Makes the heap dense before an image of it is kept. */
  seal(): void
  step(bytes: number, fuel: number, hard: number, pages: number, nowMs: number): number
}

/** Where the control block lies: behind the C stack, before the heap. */
export const CONTROL = 297280
/** Indices into an Int32Array over the memory. */
export const Field = {
  inStart: CONTROL >> 2,
  inCapacity: (CONTROL + 4) >> 2,
  inEnd: (CONTROL + 8) >> 2,
  inNext: (CONTROL + 12) >> 2,
  outStart: (CONTROL + 16) >> 2,
  outEnd: (CONTROL + 24) >> 2,
  backlog: (CONTROL + 28) >> 2,
  fuel: (CONTROL + 32) >> 2,
  scratch: (CONTROL + 112) >> 2,
  /** Pages that the heap has taken: what its image needs. The instance may have more, left by another process. */
  pages: (CONTROL + 156) >> 2,
} as const

/** Where the control block names what a debugger looks for: addresses of coroutines, and of a place in Lua's registry its number. */
export const Control = { main: CONTROL + 56, current: CONTROL + 64, program: CONTROL + 88, replies: 6 } as const

/** Where the lists of free blocks begin (wasm/blocks.ts): 16 words. */
export const BLOCKS = CONTROL + 192

/** Lua's C stack: nothing of it is part of an image. */
export const STACK_LOW = 35136
export const STACK_HIGH = CONTROL

export const PAGE = 65536

/** Units below the hard bound that a step may spend on what ends by itself: collecting, making tables larger, reading and writing messages. */
export const PARDON = 6_000_000

/** What a step answers. */
export const Verdict = { again: 0, wait: 1, exit: 2, broken: 3 } as const

/** Why a step trapped, as the module notes it; 0 when the trap was none of these. */
export const Trap = { none: 0, fuel: 1, memory: 2, abort: 3 } as const
