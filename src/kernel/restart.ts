// Restart policy: pure decisions, no services, no timers. supervisor.ts carries them out.

import { Kind, type WippyError } from '../error.ts'

export type RestartPolicy = {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  /** What each delay is times the one before. */
  readonly backoffFactor: number
  /** Share of the delay that chance adds or takes away, 0 to 1. */
  readonly jitter: number
  /** 0: for ever. */
  readonly maxAttempts: number
}

export const defaultRestart: RestartPolicy = { initialDelayMs: 1000, maxDelayMs: 90_000, backoffFactor: 2, jitter: 0.1, maxAttempts: 0 }

/** Whether what failed is started again after `attempts` restarts: not when it was cancelled or says that trying again is no use. */
export const mayRestart = (policy: RestartPolicy, attempts: number, error: WippyError): boolean =>
  error.kind !== Kind.Canceled && error.retryable !== false && (policy.maxAttempts === 0 || attempts < policy.maxAttempts)

/**
 * How long to wait before restart number `attempt`, which counts from 1. `chance` is a random number from 0 to 1.
 * In: the defaults, attempts 1, 2, 3, chance 0.5. Out: 1000, 2000, 4000.
 */
export const restartDelay = (policy: RestartPolicy, attempt: number, chance: number): number => {
  const growth = Math.min(Number.MAX_VALUE, policy.backoffFactor ** (attempt - 1)) // no delay at all stays none
  const delay = policy.initialDelayMs * growth
  return Math.min(policy.maxDelayMs, Math.min(policy.maxDelayMs, delay) * (1 + policy.jitter * (2 * chance - 1)))
}
