// Options of spawners and executors, as Lua writes them, read into what they mean.

import { isFields } from '../registry/entry.ts'
import { parseDuration } from '../registry/units.ts'
import type { Context } from './service.ts'

/** A Lua table with names for keys; of a table with other keys too, what has names. */
const named = (table: unknown): Readonly<Record<string, unknown>> | null => {
  if (isFields(table)) return table
  return table instanceof Map ? Object.fromEntries([...table].filter(([key]) => typeof key === 'string')) : null
}

/** Values, actor and scope over what is inherited. */
export const contextOf = (inherited: Context, options: unknown): Context => {
  if (!isFields(options)) return inherited
  const { context, actor, scope } = options
  const values = named(context)
  return {
    ...inherited,
    ...(values === null ? {} : { values: { ...inherited.values, ...values } }),
    ...(actor === undefined ? {} : { actor }),
    ...(scope === undefined ? {} : { scope }),
  }
}

/** Milliseconds of a duration in options: a number, or text as "1.5s". `fallback` when it is not given. Throws DURATION_INVALID. */
export const millisecondsOf = (value: unknown, fallback: number): number => (value === undefined ? fallback : parseDuration(value))
