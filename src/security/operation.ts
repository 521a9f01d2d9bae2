// What the operators and functions of expressions do. What has no meaning is Meaningless, as is what takes too much work.

import type { Regex } from './condition.ts'
import { isNumeric, isSameNumber, type Numeric } from './request.ts'

/** The answer to an expression without meaning. */
export class Meaningless extends Error {}

const MOST_WORK = 10_000
const LONGEST_TEXT = 8192
const LONGEST_LIST = 1000

/** What one evaluation may cost: about one for each operation and each item looked at. */
export class Work {
  #left = MOST_WORK

  spend(amount: number): void {
    this.#left -= amount
    if (this.#left < 0) throw new Meaningless()
  }
}

type Binary = (a: unknown, b: unknown, work: Work) => unknown

const number = (value: unknown): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw new Meaningless()
}

const text = (value: unknown): string => {
  if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value
  throw new Meaningless()
}

const list = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new Meaningless()
}

const isNil = (value: unknown): boolean => value === undefined || value === null

const equal: Binary = (a, b, work) => {
  if (a === b || (isNil(a) && isNil(b))) return true
  if (isNumeric(a) && isNumeric(b)) return isSameNumber(a, b)
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  work.spend(a.length)
  return a.every((item, at) => equal(item, b[at], work))
}

const order =
  (holds: (a: Numeric | string, b: Numeric | string) => boolean): Binary =>
  (a, b) => {
    if (typeof a === 'string') return holds(a, text(b))
    if (isNumeric(a) && isNumeric(b)) return holds(a, b)
    throw new Meaningless()
  }

const keysOf = (value: unknown): readonly string[] => {
  if (value instanceof Map) return [...value.keys()].filter((key) => typeof key === 'string')
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.keys(value)
  throw new Meaningless()
}

const isIn: Binary = (item, all, work) => {
  if (isNil(all)) return false
  const items = Array.isArray(all) ? all : keysOf(all)
  work.spend(items.length)
  return items.some((one) => equal(item, one, work))
}

const add: Binary = (a, b) => (typeof a === 'string' ? text(a + text(b)) : number(a) + number(b))

const range: Binary = (from, to) => {
  const [first, last] = [number(from), number(to)]
  if (last - first >= LONGEST_LIST) throw new Meaningless()
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
  contains: (a, b) => text(a).includes(text(b)),
  startsWith: (a, b) => text(a).startsWith(text(b)),
  endsWith: (a, b) => text(a).endsWith(text(b)),
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
    const source = text(pattern)
    let test = known.get(source)
    if (!test) {
      try {
        test = regex(source)
      } catch {
        throw new Meaningless()
      }
      if (known.size < 8) known.set(source, test)
      work.spend(100)
    }
    return test(text(value))
  }
}

/** What a predicate says of one item. */
export type Predicate = (item: unknown) => unknown
type WithPredicate = (list: unknown, predicate: Predicate, flag: (value: unknown) => boolean) => unknown

/** Functions of a list and a predicate. */
export const predicates: ReadonlyMap<string, WithPredicate> = new Map<string, WithPredicate>([
  ['all', (items, test, flag) => list(items).every((item) => flag(test(item)))],
  ['any', (items, test, flag) => list(items).some((item) => flag(test(item)))],
  ['none', (items, test, flag) => !list(items).some((item) => flag(test(item)))],
  ['one', (items, test, flag) => list(items).filter((item) => flag(test(item))).length === 1],
  ['filter', (items, test, flag) => list(items).filter((item) => flag(test(item)))],
  ['count', (items, test, flag) => list(items).filter((item) => flag(test(item))).length],
  ['map', (items, change) => list(items).map((item) => change(item))],
])

const lengthOf = (value: unknown): number => {
  if (typeof value === 'string') return [...text(value)].length
  return Array.isArray(value) ? value.length : keysOf(value).length
}

type Call = (args: readonly unknown[], work: Work) => unknown

const numbers = (args: readonly unknown[], work: Work): readonly number[] => {
  const all = args.flat()
  work.spend(all.length)
  if (all.length === 0 || all.length > LONGEST_LIST) throw new Meaningless()
  return all.map(number)
}

/** Functions, each with how many arguments it takes; `many`: at least one, which may be a list. */
const CALLS: Readonly<Record<string, readonly [number | 'many', Call]>> = {
  len: [1, ([value]) => lengthOf(value)],
  lower: [1, ([value]) => text(value).toLowerCase()],
  upper: [1, ([value]) => text(value).toUpperCase()],
  trim: [1, ([value]) => text(value).trim()],
  hasPrefix: [2, ([value, part]) => text(value).startsWith(text(part))],
  hasSuffix: [2, ([value, part]) => text(value).endsWith(text(part))],
  split: [2, ([value, by]) => text(value).split(text(by)).slice(0, LONGEST_LIST)],
  abs: [1, ([value]) => Math.abs(number(value))],
  min: ['many', (args, work) => Math.min(...numbers(args, work))],
  max: ['many', (args, work) => Math.max(...numbers(args, work))],
  first: [1, ([items]) => list(items)[0]],
  last: [1, ([items]) => list(items).at(-1)],
  keys: [1, ([value]) => keysOf(value)],
}

/** Throws a sentence (Error) for a function that is not there, or is given too much or too little. */
export const call = (name: string, given: number): Call => {
  if (!Object.hasOwn(CALLS, name)) throw new Error(`there is no function ${name}`)
  const [wanted, act] = CALLS[name]!
  if (wanted === 'many') {
    if (given === 0) throw new Error(`${name} takes arguments`)
    return act
  }
  if (given !== wanted) throw new Error(`${name} takes ${wanted} argument${wanted === 1 ? '' : 's'}, not ${given}`)
  return act
}
