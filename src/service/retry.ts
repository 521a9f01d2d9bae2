// When a failed call is tried again, and after how long: decisions on data.

import { Kind, type WippyError } from '../error.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import { millisecondsOf } from './spawn-options.ts'

export type Retry = {
  readonly attempts: number
  readonly initialMs: number
  readonly maxMs: number
  readonly factor: number
  /** Share of the pause that chance adds or takes away, 0 to 1. */
  readonly jitter: number
  /** Kinds that are tried again; empty: all but `never`. */
  readonly only: readonly unknown[]
  readonly never: readonly unknown[]
}

/** What the caller's options say, else the function's `meta.options`; null: once is enough. Throws DURATION_INVALID. */
export const retryOf = (entry: Pick<Entry, 'meta'> | null, options: unknown): Retry | null => {
  const own = isFields(options) && isFields(options.options) ? options.options.retry : undefined
  const declared = isFields(entry?.meta.options) ? entry.meta.options.retry : undefined
  const retry = own ?? declared
  if (!isFields(retry)) return null
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
  const number = (value: unknown, fallback: number): number => (typeof value === 'number' && value >= 0 ? value : fallback)
  return {
    attempts: number(retry.max_attempts, 1),
    initialMs: millisecondsOf(retry.initial_delay, 100),
    maxMs: millisecondsOf(retry.max_delay, 10_000),
    factor: number(retry.backoff_factor, 2),
    jitter: number(retry.jitter, 0.1),
    only: list(retry.retry_kinds),
    never: list(retry.skip_kinds),
  }
}

/** Whether a call that failed with `error` is tried again after `attempts` of them. */
export const mayRetry = (retry: Retry, attempts: number, error: WippyError): boolean =>
  attempts < retry.attempts &&
  error.retryable !== false &&
  error.kind !== Kind.Canceled &&
  error.kind !== Kind.Timeout &&
  !retry.never.includes(error.kind) &&
  (retry.only.length === 0 || retry.only.includes(error.kind))

/** How long to wait after attempt number `attempt`, which counts from 1. `chance` is a random number from 0 to 1. */
export const retryDelay = (retry: Retry, attempt: number, chance: number): number =>
  Math.min(retry.maxMs, retry.initialMs * retry.factor ** (attempt - 1)) * (1 + retry.jitter * (2 * chance - 1))
