// How code in a sandbox came out, for people and programs that decide by it.

import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import type { Refusal } from './refusals.ts'
import type { Run } from './sandbox.ts'

/** Why code failed. */
export type FailureKind = 'fuel' | 'timeout' | 'memory' | 'stack' | 'denied' | 'syntax' | 'runtime'

export type SandboxOutcome = {
  readonly ok: boolean
  readonly value: unknown
  readonly error: WippyError | null
  readonly kind: FailureKind | null
  /** Units of work of all its processes. */
  readonly fuel: number
  /** The most they held at once. */
  readonly peakBytes: number
  readonly ms: number
  /** What it wanted to do and might not. */
  readonly denied: readonly Refusal[]
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  PROCESS_FUEL: 'fuel',
  SANDBOX_TIMEOUT: 'timeout',
  PROCESS_MEMORY: 'memory',
  PROCESS_STACK: 'stack',
  LUA_SYNTAX: 'syntax',
  LUA_LOAD: 'syntax',
}

const NO_MODULE = /module '(.*?)' not found/

/** Lua says that its stack is full, or that a module is not there, in words. */
const kindOf = ({ code, kind, message }: WippyError): FailureKind => {
  if (Object.hasOwn(KINDS, code)) return KINDS[code]!
  if (kind === Kind.PermissionDenied || NO_MODULE.test(message)) return 'denied'
  return /stack overflow/.test(message) ? 'stack' : 'runtime'
}

/** What the runtime says of code that cannot be begun is about entries; here there is none. */
const plainly = (error: WippyError): WippyError =>
  /^method not found: main in /.test(error.message)
    ? new WippyError('SANDBOX_NO_FUNCTION', Kind.Invalid, 'the code returns no function', { hint: 'Write: return function(input) … end' })
    : error

type Took = Pick<SandboxOutcome, 'fuel' | 'peakBytes' | 'ms' | 'denied'>

const failed = (error: WippyError, { denied, ...took }: Took): SandboxOutcome => {
  const [, module] = NO_MODULE.exec(error.message) ?? []
  const all = module === undefined ? denied : [...denied, { action: 'require', resource: module, times: 1 }]
  return { ok: false, value: null, error, kind: kindOf(error), ...took, denied: all }
}

/** What became of code that ran. A second value that it returned is an error, as everywhere. */
export const outcomeOf = ({ reply, ...took }: Run): SandboxOutcome => {
  if (!reply.ok) return failed(plainly(reply.error), took)
  const [value = null, error = null] = decodeAll(reply.values)
  if (error === null) return { ok: true, value, error: null, kind: null, ...took }
  return failed(error instanceof WippyError ? error : new WippyError('SANDBOX_FAILED', Kind.Internal, String(error)), took)
}

/** What became of code that never ran. What is no WippyError is thrown on. */
export const refusedOutcome = (error: unknown): SandboxOutcome => {
  if (error instanceof WippyError) return failed(error, { fuel: 0, peakBytes: 0, ms: 0, denied: [] })
  throw error
}

/** An outcome as Lua, JSON and other programs get it. */
export const plainOutcome = ({
  ok,
  value,
  error,
  kind,
  fuel,
  peakBytes,
  ms,
  denied,
}: SandboxOutcome): Readonly<Record<string, unknown>> => ({
  ok,
  ...(ok ? { value } : { error: { kind, code: error!.code, message: error!.text, ...(error!.hint && { hint: error!.hint }) } }),
  ...{ fuel, memory: peakBytes, ms: Math.round(ms), denied },
})
