// Options of spawners and executors, as Lua writes them, read into what they mean.

import { isFields } from '../registry/entry.ts'
import type { Context } from './service.ts'

/** Values, actor and scope over what is inherited. */
export const contextOf = (inherited: Context, options: unknown): Context => {
  if (!isFields(options)) return inherited
  const { context, actor, scope } = options
  return {
    ...inherited,
    ...(isFields(context) ? { values: { ...inherited.values, ...context } } : {}),
    ...(actor === undefined ? {} : { actor }),
    ...(scope === undefined ? {} : { scope }),
  }
}

/** A number of milliseconds, as options write durations; `fallback` for anything else. */
export const millisecondsOf = (value: unknown, fallback: number): number => (typeof value === 'number' && value >= 0 ? value : fallback)
