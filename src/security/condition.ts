// One condition of a policy: a field, an operator, and what it is compared with.
//
// What cannot be told is `unknown`, and a policy takes it for the safe side: an allow does not apply, a deny does.

import { isNumeric, isSameNumber, type Numeric, type Request, type Truth, truthOf, valueIn } from './request.ts'

/** Tests a text against a regular expression, in time linear in the text. */
export type Regex = (pattern: string) => (text: string) => boolean

export type Condition = {
  readonly field: string
  readonly operator: Operator
  readonly value: unknown
  /** Instead of a value: another field. */
  readonly valueFrom: string | null
}

/** Says whether a condition holds. */
export type Test = (request: Request) => Truth

const LONGEST_SUBJECT = 8192 // characters an expression is tested against
const LONGEST_NUMBER = 64 // characters
const WHOLE = /^-?\d+$/
const REAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null
}

/** A number, or what a text writes as one, whole ones exactly; null for anything else. */
const numberOf = (value: unknown): Numeric | null => {
  if (typeof value === 'string') {
    if (value.length > LONGEST_NUMBER) return null
    return WHOLE.test(value) ? BigInt(value) : REAL.test(value) ? Number(value) : null
  }
  return isNumeric(value) ? value : null
}

/** Equal as they are, as numbers, or as texts: `"3"` is 3. Two texts are equal only as texts: `"03"` is not `"3"`. */
const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a === 'string' && typeof b === 'string') return false
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== null && y !== null) return isSameNumber(x, y)
  const [s, t] = [textOf(a), textOf(b)]
  return s !== null && s === t
}

const ordered = (a: unknown, b: unknown, holds: (x: Numeric, y: Numeric) => boolean): Truth => {
  const [x, y] = [numberOf(a), numberOf(b)]
  return x === null || y === null ? 'unknown' : truthOf(holds(x, y))
}

const isIn = (value: unknown, list: unknown): Truth => {
  if (Array.isArray(list)) return truthOf(list.some((item) => equal(value, item)))
  return typeof list === 'string' ? truthOf(equal(value, list)) : 'unknown'
}

const contains = (value: unknown, part: unknown): Truth => {
  if (Array.isArray(value)) return truthOf(value.some((item) => equal(item, part)))
  const [whole, inner] = [textOf(value), textOf(part)]
  return whole === null || inner === null ? 'unknown' : truthOf(whole.includes(inner))
}

const not = (truth: Truth): Truth => (truth === 'unknown' ? truth : truthOf(truth === 'no'))

type Compare = (value: unknown, with_: unknown, matches: ((text: string) => boolean) | null) => Truth

const matches: Compare = (value, _, test) => {
  const text = textOf(value)
  return text === null || test === null || text.length > LONGEST_SUBJECT ? 'unknown' : truthOf(test(text))
}

const PLAIN = {
  eq: (a, b) => truthOf(equal(a, b)),
  lt: (a, b) => ordered(a, b, (x, y) => x < y),
  gt: (a, b) => ordered(a, b, (x, y) => x > y),
  lte: (a, b) => ordered(a, b, (x, y) => x <= y),
  gte: (a, b) => ordered(a, b, (x, y) => x >= y),
  in: isIn,
  contains,
  matches,
} satisfies Record<string, Compare>

const NEGATED = { ne: 'eq', nin: 'in', ncontains: 'contains', nmatches: 'matches' } as const

/** What a field that is not there is: certainly equal to nothing and in nothing; whether it is below a number cannot be told. */
const WITHOUT_FIELD: Readonly<Record<string, Truth>> = { eq: 'no', in: 'no', contains: 'no', matches: 'no' }

export const operators = [...Object.keys(PLAIN), ...Object.keys(NEGATED), 'exists', 'nexists'] as Operator[]
export type Operator = keyof typeof PLAIN | keyof typeof NEGATED | 'exists' | 'nexists'

/** `actor.id`, `actor.meta.team.name`, `meta.owner`, `action`, `resource`. */
type Field = (request: Request) => unknown

/** Null for a path that leads nowhere. */
const fieldOf = (path: string): Field | null => {
  const [head, ...rest] = path.split('.')
  const within = (value: unknown, keys: readonly string[]): unknown => keys.reduce(valueIn, value)
  if (head === 'action' && rest.length === 0) return ({ action }) => action
  if (head === 'resource' && rest.length === 0) return ({ resource }) => resource
  if (head === 'meta' && rest.length > 0) return ({ meta }) => within(meta, rest)
  if (head !== 'actor') return null
  if (rest[0] === 'id' && rest.length === 1) return ({ actor }) => actor?.id
  return rest[0] === 'meta' ? ({ actor }) => within(actor?.meta, rest.slice(1)) : null
}

/** Throws a sentence (Error) for what is no condition. */
export const testOf = ({ field, operator, value, valueFrom }: Condition, regex: Regex): Test => {
  const left = fieldOf(field)
  const right = valueFrom === null ? () => value : fieldOf(valueFrom)
  if (!left || !right)
    throw new Error(`there is no field "${left ? valueFrom : field}": use actor.id, actor.meta.…, action, resource or meta.…`)
  if (operator === 'exists' || operator === 'nexists') {
    const wanted = (value !== false) === (operator === 'exists')
    return (request) => truthOf((left(request) !== undefined && left(request) !== null) === wanted)
  }
  const isNegated = Object.hasOwn(NEGATED, operator)
  const name = isNegated ? NEGATED[operator as keyof typeof NEGATED] : (operator as keyof typeof PLAIN)
  const compare: Compare = PLAIN[name]
  if (name === 'matches' && typeof value !== 'string') throw new Error(`${operator} needs a regular expression as its value`)
  const pattern = name === 'matches' ? regex(value as string) : null
  return (request) => {
    const [a, b] = [left(request), right(request)]
    if (a === undefined || a === null) return isNegated ? 'unknown' : (WITHOUT_FIELD[name] ?? 'unknown')
    if (valueFrom !== null && (b === undefined || b === null)) return isNegated ? 'unknown' : (WITHOUT_FIELD[name] ?? 'unknown')
    const truth = compare(a, b, pattern)
    return isNegated ? not(truth) : truth
  }
}
