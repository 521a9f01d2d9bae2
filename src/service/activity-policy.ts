// How often and how long a workflow's call is tried: decisions on data. What the call says comes before what the function says of itself.
//
//   activity.X, temporal.activity.X   options of a call (`funcs.new():with_options`)
//   meta.temporal.activity, meta.activity   what a function says; one that does is an activity: retried as Temporal would, 10 minutes each time
//   retry, meta.options.retry         the options every call knows

import { Kind, type WippyError } from '../error.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import { retryOf } from './retry.ts'
import { millisecondsOf } from './spawn-options.ts'
import { fieldsIn } from './workflow-options.ts'

const NEVER = Number.POSITIVE_INFINITY
const START_TO_CLOSE_MS = 600_000

/** Times are milliseconds; without a limit they are Infinity. */
export type ActivityPolicy = {
  /** Attempts that may fail. */
  readonly tries: number
  /** Attempts that may begin, those a crash interrupted included. */
  readonly most: number
  readonly initialMs: number
  readonly maxMs: number
  readonly factor: number
  /** Kinds that are tried again; empty: all but `never`. */
  readonly only: readonly unknown[]
  readonly never: readonly unknown[]
  /** One attempt, from the beginning of its process. */
  readonly startToCloseMs: number
  /** All attempts and what is between them, from the record that asked. */
  readonly scheduleToCloseMs: number
  /** How long an attempt may wait for a place in the function's pool. */
  readonly scheduleToStartMs: number
  /** From one heartbeat to the next. */
  readonly heartbeatMs: number
  /** Attempts are made in memory: none of them is noted. */
  readonly isLocal: boolean
}

type Fields = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What a function says of itself as an activity; null when it is none. */
const declaredBy = (entry: Entry | null): Fields | null => {
  const { temporal, activity } = entry?.meta ?? {}
  const declared = isFields(temporal) && isFields(temporal.activity) ? temporal.activity : activity
  return isFields(declared) ? declared : null
}

/** `retry_policy` as Temporal writes it. Its longest interval is a hundred times its first, unless it says another. */
const policyIn = (value: unknown, isOnce: boolean) => {
  const policy = fieldsIn(value)
  const attempts = policy.maximum_attempts
  const most = isOnce ? 1 : typeof attempts === 'number' && attempts > 0 ? Math.floor(attempts) : NEVER
  const initialMs = Math.max(1, millisecondsOf(policy.initial_interval, 1000))
  const factor = typeof policy.backoff_coefficient === 'number' ? Math.max(1, policy.backoff_coefficient) : 2
  const maxMs = millisecondsOf(policy.maximum_interval, initialMs * 100)
  return { tries: most, most, initialMs, factor, maxMs, only: [], never: listOf(policy.non_retryable_error_types) }
}

/** The retry that every call knows: it says nothing of crashes unless it bounds attempts. */
const retriesOf = (entry: Entry | null, options: unknown) => {
  const retry = retryOf(entry, options)
  const { attempts: tries = 1, initialMs = 0, maxMs = 0, factor = 1, only = [], never = [] } = retry ?? {}
  return { tries, most: retry === null ? NEVER : tries, initialMs, maxMs, factor, only, never }
}

/** Throws DURATION_INVALID. */
export const activityPolicyOf = (entry: Entry | null, options: unknown): ActivityPolicy => {
  const given = fieldsIn(isFields(options) ? options.options : undefined)
  const declared = declaredBy(entry)
  const option = (name: string): unknown => given[`activity.${name}`] ?? given[`temporal.activity.${name}`] ?? declared?.[name]
  const msOf = (name: string, otherwise: number): number => millisecondsOf(option(name), 0) || otherwise
  const isOnce = option('at_most_once') === true
  const policy = option('retry_policy')
  const isTemporal = isOnce || policy !== undefined || (declared !== null && retryOf(entry, options) === null)
  return {
    ...(isTemporal ? policyIn(policy, isOnce) : retriesOf(entry, options)),
    startToCloseMs: msOf('start_to_close_timeout', declared === null ? NEVER : START_TO_CLOSE_MS),
    scheduleToCloseMs: msOf('schedule_to_close_timeout', NEVER),
    scheduleToStartMs: msOf('schedule_to_start_timeout', NEVER),
    heartbeatMs: msOf('heartbeat_timeout', NEVER),
    isLocal: option('local') === true,
  }
}

/** How long after attempt `number`, which failed, the next one begins; null when there is none. `leftMs`: of schedule_to_close. */
export const nextAttempt = (policy: ActivityPolicy, number: number, error: WippyError, leftMs: number): number | null => {
  const { tries, never, only, initialMs, factor, maxMs } = policy
  const isFinal = error.retryable === false || error.kind === Kind.Canceled || never.includes(error.kind)
  if (number >= tries || isFinal || (only.length > 0 && !only.includes(error.kind))) return null
  const delay = Math.min(maxMs, initialMs * factor ** (number - 1))
  return delay < leftMs ? delay : null
}
