// Functions that every template has. None of them reaches out of the template, or takes or makes more than a bounded amount at once.

import { escapeHtml, jsonOf, lengthOf, namedAs, textOf } from './value.ts'

const LONGEST = 1_000_000 // characters or items that one call may make

/** Throws a TypeError that says why it cannot. */
export type Builtin = (...args: readonly unknown[]) => unknown

const number = (value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError(`${namedAs(value)} is no number`)
}

const length = (value: unknown): number => {
  const found = lengthOf(value)
  if (found !== null) return found
  throw new TypeError(`${namedAs(value)} has no length`)
}

const bounded = (size: number): number => {
  if (size <= LONGEST) return size
  throw new TypeError(`more than ${LONGEST} at once`)
}

const text = (value: unknown): string => {
  const made = textOf(value)
  bounded(made.length)
  return made
}

const joined = (parts: readonly string[], separator: string): string => {
  bounded(parts.reduce((sum, part) => sum + part.length + separator.length, 0))
  return parts.join(separator)
}

/** Texts of a list's items; no more of them than one call may make. */
const textsOf = (list: readonly unknown[]): readonly string[] => {
  let size = 0
  return list.map((item) => {
    const made = text(item)
    size = bounded(size + made.length)
    return made
  })
}

/** Functions that take lists and maps as they are; to all others they are texts. */
export const TAKES_LISTS: ReadonlySet<string> = new Set(['len', 'join', 'json', 'slice', 'array', 'map'])

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['len', (value) => length(value)],
  ['lower', (value) => text(value).toLowerCase()],
  ['upper', (value) => text(value).toUpperCase()],
  ['trimSpace', (value) => text(value).trim()],
  ['hasPrefix', (value, prefix) => text(value).startsWith(text(prefix))],
  ['hasSuffix', (value, suffix) => text(value).endsWith(text(suffix))],
  ['split', (value, separator) => text(value).split(text(separator))],
  ['join', (value, separator) => (Array.isArray(value) ? joined(textsOf(value), text(separator)) : text(value))],
  [
    'repeat',
    (value, times) => {
      const part = text(value)
      bounded(part.length * number(times))
      return part.repeat(Math.max(0, number(times)))
    },
  ],
  [
    'replace',
    (value, from, to, times) => {
      const parts = text(value).split(text(from))
      const most = number(times ?? -1)
      if (most < 0 || most >= parts.length - 1) return joined(parts, text(to))
      return joined([joined(parts.slice(0, most + 1), text(to)), ...parts.slice(most + 1)], text(from))
    },
  ],
  ['html', (value) => escapeHtml(text(value))],
  ['url', (value) => encodeURIComponent(text(value))],
  ['json', jsonOf],
  ['slice', (...items) => items],
  ['array', (...items) => items],
  ['map', (...items) => Object.fromEntries(items.flatMap((key, i) => (i % 2 === 0 ? [[text(key), items[i + 1]]] : [])))],
  [
    'ints',
    (from, to) => {
      const first = number(from)
      return Array.from({ length: bounded(Math.max(0, number(to) - first)) }, (_, i) => first + i)
    },
  ],
])
