// `lifecycle:` of an entry as the supervisor needs it (spec: process.service and supervisor).

import { defaultLifecycle, type Lifecycle } from '../kernel/service.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'

export type ServiceLifecycle = {
  readonly autoStart: boolean
  /** Whether the node cannot do without it: its failure at boot ends the boot. */
  readonly required: boolean
  readonly lifecycle: Lifecycle
}

/** Throws DURATION_INVALID for a time that is none. `others`: services it depends on besides those it names. */
export const lifecycleOf = (entry: Entry, others: readonly string[]): ServiceLifecycle => {
  const { lifecycle } = fieldsOf(entry)
  const given = isFields(lifecycle) ? lifecycle : {}
  const restart = isFields(given.restart) ? given.restart : {}
  const time = (value: unknown, fallback: number): number => (value === undefined ? fallback : parseDuration(value))
  const number = (value: unknown, fallback: number): number => (typeof value === 'number' && value >= 0 ? value : fallback)
  const names = [given.requires, given.depends_on].flatMap((list) => (Array.isArray(list) ? list : []))
  const requires = names.filter((name): name is string => typeof name === 'string').map((name) => resolveId(name, entry.ns))
  const { restart: policy } = defaultLifecycle
  return {
    autoStart: given.auto_start === true,
    required: given.startup !== 'optional',
    lifecycle: {
      requires: [...new Set([...requires, ...others])],
      startTimeoutMs: time(given.start_timeout, defaultLifecycle.startTimeoutMs),
      stopTimeoutMs: time(given.stop_timeout, defaultLifecycle.stopTimeoutMs),
      stableThresholdMs: time(given.stable_threshold, defaultLifecycle.stableThresholdMs),
      restart: {
        initialDelayMs: time(restart.initial_delay, policy.initialDelayMs),
        maxDelayMs: time(restart.max_delay, policy.maxDelayMs),
        backoffFactor: number(restart.backoff_factor, policy.backoffFactor),
        jitter: number(restart.jitter, policy.jitter),
        maxAttempts: number(restart.max_attempts, policy.maxAttempts),
      },
    },
  }
}
