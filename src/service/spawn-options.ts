// Options of spawners and executors, as Lua writes them, read into what they mean.

import { isFields } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'
import type { Context } from './service.ts'

/** A Lua table with names for keys; of a table with other keys too, what has names. */
const named = (table: unknown): Readonly<Record<string, unknown>> | null => {
  if (isFields(table)) return table
  return table instanceof Map ? Object.fromEntries([...table].filter(([key]) => typeof key === 'string')) : null
}

/** The values of `with_context` over what is inherited. Actor and scope are inherited as they are: a process cannot name others. */
export const contextOf = (inherited: Context, options: unknown): Context => {
  const values = isFields(options) ? named(options.context) : null
  return values === null ? inherited : { ...inherited, values: { ...inherited.values, ...values } }
}

/** Milliseconds of a duration in options: a number, or text as "1.5s". `fallback` when it is not given. Throws DURATION_INVALID. */
export const millisecondsOf = (value: unknown, fallback: number): number => (value === undefined ? fallback : parseDuration(value))
