// What is left of a type when something is known of the value: that it counts as true, what `type` says of it, that it equals a literal.

import { type Comparison, fieldOf } from './assignable.ts'
import {
  any,
  anyFunction,
  anytable,
  boolean,
  FALSE,
  integer,
  isLoose,
  kindOf,
  membersOf,
  nil,
  number,
  resolved,
  string,
  type Test,
  TRUE,
  type Type,
  thread,
  union,
  userdata,
} from './type.ts'

const filtered = (type: Type, keep: (member: Type) => Type | null): Type => {
  const members = membersOf(type)
  const left: Type[] = []
  let isSame = true
  for (const member of members) {
    const kept = keep(member)
    if (kept) left.push(kept)
    if (kept !== member) isSame = false
  }
  const inner = resolved(type)
  return isSame ? type : union(left, inner.kind === 'union' && inner.soft)
}

/** As a value that counts as true. */
export const truthy = (type: Type): Type =>
  filtered(type, (member) => {
    const inner = resolved(member)
    if (inner.kind === 'nil' || (inner.kind === 'literal' && inner.value === false)) return null
    return inner.kind === 'boolean' ? TRUE : member
  })

/** As nil or false. */
export const falsy = (type: Type): Type =>
  filtered(type, (member) => {
    const inner = resolved(member)
    if (isLoose(inner) || inner.kind === 'nil' || inner.kind === 'variable') return member
    if (inner.kind === 'literal') return inner.value === false ? member : null
    return inner.kind === 'boolean' ? FALSE : null
  })

export const withoutNil = (type: Type): Type => filtered(type, (member) => (resolved(member).kind === 'nil' ? null : member))

const KINDS: Readonly<Record<string, Type>> = { nil, boolean, number, string, thread, userdata, table: anytable, function: anyFunction }

/** As a value of which `type` says `kind`, or does not. */
const ofKind = (type: Type, kind: string, is: boolean): Type => {
  if (isLoose(resolved(type))) return is ? (KINDS[kind] ?? any) : type
  return filtered(type, (member) => {
    const known = kindOf(member)
    const inner = resolved(member)
    if (is && inner.kind === 'record' && inner.name !== null)
      return kind === 'table' || kind === 'userdata' ? (kind === 'table' ? anytable : member) : null
    if (isLoose(inner)) return is ? (KINDS[kind] ?? any) : member
    return known === undefined || (known === kind) === is ? member : null
  })
}

/** As a value that equals one of a single value (nil or a literal), or does not. */
const equalTo = (type: Type, other: Type, is: boolean): Type => {
  if (other.kind === 'nil') {
    if (!is) return withoutNil(type)
    return filtered(type, (member) => (resolved(member).kind === 'nil' || isLoose(resolved(member)) ? nil : null))
  }
  if (other.kind !== 'literal') return type
  return filtered(type, (member) => {
    const inner = resolved(member)
    if (inner.kind === 'literal') return (inner.value === other.value) === is ? member : null
    if (!is) return inner.kind === 'boolean' && other.of === 'boolean' ? (other.value === true ? FALSE : TRUE) : member
    if (isLoose(inner)) return member
    const kind = kindOf(member)
    return kind === undefined ? member : kind === kindOf(other) ? other : null
  })
}

/** The members whose field can be what `keep` leaves of it: of records that are told apart by a field. */
export const byField = (type: Type, name: string, keep: (field: Type) => Type): Type => {
  return filtered(type, (member) => {
    const inner = resolved(member)
    if (inner.kind !== 'record' || inner.name !== null) return member
    const field = fieldOf(member, name) ?? nil
    return resolved(keep(field)).kind === 'never' ? null : member
  })
}

/** As a value of another type: its members that fit, or the other type when that is narrower. */
const asType = (type: Type, other: Type, is: boolean, comparison: Comparison): Type => {
  const inner = resolved(type)
  if (isLoose(inner) || inner.kind === 'anytable') return is ? other : type
  const left = filtered(type, (member) => (comparison.fits(member, other) === is ? member : null))
  return is && left.kind === 'never' ? other : left
}

/** What arithmetic makes of two operands. */
export const arithmetic = (a: Type, b: Type, operator: string): Type => {
  if (operator === '/' || operator === '^') return number
  const isInteger = (type: Type): boolean => {
    const inner = resolved(type)
    return inner.kind === 'integer' || (inner.kind === 'literal' && inner.of === 'integer')
  }
  if (isInteger(a) && isInteger(b)) return integer
  const isNumber = (type: Type): boolean => kindOf(type) === 'number'
  return isNumber(a) && isNumber(b) ? number : any
}

/** What is left of a type when a test of its value came out so. */
export const tested = (type: Type, test: Test, comparison: Comparison): Type => {
  switch (test.kind) {
    case 'truthy':
      return test.is ? truthy(type) : falsy(type)
    case 'equals':
      return equalTo(type, test.other, test.is)
    case 'type':
      return ofKind(type, test.name, test.is)
    case 'is':
      return asType(type, test.type, test.is, comparison)
  }
}

/** Whether a test says that the value is nil, or counts as such. */
export const saysNil = (test: Test): boolean =>
  (test.kind === 'truthy' && !test.is) ||
  (test.kind === 'equals' && test.is && test.other.kind === 'nil') ||
  (test.kind === 'type' && test.is && test.name === 'nil')

/** Whether a test says that the value is not nil. */
export const saysSome = (test: Test): boolean =>
  test.kind === 'truthy'
    ? test.is
    : test.kind === 'equals'
      ? test.is !== (test.other.kind === 'nil')
      : test.kind === 'type' && test.is !== (test.name === 'nil')
