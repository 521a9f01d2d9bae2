// What a process runs. Lua in WebAssembly is one body (vm/); a few lines of TypeScript in a test are another.
//
// kernel → body: `step` with an inbox (frame.ts); body → kernel: the verdict, and the outbox in place.

import type { Address } from './address.ts'
import type { Frames } from './frame.ts'

/** `wait`: nothing to do before something arrives. `again`: fuel is spent, work is left. `exit`: the outbox ends with EXIT. `fault`: see `fault`. */
export type Verdict = 'wait' | 'again' | 'exit' | 'fault'

/** Why a body cannot be stepped again. */
export type Fault = { readonly reason: 'fuel' | 'memory' | 'stack' | 'trap'; readonly message: string }

/** An empty mailbox that may be written to: the address of its place (places.ts), and in whose name. */
export type Reply = { at: number; from: Address }

export interface Body {
  /**
   * Runs until nothing is ready or `fuel` is spent. Synchronous: never awaits, never calls out; what it wants stands in the outbox.
   * Deterministic: the same state, inbox, fuel and time give the same step. The inbox is valid only until it returns.
   *
   * `reply`: all that is in the inbox came from one process, whose mailbox is empty. When the step waits then, and wants nothing but one
   * message for it that credit covers, the body may write that there itself: the outbox is empty then, and `replied` is not 0.
   */
  step(inbox: Frames, fuel: number, nowMs: number, reply?: Reply | null): Verdict
  /** What the last step wants: valid until the next step or `close`. */
  readonly outbox: Frames
  /** Fuel of the last step. */
  readonly spent: number
  /** Messages it has taken in and not yet given to its code: they still count against the mailbox. */
  readonly backlog: number
  /** Whether it has not read all that it was handed: until it has, the rest stays in the mailbox. */
  readonly isBehind?: boolean
  readonly fault: Fault | null
  /** Length of the frame that the last step wrote to `reply`; 0: it wrote none. */
  readonly replied?: number
  /** Bytes it holds beyond what its code shares with others, when that is known. */
  readonly heldBytes?: number
  /** Where it stands, between two steps. Its memory is read, not run: the state stays what it is. */
  standing?(): Standing
  /**
   * Makes a body whose state was put away ready for its step, as far as can be done without holding up others; whether it is ready. A step
   * does not need it: it does at once what is missing.
   */
  warm?(): boolean
  /** Makes what it holds fit for others, as far as that holds up nobody; whether that is done. Not before `close`, which does not need it. */
  scrub?(): boolean
  close(): void
}

/** The whole state of a body between two steps: where its memory differs from that of a fresh body of the same program. */
export type State = {
  /** Pages of memory it needs. */
  readonly pages: number
  /** Runs of bytes, each u32 offset, u32 length and the bytes. */
  readonly runs: Uint8Array
}

export type Variable = { readonly name: string; readonly value: string }

/** One call that is under way. Lines count from 1. */
export type Frame = {
  readonly file: string
  readonly line: number
  /** The line its function begins at; 0: the chunk itself. */
  readonly defined: number
  readonly locals: readonly Variable[]
  /** Variables of the functions around it. */
  readonly outer: readonly Variable[]
}

export type Coroutine = {
  /** Whether its end is the end of the process. */
  readonly isMain: boolean
  /** Whether it ran last. */
  readonly isLast: boolean
  /** Tag of the ask whose answer it waits for. */
  readonly waitsFor: number | null
  /** The innermost call first; `omitted` more are not told. */
  readonly frames: readonly Frame[]
  readonly omitted: number
}

/** Where the code of a body stands between two steps, for people: values are text, cut where they are long. */
export type Standing = {
  readonly coroutines: readonly Coroutine[]
  /** Coroutines that are not told. */
  readonly omitted: number
  readonly globals: readonly Variable[]
}

/** A body whose state can be taken out and put into another one. */
export interface DurableBody extends Body {
  image(): State
  restore(state: State): void
  standing(): Standing
}

/** A step as a journal needs it: what it was given beside its inbox, and what it did. */
export type Step = {
  readonly fuel: number
  readonly nowMs: number
  readonly verdict: Verdict
  readonly spent: number
  readonly outbox: Frames
}

/**
 * Makes a step durable before anybody sees what it did; the process is not stepped again before. `inbox` must be read before the promise
 * is returned. A rejection ends the process, and nothing of the step is released. When somebody else owns the process by now, the promise
 * stays open and the process is retired.
 */
export type Commit = (inbox: Frames, step: Step) => Promise<void>
