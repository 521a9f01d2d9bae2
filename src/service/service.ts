// A service is the host half of a Lua module: operations by name. The door finds the operation, the guard has already said yes.
//
// Owns nothing. Never throws at the door: what an operation throws becomes a failed reply (WippyError as it is, anything else as INTERNAL).

import type { Trace } from '../otel/tracing.ts'
import type { Pid } from '../pid.ts'
import type { Reply } from '../request.ts'
import type { Actor } from '../security/request.ts'
import type { Scope } from '../security/scope.ts'

/** What a process inherits from whoever started it: values for `ctx`, and what it may do. Nothing, when nobody says. */
export type Context = {
  readonly values: Readonly<Record<string, unknown>>
  readonly actor?: Actor
  /** What its policies allow; there is nothing else then. */
  readonly scope?: Scope
  /** It may do everything the operator may, as long as it has no scope. */
  readonly operator?: boolean
  /** The network through which alone it reaches others. */
  readonly overlay?: string
  /** Where in a trace it is, unless whoever started it is in one. */
  readonly trace?: Trace
  /** Of whom it may do no more than this one may, whatever it is given. */
  readonly within?: Context
}

/** Standard input and output of a process on a terminal host. */
export type Terminal = {
  readonly args: readonly string[]
  write(text: string | Uint8Array): void
  writeError(text: string | Uint8Array): void
  /** Up to `max` bytes, or null at the end of input. */
  read(max: number): Promise<Uint8Array | null>
  /** One line without its newline, or null at the end of input. */
  readLine(): Promise<string | null>
}

/** The process that asks, as a service sees it. */
export type Caller = {
  readonly pid: Pid
  readonly entry: string
  readonly host: string
  readonly context: Context
  readonly terminal: Terminal | null
  /** Runs `free` once when the process ends; the returned function forgets it. */
  onEnd(free: () => void): () => void
  /** Answers `tag` once more, with values or what they are as bytes: tickers and subscriptions are asks with many answers. False when the mailbox refuses it. */
  push(tag: number, values: readonly unknown[] | Uint8Array): boolean
  /** Whether the mailbox would take so many bytes of it now. */
  hasRoomFor(bytes: number): boolean
}

/** Who wants to do something, as far as that is decided by it and written down. */
export type Doer = Pick<Caller, 'pid' | 'entry' | 'context'>

/** One attempt at what a durable process asked for. */
export type Attempt = {
  /** From 1. */
  readonly number: number
  /** It has begun, and this process makes it. */
  started(pid: Pid | null): void
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal
}

/** One ask on its way to an operation. `args` is decoded on first use; `raw` is the msgpack array as the process wrote it. */
export type Call = {
  readonly caller: Caller
  readonly op: string
  readonly target: string
  readonly tag: number
  readonly raw: Uint8Array
  /** Of a durable process: the same however often it asks this, on whichever machine; null for others. */
  readonly key: string | null
  /** Whoever made it decides whether there is another one; null: whoever answers does. */
  readonly attempt: Attempt | null
  readonly args: readonly unknown[]
}

/** Returns the values Lua gets (an array: several results), or a finished Reply to pass bytes on unseen. Throws WippyError to fail. */
export type Operation = (call: Call) => readonly unknown[] | Reply | Promise<readonly unknown[] | Reply>

export type Service = {
  /** The Lua module it belongs to; operations are named `module.verb`. */
  readonly name: string
  readonly operations: Readonly<Record<string, Operation>>
  /** Those that look at their arguments at once or never: `raw` lies in the memory of the caller, and is gone when they return. */
  readonly fleeting?: readonly string[]
}
