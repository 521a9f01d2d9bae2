// Runs code that nobody trusts: in a node that has nothing but a sandbox, and ends with it.

import { boot } from '../app.ts'
import { bareConfig } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import { parseDuration, parseSize } from '../registry/units.ts'
import { createLog } from '../service/logger.ts'
import { Sandbox, type SandboxLimits } from '../service/sandbox.ts'

/** Why code failed, for whoever decides by it. */
export type FailureKind = 'fuel' | 'timeout' | 'memory' | 'stack' | 'denied' | 'syntax' | 'runtime'

export type SandboxOutcome = {
  readonly ok: boolean
  readonly value: unknown
  readonly error: WippyError | null
  readonly kind: FailureKind | null
  readonly fuel: number
  readonly peakBytes: number
  readonly ms: number
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  PROCESS_FUEL: 'fuel',
  SANDBOX_TIMEOUT: 'timeout',
  PROCESS_MEMORY: 'memory',
  PROCESS_STACK: 'stack',
  LUA_SYNTAX: 'syntax',
  PERMISSION_DENIED: 'denied',
  EVAL_CLASS: 'denied',
}

/** Lua says that its stack is full, or that a module is not there, in words. */
const kindOf = ({ code, message }: WippyError): FailureKind => {
  if (Object.hasOwn(KINDS, code)) return KINDS[code]!
  if (/stack overflow/.test(message)) return 'stack'
  return /module '.*' not found/.test(message) ? 'denied' : 'runtime'
}

const failed = (error: WippyError, took: Pick<SandboxOutcome, 'fuel' | 'peakBytes' | 'ms'>): SandboxOutcome => ({
  ok: false,
  value: null,
  error,
  kind: kindOf(error),
  ...took,
})

export type SandboxAsk = {
  readonly source: string
  readonly modules: readonly string[]
  readonly input: readonly unknown[]
  readonly fuel: number
  /** `16MiB` */
  readonly memory: string
  /** `3s` */
  readonly timeout: string
}

/** Runs it to its end; what it does wrong is in the outcome. Throws SIZE_INVALID and DURATION_INVALID. */
export const runInSandbox = async ({ source, modules, input, fuel, memory, timeout }: SandboxAsk): Promise<SandboxOutcome> => {
  const limits: SandboxLimits = { fuel, memoryBytes: parseSize(memory), timeoutMs: parseDuration(timeout) }
  const log = createLog({ write: () => {}, now: Date.now, format: 'json', level: 'error' })
  const node = await boot(bareConfig(process.cwd()), { log })
  try {
    const sandbox = new Sandbox(node.parts)
    const program = await sandbox.compile({ source, method: '', modules, imports: {}, globals: {} })
    const { reply, ...took } = await sandbox.run({ pid: null, onEnd: () => () => {} }, program, input, { values: {} }, limits)
    if (!reply.ok) return failed(reply.error, took)
    const [value = null, error = null] = decodeAll(reply.values)
    if (error !== null) {
      const own = error instanceof WippyError ? error : new WippyError('SANDBOX_FAILED', Kind.Internal, String(error))
      return failed(own, took)
    }
    return { ok: true, value, error: null, kind: null, ...took }
  } catch (error) {
    if (!(error instanceof WippyError)) throw error
    return failed(error, { fuel: 0, peakBytes: 0, ms: 0 })
  } finally {
    await node.stop({ now: true })
  }
}
