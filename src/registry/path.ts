// Dotted paths into an entry: `meta.router`, `data.pool.size`, `.meta.router`; a bare path means data.
//
// Entries never change, so setting makes a new entry. A key that itself contains dots is found when the rest of the path spells it.

import { type Entry, isFields, makeEntry } from './entry.ts'

/** `.meta.router` → ["meta", "router"]; `addr` → ["data", "addr"]; null when there is nothing to name. */
export const splitPath = (path: string): readonly string[] | null => {
  const parts = path.trim().replace(/^\./, '').split('.')
  if (parts.includes('')) return null
  const whole = parts[0] === 'meta' || parts[0] === 'data' ? parts : ['data', ...parts]
  return whole.length > 1 ? whole : null
}

const getIn = (value: unknown, parts: readonly string[]): unknown => {
  if (parts.length === 0) return value
  if (Array.isArray(value)) return getIn(value[Number(parts[0])], parts.slice(1))
  if (!isFields(value)) return undefined
  const rest = parts.join('.')
  if (Object.hasOwn(value, rest)) return value[rest]
  return Object.hasOwn(value, parts[0]!) ? getIn(value[parts[0]!], parts.slice(1)) : undefined
}

const setIn = (value: unknown, parts: readonly string[], leaf: unknown): unknown => {
  const [part, ...rest] = parts
  if (part === undefined) return leaf
  if (Array.isArray(value) && /^\d+$/.test(part) && Number(part) <= value.length) {
    const at = Number(part)
    return [...value.slice(0, at), setIn(value[at], rest, leaf), ...value.slice(at + 1)]
  }
  const fields = isFields(value) ? value : {}
  const whole = parts.join('.')
  if (Object.hasOwn(fields, whole)) return { ...fields, [whole]: leaf }
  return { ...fields, [part]: setIn(Object.hasOwn(fields, part) ? fields[part] : undefined, rest, leaf) }
}

/** What lies at a split path, or undefined. */
export const getAt = (entry: Entry, parts: readonly string[]): unknown =>
  getIn(parts[0] === 'meta' ? entry.meta : entry.data, parts.slice(1))

/** A new entry with `value` at a split path; maps on the way are made. */
export const setAt = (entry: Entry, parts: readonly string[], value: unknown): Entry => {
  const whole = setIn(parts[0] === 'meta' ? entry.meta : entry.data, parts.slice(1), value)
  const path = parts.join('.')
  const origin = entry.origin && { ...entry.origin, sources: new Map([...entry.origin.sources].filter(([at]) => at !== path)) }
  return makeEntry({ ...entry, origin, ...(parts[0] === 'meta' ? { meta: isFields(whole) ? whole : {} } : { data: whole }) })
}

/** A new entry whose list at a split path ends in `value`, unless it holds it already; null when something else than a list is there. */
export const appendAt = (entry: Entry, parts: readonly string[], value: unknown): Entry | null => {
  const list = getAt(entry, parts) ?? []
  if (!Array.isArray(list)) return null
  return list.includes(value) ? entry : setAt(entry, parts, [...list, value])
}
