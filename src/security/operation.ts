// What the operators of expressions do (builtin.ts: the functions). What has no meaning is Meaningless, as is what takes too much work.

import type { Regex } from './condition.ts'
import { isNumeric, isSameNumber, type Numeric, valueIn } from './request.ts'

/** The answer to an expression without meaning. */
export class Meaningless extends Error {}

const MOST_WORK = 10_000
const LONGEST_TEXT = 256 * 1024 // characters
const CHARACTERS = 64 // that cost as much as an operation
const STATES = 1024 // of a regular expression, about one for each of its characters at each of the text's
const REPEATED = 16 // times at most, what is counted in one
const DEEPEST = 128 // as deep as what processes send

/** What one evaluation may cost: about one for each operation, for each item looked at, and for so many characters. */
export class Work {
  #left: number
  #depth = 0

  constructor(most = MOST_WORK) {
    this.#left = most
  }

  spend(amount: number): void {
    this.#left -= amount
    if (!(this.#left >= 0)) throw new Meaningless('it takes too much') // so is what is no number
  }

  /** For each character of a text, each of a part that is looked for in it: V8 may compare them all. */
  spendSearch(value: string, part: string): void {
    this.spend((value.length * part.length) / CHARACTERS ** 2)
  }

  /** Does something with what is in a value. */
  inside<T>(act: () => T): T {
    if (++this.#depth > DEEPEST) throw new Meaningless(`it is nested deeper than ${DEEPEST}`)
    const done = act()
    this.#depth--
    return done
  }

  /** A list that was made, paid for. */
  paid<T>(items: readonly T[]): readonly T[] {
    this.spend(items.length)
    return items
  }
}

type Binary = (a: unknown, b: unknown, work: Work) => unknown

// What a value is taken for; each is Meaningless for any other.

export const flag = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  throw new Meaningless('a condition is neither true nor false')
}

export const number = (value: unknown): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw new Meaningless('a number is expected')
}

export const text = (value: unknown, work: Work): string => {
  if (typeof value !== 'string') throw new Meaningless('a text is expected')
  if (value.length > LONGEST_TEXT) throw new Meaningless(`a text is longer than ${LONGEST_TEXT} characters`)
  work.spend(value.length / CHARACTERS)
  return value
}

export const list = (value: unknown, work: Work): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Meaningless('a list is expected')
  work.spend(value.length)
  return value
}

/** A string of Lua that is no text: it has neither characters nor keys. */
export const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

export const isNil = (value: unknown): boolean => value === undefined || value === null

export const equal: Binary = (a, b, work) => {
  if (a === b || (isNil(a) && isNil(b))) return true
  if (isNumeric(a) && isNumeric(b)) return isSameNumber(a, b)
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  work.spend(a.length)
  return work.inside(() => a.every((item, at) => equal(item, b[at], work)))
}

export const order =
  (holds: (a: Numeric | string, b: Numeric | string) => boolean): Binary =>
  (a, b, work) => {
    if (typeof a === 'string') return holds(text(a, work), text(b, work))
    if (isNumeric(a) && isNumeric(b)) return holds(a, b)
    throw new Meaningless('these are not two numbers or two texts')
  }

export const keysOf = (value: unknown): readonly string[] => {
  if (value instanceof Map) return [...value.keys()].filter((key) => typeof key === 'string')
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)) return Object.keys(value)
  throw new Meaningless('a map is expected')
}

/** How many items, keys or characters it has. */
export const lengthOf = (value: unknown, work: Work): number => {
  if (typeof value === 'string') return [...text(value, work)].length
  return Array.isArray(value) ? value.length : work.paid(keysOf(value)).length
}

/** Pays for all that is in a value. */
export const weigh = (value: unknown, work: Work): void => {
  work.spend(typeof value === 'string' || isBytes(value) ? value.length / CHARACTERS : 1)
  if (typeof value !== 'object' || value === null || isBytes(value)) return
  const items = Array.isArray(value) ? value : value instanceof Map ? [...value.keys(), ...value.values()] : Object.entries(value).flat()
  work.inside(() => {
    for (const item of items) weigh(item, work)
  })
}

/** A text and what is looked for in it. */
export const searched = (value: unknown, part: unknown, work: Work): readonly [value: string, part: string] => {
  const both = [text(value, work), text(part, work)] as const
  work.spendSearch(...both)
  return both
}

/** A key that is not there is nil, an item that is not there means nothing; nil has no members. */
export const member = (value: unknown, key: unknown): unknown => {
  const isNumber = typeof key === 'number' || typeof key === 'bigint'
  if (value === undefined || value === null) throw new Meaningless(`${isNumber || typeof key === 'string' ? key : 'a key'} is asked of nil`)
  if (!Array.isArray(value)) return valueIn(value, key)
  if (!isNumber) throw new Meaningless('a list has items by their number')
  const at = Number(key)
  if (at >= value.length || at < -value.length) throw new Meaningless(`index out of range: ${at} (array length is ${value.length})`)
  return value.at(at)
}

/** A part of a text or of a list: from the index `from` on, up to `to`, each counted from the end when it is negative. */
export const slice = (value: unknown, from: unknown, to: unknown, work: Work): unknown => {
  const all = typeof value === 'string' ? text(value, work) : list(value, work)
  return all.slice(from === undefined ? 0 : number(from), to === undefined ? undefined : number(to))
}

const isIn: Binary = (item, all, work) => {
  if (isNil(all)) return false
  const items = Array.isArray(all) ? all : keysOf(all)
  work.spend(items.length)
  return items.some((one) => equal(item, one, work))
}

const add: Binary = (a, b, work) => (typeof a === 'string' ? text(a + text(b, work), work) : number(a) + number(b))

const range: Binary = (from, to, work) => {
  const [first, last] = [number(from), number(to)]
  work.spend(Math.max(0, last - first))
  return Array.from({ length: Math.max(0, Math.floor(last - first) + 1) }, (_, at) => first + at)
}

const BINARY: Readonly<Record<string, Binary>> = {
  '==': equal,
  '!=': (a, b, work) => !equal(a, b, work),
  '<': order((a, b) => a < b),
  '<=': order((a, b) => a <= b),
  '>': order((a, b) => a > b),
  '>=': order((a, b) => a >= b),
  in: isIn,
  contains: (a, b, work) => {
    const [value, part] = searched(a, b, work)
    return value.includes(part)
  },
  startsWith: (a, b, work) => text(a, work).startsWith(text(b, work)),
  endsWith: (a, b, work) => text(a, work).endsWith(text(b, work)),
  '+': add,
  '-': (a, b) => number(a) - number(b),
  '*': (a, b) => number(a) * number(b),
  '/': (a, b) => number(a) / number(b),
  '%': (a, b) => number(a) % number(b),
  '**': (a, b) => number(a) ** number(b),
  '^': (a, b) => number(a) ** number(b),
  '..': range,
}

/** What a sign between two values does. */
export const binary = (sign: string, regex: Regex): Binary => {
  if (sign !== 'matches') return BINARY[sign]!
  const known = new Map<string, (text: string) => boolean>()
  return (value, pattern, work) => {
    const source = text(pattern, work)
    let test = known.get(source)
    if (!test) {
      try {
        test = regex(source)
      } catch {
        throw new Meaningless('this is no regular expression')
      }
      if (known.size < 8) known.set(source, test)
      work.spend(100)
    }
    const whole = text(value, work)
    work.spend((whole.length * source.length * (source.includes('{') ? REPEATED : 1)) / STATES)
    return test(whole)
  }
}
