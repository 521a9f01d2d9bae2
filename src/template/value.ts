// Values as templates see them: what is true, how they are printed, compared, indexed and walked through.

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;', '\0': '\uFFFD' }

/** A text as it stands in HTML, within quotes too. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"'\0]/g, (char) => ESCAPES[char]!)

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map) && !ArrayBuffer.isView(value)

/** What `if` takes for true: all but nothing, false, 0, and texts, lists and maps that are empty. */
export const isTrue = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (isMap(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

/** How much of a value there may be where it is printed or compared as a whole: texts count by their length, all else by one each. */
export const LARGEST = 1_000_000
const DEEPEST = 100

// A list may hold the same list twice, and that one too: it is counted as it would be printed.
const measure = (value: unknown, left: number, depth: number): number => {
  const rest = left - (typeof value === 'string' ? value.length : 1)
  if (rest < 0 || depth > DEEPEST) throw new TypeError('a value too large to be taken as a whole')
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return rest
  const inner = Array.isArray(value) ? value : value instanceof Map ? [...value].flat() : Object.entries(value).flat()
  return inner.reduce((sum: number, item) => measure(item, sum, depth + 1), rest)
}

/** Throws a TypeError for a value that is too large. */
export const jsonOf = (value: unknown): string => {
  measure(value, LARGEST, 0)
  return JSON.stringify(value ?? null, (_, inner) => (inner instanceof Map ? Object.fromEntries(inner) : inner)) ?? 'null'
}

/** A value as it is printed, before it is escaped; nothing for nil. Throws as `jsonOf`. */
export const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value)
  return typeof value === 'object' ? jsonOf(value) : String(value)
}

const LONGEST_NAME = 80 // characters

/** A value as a message names it: of what is large only what it is. */
export const namedAs = (value: unknown): string => {
  if (typeof value === 'string') return value.length > LONGEST_NAME ? `${value.slice(0, LONGEST_NAME)}…` : value
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'a map' : textOf(value)
}

/** Bytes of a text, items of a list or a map; null for what has no length. */
export const lengthOf = (value: unknown): number | null => {
  if (typeof value === 'string') return new TextEncoder().encode(value).length
  if (Array.isArray(value)) return value.length
  if (value instanceof Map) return value.size
  return isMap(value) ? Object.keys(value).length : null
}

/** The value under a key, undefined where there is none. Indices of lists count from 0. */
export const fieldOf = (value: unknown, key: unknown): unknown => {
  if (Array.isArray(value)) return value[Number(key)]
  if (value instanceof Map) return value.get(key)
  if (typeof value === 'string') return new TextEncoder().encode(value)[Number(key)]
  return isMap(value) && Object.hasOwn(value, String(key)) ? value[String(key)] : undefined
}

/** Keys and values in order; null for what cannot be walked through. Maps go by their keys, sorted. */
export const pairsOf = (value: unknown): (readonly [unknown, unknown])[] | null => {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.map((item, i) => [i, item] as const)
  const pairs = value instanceof Map ? [...value] : isMap(value) ? Object.entries(value) : null
  return pairs?.toSorted(([a], [b]) => (textOf(a) < textOf(b) ? -1 : 1)) ?? null
}

/** What an operator makes of two values that are no lists and maps; undefined when it means nothing for them. */
export const operate = (sign: string, a: unknown, b: unknown): unknown => {
  if (sign === '==' || sign === '!=') return ((a ?? null) === (b ?? null)) === (sign === '==')
  if (sign === '+' && (typeof a === 'string' || typeof b === 'string')) return textOf(a) + textOf(b)
  const areTexts = typeof a === 'string' && typeof b === 'string'
  if (!areTexts && (typeof a !== 'number' || typeof b !== 'number')) return undefined
  if (sign === '<') return a < b
  if (sign === '<=') return a <= b
  if (sign === '>') return a > b
  if (sign === '>=') return a >= b
  if (areTexts) return undefined
  const [x, y] = [a as number, b as number]
  if (sign === '+') return x + y
  if (sign === '-') return x - y
  if (sign === '*') return x * y
  if (y === 0) return undefined
  if (sign === '%') return x % y
  return Number.isInteger(x) && Number.isInteger(y) ? Math.trunc(x / y) : x / y
}
