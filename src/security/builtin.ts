// The functions of expressions, as expr-lang has them, but for times other than `now()` and what may be made of bits.
//
// Whatever goes over items or texts is paid for (Work), so that nobody computes for long. What has no meaning is Meaningless.

import {
  equal,
  flag,
  isBytes,
  isNil,
  keysOf,
  lengthOf,
  list,
  Meaningless,
  number,
  order,
  searched,
  text,
  type Work,
  weigh,
} from './operation.ts'
import { valueIn } from './request.ts'

/** What a predicate says of one item; `more` are other names for it: what a `reduce` has come to, and which item it is. */
export type Predicate = (item: unknown, index: number, accumulated?: unknown) => unknown
type WithPredicate = (items: readonly unknown[], predicate: Predicate, rest: readonly unknown[], work: Work) => unknown

const direction = (value: unknown): number => {
  if (value === undefined || value === 'asc') return 1
  if (value === 'desc') return -1
  throw new Meaningless('an order is asc or desc')
}

const isLess = order((a, b) => a < b)
const compare = (a: unknown, b: unknown, work: Work): number => (isLess(a, b, work) ? -1 : isLess(b, a, work) ? 1 : 0)

const sorted = (items: readonly unknown[], keyOf: (item: unknown, at: number) => unknown, by: unknown, work: Work): readonly unknown[] => {
  const sign = direction(by)
  work.spend(items.length * Math.ceil(Math.log2(items.length + 1)))
  return items
    .map((item, at) => [keyOf(item, at), item] as const)
    .sort(([a], [b]) => sign * compare(a, b, work))
    .map(([, item]) => item)
}

const total = (values: readonly unknown[]): number => values.reduce<number>((sum, value) => sum + number(value), 0)

const grouped = (items: readonly unknown[], keyOf: Predicate): ReadonlyMap<unknown, readonly unknown[]> => {
  const groups = new Map<unknown, unknown[]>()
  items.forEach((item, at) => {
    const key = keyOf(item, at)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  })
  return groups
}

/** Functions of a list and a predicate, and whether they can do without it; what else they are given comes behind. */
export const predicates: ReadonlyMap<string, { readonly act: WithPredicate; readonly isOptional?: boolean }> = new Map(
  Object.entries<{ readonly act: WithPredicate; readonly isOptional?: boolean }>({
    all: { act: (items, test) => items.every((item, at) => flag(test(item, at))) },
    any: { act: (items, test) => items.some((item, at) => flag(test(item, at))) },
    none: { act: (items, test) => !items.some((item, at) => flag(test(item, at))) },
    one: { act: (items, test) => items.filter((item, at) => flag(test(item, at))).length === 1 },
    filter: { act: (items, test) => items.filter((item, at) => flag(test(item, at))) },
    count: { act: (items, test) => items.filter((item, at) => flag(test(item, at))).length, isOptional: true },
    map: { act: (items, change) => items.map((item, at) => change(item, at)) },
    sum: { act: (items, value) => total(items.map((item, at) => value(item, at))), isOptional: true },
    find: { act: (items, test) => items.find((item, at) => flag(test(item, at))) },
    findIndex: { act: (items, test) => items.findIndex((item, at) => flag(test(item, at))) },
    findLast: { act: (items, test) => items.findLast((item, at) => flag(test(item, at))) },
    findLastIndex: { act: (items, test) => items.findLastIndex((item, at) => flag(test(item, at))) },
    groupBy: { act: (items, keyOf) => grouped(items, keyOf) },
    sortBy: { act: (items, keyOf, [by], work) => sorted(items, (item, at) => keyOf(item, at), by, work) },
    reduce: {
      act: (items, join, [first]) => {
        const begin = first === undefined ? 1 : 0
        if (begin === 1 && items.length === 0) throw new Meaningless('there is nothing to reduce')
        return items.slice(begin).reduce((before, item, at) => join(item, at + begin, before), first ?? items[0])
      },
    },
  }),
)

const plain = (_: string, value: unknown): unknown => {
  if (isBytes(value)) throw new Meaningless('a text is expected')
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Map ? Object.fromEntries([...value].filter(([key]) => typeof key !== 'object')) : value
}

/** A value that something is made of, all of it paid for. */
const weighed = (value: unknown, work: Work): unknown => {
  weigh(value, work)
  return value
}

/** Text as Go prints a value. */
const printed = (value: unknown): string => {
  if (isNil(value)) return '<nil>'
  if (isBytes(value)) throw new Meaningless('a text is expected')
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`
  if (typeof value !== 'object') return String(value)
  return `map[${[...keysOf(value)]
    .sort()
    .map((key) => `${key}:${printed(valueIn(value, key))}`)
    .join(' ')}]`
}

const typeOf = (value: unknown): string => {
  if (isNil(value)) return 'nil'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint' || Number.isInteger(value)) return 'int'
  if (typeof value === 'number') return 'float'
  return typeof value === 'string' || isBytes(value) ? 'string' : Array.isArray(value) ? 'array' : 'map'
}

const whole = (value: unknown): number => {
  const found = typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : Math.trunc(number(value))
  if (Number.isFinite(found)) return found
  throw new Meaningless('this is no whole number')
}

const float = (value: unknown): number => {
  if (typeof value !== 'string') return number(value)
  if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value)
  throw new Meaningless('this is no number')
}

const parsed = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch {
    throw new Meaningless('this is no JSON')
  }
}

const flat = (items: readonly unknown[], work: Work): readonly unknown[] => {
  work.spend(items.length)
  return work.inside(() => items.flatMap((item) => (Array.isArray(item) ? flat(item, work) : [item])))
}

const numbers = (args: readonly unknown[], work: Work): readonly number[] => {
  const all = flat(args, work)
  if (all.length === 0) throw new Meaningless('there are no numbers')
  return all.map(number)
}

const median = (values: readonly number[]): number => {
  const all = [...values].sort((a, b) => a - b)
  const middle = all.length >> 1
  return all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b))
const greatest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b))

const trimmed = (value: string, chars: string): string => {
  let [from, to] = [0, value.length]
  while (from < to && chars.includes(value[from]!)) from++
  while (to > from && chars.includes(value[to - 1]!)) to--
  return value.slice(from, to)
}

const toBase64 = (value: string): string => btoa(Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join(''))
const fromBase64 = (value: string): string => {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(value), (char) => char.charCodeAt(0)))
  } catch {
    throw new Meaningless('this is no base64')
  }
}

const pieces = (value: string, by: string, most: unknown, keep: boolean): readonly string[] => {
  const all = value.split(by).map((piece, at, { length }) => (keep && at < length - 1 ? piece + by : piece))
  const limit = isNil(most) ? -1 : whole(most)
  if (limit < 0 || all.length <= limit) return all
  return limit === 0 ? [] : [...all.slice(0, limit - 1), all.slice(limit - 1).join(keep ? '' : by)]
}

const joined = (all: readonly string[], by: string, work: Work): string => {
  work.spend((all.length * by.length) / 64)
  return all.join(by)
}

const replaced = ([value, from]: readonly [value: string, from: string], to: string, most: unknown, work: Work): string => {
  const limit = isNil(most) ? -1 : whole(most)
  const all = value.split(from)
  if (limit < 0) return joined(all, to, work)
  return (
    joined(all.slice(0, limit + 1), to, work) +
    all
      .slice(limit + 1)
      .map((piece) => from + piece)
      .join('')
  )
}

const withoutStart = (value: string, part: string): string => (value.startsWith(part) ? value.slice(part.length) : value)
const withoutEnd = (value: string, part: string): string => (value.endsWith(part) ? value.slice(0, value.length - part.length) : value)

const position = ([value, part]: readonly [string, string], how: 'indexOf' | 'lastIndexOf'): number => value[how](part)

type Call = (args: readonly unknown[], work: Work) => unknown
type Known = readonly [least: number, most: number, act: Call]

const MANY = Number.POSITIVE_INFINITY

/** Functions, each with how many arguments it takes. */
const CALLS: Readonly<Record<string, Known>> = {
  len: [1, 1, ([value], work) => lengthOf(value, work)],
  type: [1, 1, ([value]) => typeOf(value)],
  int: [1, 1, ([value]) => whole(value)],
  float: [1, 1, ([value]) => float(value)],
  string: [1, 1, ([value], work) => text(typeof value === 'string' ? value : printed(weighed(value, work)), work)],
  abs: [1, 1, ([value]) => Math.abs(number(value))],
  ceil: [1, 1, ([value]) => Math.ceil(number(value))],
  floor: [1, 1, ([value]) => Math.floor(number(value))],
  round: [1, 1, ([value]) => Math.sign(number(value)) * Math.round(Math.abs(number(value)))],
  min: [1, MANY, (args, work) => least(numbers(args, work))],
  max: [1, MANY, (args, work) => greatest(numbers(args, work))],
  mean: [1, MANY, (args, work) => total(numbers(args, work)) / numbers(args, work).length],
  median: [1, MANY, (args, work) => median(numbers(args, work))],
  lower: [1, 1, ([value], work) => text(value, work).toLowerCase()],
  upper: [1, 1, ([value], work) => text(value, work).toUpperCase()],
  trim: [1, 2, ([value, chars], work) => (chars === undefined ? text(value, work).trim() : trimmed(...searched(value, chars, work)))],
  trimPrefix: [1, 2, ([value, part = ' '], work) => withoutStart(text(value, work), text(part, work))],
  trimSuffix: [1, 2, ([value, part = ' '], work) => withoutEnd(text(value, work), text(part, work))],
  hasPrefix: [2, 2, ([value, part], work) => text(value, work).startsWith(text(part, work))],
  hasSuffix: [2, 2, ([value, part], work) => text(value, work).endsWith(text(part, work))],
  indexOf: [2, 2, ([value, part], work) => position(searched(value, part, work), 'indexOf')],
  lastIndexOf: [2, 2, ([value, part], work) => position(searched(value, part, work), 'lastIndexOf')],
  split: [2, 3, ([value, by, most], work) => work.paid(pieces(...searched(value, by, work), most, false))],
  splitAfter: [2, 3, ([value, by, most], work) => work.paid(pieces(...searched(value, by, work), most, true))],
  replace: [3, 4, ([value, from, to, most], work) => text(replaced(searched(value, from, work), text(to, work), most, work), work)],
  repeat: [2, 2, ([value, times], work) => repeated(text(value, work), whole(times), work)],
  join: [
    1,
    2,
    ([items, by = ''], work) =>
      text(
        joined(
          list(items, work).map((item) => text(item, work)),
          text(by, work),
          work,
        ),
        work,
      ),
  ],
  toJSON: [1, 1, ([value], work) => text(JSON.stringify(weighed(value ?? null, work), plain, 2), work)],
  fromJSON: [1, 1, ([value], work) => parsed(text(value, work))],
  toBase64: [1, 1, ([value], work) => text(toBase64(text(value, work)), work)],
  fromBase64: [1, 1, ([value], work) => text(fromBase64(text(value, work)), work)],
  first: [1, 1, ([items], work) => list(items, work)[0]],
  last: [1, 1, ([items], work) => list(items, work).at(-1)],
  get: [
    2,
    2,
    ([value, key]) => (Array.isArray(value) ? (Number.isInteger(key) ? value.at(key as number) : undefined) : valueIn(value, key)),
  ],
  take: [2, 2, ([items, most], work) => list(items, work).slice(0, Math.max(0, whole(most)))],
  keys: [1, 1, ([value], work) => work.paid(keysOf(value))],
  values: [1, 1, ([value], work) => work.paid(keysOf(value)).map((key) => valueIn(value, key))],
  toPairs: [1, 1, ([value], work) => work.paid(keysOf(value)).map((key) => [key, valueIn(value, key)])],
  fromPairs: [1, 1, ([pairs], work) => new Map(list(pairs, work).map((pair) => list(pair, work) as [unknown, unknown]))],
  reverse: [1, 1, ([items], work) => [...list(items, work)].reverse()],
  uniq: [1, 1, ([items], work) => unique(list(items, work), work)],
  concat: [1, MANY, (args, work) => args.flatMap((items) => list(items, work))],
  flatten: [1, 1, ([items], work) => flat(list(items, work), work)],
  sort: [1, 2, ([items, by], work) => sorted(list(items, work), (item) => item, by, work)],
}

const repeated = (value: string, times: number, work: Work): string => {
  if (times < 0) throw new Meaningless('nothing is repeated less than never')
  work.spend(1 + (value.length * times) / 64)
  return value.repeat(times)
}

const unique = (items: readonly unknown[], work: Work): readonly unknown[] => {
  const seen: unknown[] = []
  for (const item of items) {
    work.spend(seen.length)
    if (!seen.some((one) => equal(one, item, work))) seen.push(item)
  }
  return seen
}

/** Throws a sentence (Error) for a function that is not there, or is given too much or too little. `more`: functions that only some have. */
export const call = (name: string, given: number, more: Readonly<Record<string, () => unknown>>): Call => {
  if (Object.hasOwn(more, name) && given === 0) return () => more[name]!()
  if (!Object.hasOwn(CALLS, name)) throw new Error(`there is no function ${name}`)
  const [fewest, most, act] = CALLS[name]!
  if (given >= fewest && given <= most) return act
  if (most === MANY) throw new Error(`${name} takes arguments`)
  const wanted = fewest === most ? `${fewest} argument${fewest === 1 ? '' : 's'}` : `${fewest} to ${most} arguments`
  throw new Error(`${name} takes ${wanted}, not ${given}`)
}
