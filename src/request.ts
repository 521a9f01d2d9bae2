// The door: the only way out of a process.
//
// A process asks for something (`Request`), the world answers (`Reply`). Policy, recording and plugins are functions Door → Door,
// so what a request passes through is read in one place.

import type { WippyError } from './error.ts'
import type { Pid } from './pid.ts'

/** What a process asks for. `args` is a msgpack array; nobody between Lua and the service decodes it. */
export type Request = { readonly op: string; readonly target: string; readonly args: Uint8Array }

/** The answer: a msgpack array of values, or an error. */
export type Reply = { readonly ok: true; readonly values: Uint8Array } | { readonly ok: false; readonly error: WippyError }

/** Answers at once when it can, so that a process need not leave its turn; a promise otherwise. Never throws, never rejects. */
export type Door = (caller: Pid, request: Request) => Reply | Promise<Reply>
