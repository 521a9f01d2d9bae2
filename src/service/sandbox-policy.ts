// `sandbox.policy`: what code that is run under its name may do and spend. Lua, TypeScript, commands and agents give the same options.
//
//   allow: [json, "funcs.call:app:double"]      limits: { fuel: 1000000, memory: 8MiB, timeout: 500ms, processes: 4 }

import { Kind, WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, fieldsOf, isFields } from '../registry/entry.ts'
import { parseDuration, parseSize } from '../registry/units.ts'
import { type Grants, grantsOf } from '../security/grant.ts'
import { didYouMean } from '../suggest.ts'
import { misnamed } from './known-grants.ts'

export const SANDBOX_POLICY = 'sandbox.policy'

export type SandboxLimits = {
  readonly fuel: number
  readonly memoryBytes: number
  readonly timeoutMs: number
  /** At once, those that it starts included. */
  readonly processes: number
}

export const defaultSandbox: SandboxLimits = { fuel: 200_000_000, memoryBytes: 16 * 1024 ** 2, timeoutMs: 30_000, processes: 16 }

/** The most there is when nobody says. */
export const largestSandbox: SandboxLimits = { fuel: 2_000_000_000, memoryBytes: 64 * 1024 ** 2, timeoutMs: 300_000, processes: 1000 }

/** What holds under a policy that bounds everything. */
export const boundlessSandbox: SandboxLimits = {
  fuel: Number.POSITIVE_INFINITY,
  memoryBytes: Number.POSITIVE_INFINITY,
  timeoutMs: Number.POSITIVE_INFINITY,
  processes: Number.POSITIVE_INFINITY,
}

const LIMITS = ['fuel', 'memory', 'timeout', 'processes']

const invalid = (message: string, hint: string): WippyError =>
  new WippyError('SANDBOX_OPTION', Kind.Invalid, message, { retryable: false, hint })

const wholeOf = (value: unknown, name: string): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw invalid(`${name} is not a whole number greater than 0`, `Write for example ${name}: 1000000.`)
}

const positive = (value: number, name: string): number => {
  if (value > 0) return value
  throw invalid(`${name} is not greater than 0`, `Leave ${name} out for the default.`)
}

/** Limits as they are written, where `standard` holds otherwise. Throws SANDBOX_OPTION, SIZE_INVALID, DURATION_INVALID. */
export const limitsIn = (value: unknown, standard: SandboxLimits): SandboxLimits => {
  if (value === undefined || value === null) return standard
  if (!isFields(value)) throw invalid(`limits are a map of ${LIMITS.join(', ')}`, 'Write limits: { fuel: 1000000 }.')
  const unknown = Object.keys(value).find((name) => !LIMITS.includes(name))
  if (unknown !== undefined) throw invalid(`there is no limit "${unknown}"`, didYouMean(unknown, LIMITS, `There are ${LIMITS.join(', ')}.`))
  const { fuel, memory, timeout, processes } = value
  return {
    fuel: fuel === undefined ? standard.fuel : wholeOf(fuel, 'fuel'),
    memoryBytes: memory === undefined ? standard.memoryBytes : positive(parseSize(memory), 'memory'),
    timeoutMs: timeout === undefined ? standard.timeoutMs : positive(parseDuration(timeout), 'timeout'),
    processes: processes === undefined ? standard.processes : wholeOf(processes, 'processes'),
  }
}

/** The smaller of two limits, each for itself. */
export const lesser = (a: SandboxLimits, b: SandboxLimits): SandboxLimits => ({
  fuel: Math.min(a.fuel, b.fuel),
  memoryBytes: Math.min(a.memoryBytes, b.memoryBytes),
  timeoutMs: Math.min(a.timeoutMs, b.timeoutMs),
  processes: Math.min(a.processes, b.processes),
})

/** Grants as they are written. Throws SANDBOX_OPTION. */
export const grantsIn = (value: unknown): Grants => {
  if (value === undefined || value === null || (isFields(value) && Object.keys(value).length === 0)) return { modules: [], allow: [] }
  const wanted = 'allow is a list of modules (json) and of actions on resources (funcs.call:app:double)'
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw invalid(wanted, 'Write allow: [json].')
  let grants: Grants
  try {
    grants = grantsOf(value)
  } catch (error) {
    throw invalid((error as Error).message, `Remember that ${wanted}.`)
  }
  const wrong = misnamed(grants.allow)
  if (wrong !== null) throw invalid(wrong.message, wrong.hint)
  return grants
}

export type SandboxPolicy = Grants & { readonly limits: SandboxLimits }

const known = new WeakMap<Entry, SandboxPolicy>()

/** What an entry of the kind says. Throws SANDBOX_POLICY, with its place. */
export const sandboxPolicyOf = (entry: Entry): SandboxPolicy => {
  let policy = known.get(entry)
  if (policy === undefined) {
    const { allow, limits } = fieldsOf(entry)
    policy = { ...read(entry, 'allow', () => grantsIn(allow)), limits: read(entry, 'limits', () => limitsIn(limits, defaultSandbox)) }
    known.set(entry, policy)
  }
  return policy
}

const read = <T>(entry: Entry, field: string, act: () => T): T => {
  try {
    return act()
  } catch (error) {
    const { message, hint = '' } = error as WippyError
    throw blame(entry, `data.${field}`, { code: 'SANDBOX_POLICY', kind: Kind.Invalid, message: `"${entry.id}": ${message}`, hint })
  }
}
