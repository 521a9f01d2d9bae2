// Options of spawners and executors, as Lua writes them, read into what they mean.

import { isFields } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'
import type { Credentials } from './credentials.ts'
import type { Context, Doer } from './service.ts'

/** A Lua table with names for keys; of a table with other keys too, what has names. */
const named = (table: unknown): Readonly<Record<string, unknown>> | null => {
  if (isFields(table)) return table
  return table instanceof Map ? Object.fromEntries([...table].filter(([key]) => typeof key === 'string')) : null
}

/**
 * What a process is started with: what its starter has, and over it what the options say. Who it is and what it may do is only taken from
 * credentials this node has given the starter; whether that may be handed on, the guard has decided. Throws CREDENTIAL_INVALID.
 */
export const contextOf = ({ pid, context }: Pick<Doer, 'pid' | 'context'>, options: unknown, credentials: Credentials): Context => {
  if (!isFields(options)) return context
  const values = named(options.context)
  const { network } = isFields(options.options) ? options.options : {}
  return {
    ...context,
    ...(values !== null && { values: { ...context.values, ...values } }),
    ...(typeof network === 'string' && network !== '' && { overlay: network }),
    ...(options.actor !== undefined && { actor: credentials.readActor(pid, options.actor) }),
    ...(options.scope !== undefined && { scope: credentials.readScope(pid, options.scope) }),
  }
}

/** Milliseconds of a duration in options: a number, or text as "1.5s". `fallback` when it is not given. Throws DURATION_INVALID. */
export const millisecondsOf = (value: unknown, fallback: number): number => (value === undefined ? fallback : parseDuration(value))
