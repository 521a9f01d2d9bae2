// `lifecycle:` of an entry as the supervisor needs it (spec: process.service and supervisor).

import { Kind, type WippyError } from '../error.ts'
import { defaultLifecycle, type Lifecycle } from '../kernel/service.ts'
import { blame } from '../registry/blame.ts'
import { type Entry, type Fields, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'

export type ServiceLifecycle = {
  readonly autoStart: boolean
  /** Whether a node does not start without it. */
  readonly isRequired: boolean
  readonly lifecycle: Lifecycle
}

/** Reads fields of one map of the entry; what is absent is the fallback. */
const reader = (entry: Entry, path: string, fields: Fields) => {
  const refuse = (key: string, message: string, hint: string) =>
    blame(entry, `${path}.${key}`, {
      code: 'LIFECYCLE_INVALID',
      kind: Kind.Invalid,
      message: `${path.slice('data.'.length)}.${key} of "${entry.id}": ${message}`,
      hint,
    })
  return {
    refuse,
    time(key: string, fallback: number): number {
      if (fields[key] === undefined) return fallback
      try {
        return parseDuration(fields[key])
      } catch (cause) {
        const { message, hint } = cause as WippyError
        throw refuse(key, message, hint ?? '')
      }
    },
    number(key: string, fallback: number): number {
      const value = fields[key]
      if (value === undefined) return fallback
      if (typeof value === 'number' && value >= 0) return value
      throw refuse(key, 'this is no number of 0 or more', 'Write a number.')
    },
  }
}

const STARTUPS: readonly unknown[] = [undefined, 'required', 'optional']

/** Throws LIFECYCLE_INVALID, with its place, for a time or a number that is none. */
export const lifecycleOf = (entry: Entry): ServiceLifecycle => {
  const { lifecycle } = fieldsOf(entry)
  const given = isFields(lifecycle) ? lifecycle : {}
  const { time, refuse } = reader(entry, 'data.lifecycle', given)
  if (!STARTUPS.includes(given.startup)) throw refuse('startup', 'this is neither required nor optional', 'Leave it out for required.')
  const restart = reader(entry, 'data.lifecycle.restart', isFields(given.restart) ? given.restart : {})
  const names = [given.requires, given.depends_on].flatMap((list) => (Array.isArray(list) ? list : []))
  const requires = names.filter((name): name is string => typeof name === 'string').map((name) => resolveId(name, entry.ns))
  const { restart: policy } = defaultLifecycle
  return {
    autoStart: given.auto_start === true,
    isRequired: given.startup !== 'optional',
    lifecycle: {
      requires: [...new Set(requires)],
      startTimeoutMs: time('start_timeout', defaultLifecycle.startTimeoutMs),
      stopTimeoutMs: time('stop_timeout', defaultLifecycle.stopTimeoutMs),
      stableThresholdMs: time('stable_threshold', defaultLifecycle.stableThresholdMs),
      restart: {
        initialDelayMs: restart.time('initial_delay', policy.initialDelayMs),
        maxDelayMs: restart.time('max_delay', policy.maxDelayMs),
        backoffFactor: restart.number('backoff_factor', policy.backoffFactor),
        jitter: restart.number('jitter', policy.jitter),
        maxAttempts: restart.number('max_attempts', policy.maxAttempts),
      },
    },
  }
}
