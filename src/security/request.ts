// What is asked: may this actor do this to that? Everything in it may come from hostile code, and is only looked at.

/** On whose behalf something is done. `meta` is plain data. */
export type Actor = { readonly id: string; readonly meta: Readonly<Record<string, unknown>> }

export type Request = {
  /** Null: nobody in particular. */
  readonly actor: Actor | null
  readonly action: string
  readonly resource: string
  readonly meta: Readonly<Record<string, unknown>>
}

/** What a policy or a scope says. */
export type Verdict = 'allow' | 'deny' | 'undefined'

/** Whether something holds; `unknown` when that cannot be told: a number was compared with a text, a field is not there. */
export type Truth = 'yes' | 'no' | 'unknown'

export const truthOf = (holds: boolean): Truth => (holds ? 'yes' : 'no')

/** A value inside a table by its own key; undefined when there is none. */
export const valueIn = (table: unknown, key: unknown): unknown => {
  if (table instanceof Map) return table.get(key)
  if (typeof table !== 'object' || table === null || typeof key !== 'string') return undefined
  return Object.hasOwn(table, key) ? (table as Readonly<Record<string, unknown>>)[key] : undefined
}

/** Numbers as Lua has them: whole ones of 64 bits may be bigints. They are compared as they are, without rounding. */
export type Numeric = number | bigint

export const isNumeric = (value: unknown): value is Numeric =>
  typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value))

export const isSameNumber = (a: Numeric, b: Numeric): boolean => a <= b && a >= b
