// Whether a value of one type may stand where another is wanted, and if not, why.

import { show } from './show.ts'
import { any, type FunctionType, hasNil, membersOf, nil, number, partsOf, type RecordType, resolved, type Type } from './type.ts'
import type { Work } from './work.ts'

/** Null: it may. Else what is wrong, deepest first, as words behind the message; empty when the types say it all. */
export type Mismatch = string | null

const DEPTH = 24
/** The object that errors of hosts are. */
export const ERROR = 'Error'

/** Compares types; pairs under comparison are taken to fit, so types that contain themselves come to an end. */
export class Comparison {
  readonly #work: Work
  readonly #assumed = new Map<Type, Set<Type>>()
  #depth = 0

  constructor(work: Work) {
    this.#work = work
  }

  /** Whether `from` may stand where `to` is wanted. */
  fits(from: Type, to: Type): boolean {
    return this.mismatch(from, to) === null
  }

  mismatch(from: Type, to: Type): Mismatch {
    this.#work.spend()
    if (from === to || this.#depth > DEPTH) return null
    const [a, b] = [resolved(from), resolved(to)]
    if (a === b || a.kind === 'any' || b.kind === 'any' || b.kind === 'unknown' || a.kind === 'never') return null
    const known = this.#assumed.get(from)
    if (known?.has(to)) return null
    if (known) known.add(to)
    else this.#assumed.set(from, new Set([to]))
    this.#depth++
    const found = this.#compare(a, b)
    this.#depth--
    if (found !== null) this.#assumed.get(from)!.delete(to)
    return found
  }

  #compare(a: Type, b: Type): Mismatch {
    if (a.kind === 'union') return this.#each(a.members, b, a.soft)
    if (b.kind === 'union') {
      for (const member of b.members) if (this.fits(a, member)) return null
      return b.members.length === 2 && b.members.some(({ kind }) => kind === 'nil')
        ? this.#reasonOf(a, b.members)
        : this.#taggedReason(a, b.members)
    }
    if (b.kind === 'intersection') {
      for (const member of b.members) {
        const found = this.mismatch(a, member)
        if (found !== null) return found
      }
      return null
    }
    if (a.kind === 'intersection') return this.#intersection(a.members, b)
    if (a.kind === 'variable') return a.bound ? this.mismatch(a.bound, b) : ''
    if (b.kind === 'variable') return ''
    if (a.kind === 'literal') {
      if (b.kind === 'literal') return a.value === b.value ? null : ''
      return a.of === b.kind ||
        (a.of === 'integer' && b.kind === 'number') ||
        (a.of === 'number' && b.kind === 'integer' && Number.isInteger(a.value))
        ? null
        : ''
    }
    switch (b.kind) {
      case 'number':
      case 'integer':
        // A number may be whole; where it came from is not followed.
        return a.kind === 'number' || a.kind === 'integer' ? null : ''
      case 'anytable':
        return isTable(a) || a.kind === 'userdata' ? null : ''
      case 'function':
        return a.kind === 'function' || a.kind === 'fn' || mayBeCalled(a) ? null : ''
      case 'userdata':
        return a.kind === 'userdata' || a.kind === 'record' || a.kind === 'anytable' || a.kind === 'table' ? null : ''
      case 'string':
        // Errors are texts too: they are joined, and have the methods of strings.
        return a.kind === 'string' || (a.kind === 'record' && a.name === ERROR) ? null : ''
      case 'record':
        return this.#toRecord(a, b)
      case 'array':
        return this.#toArray(a, b.element)
      case 'map':
        return this.#toMap(a, b)
      case 'table':
        return isTable(a) ? null : ''
      case 'fn':
        if (a.kind === 'function' || mayBeCalled(a)) return null
        return a.kind === 'fn' ? this.#toFunction(a, b) : ''
      case 'type':
        return a.kind === 'type' || isTable(a) ? null : ''
      default:
        return a.kind === b.kind ? null : ''
    }
  }

  /** Of a union, every member must fit; that nil is in it counts only when the code itself said so. */
  #each(members: readonly Type[], to: Type, soft: boolean): Mismatch {
    for (const member of members) {
      if (soft && member.kind === 'nil') continue
      if (this.fits(member, to)) continue
      return member.kind === 'nil' ? 'it may be nil' : `it may be ${show(member)}`
    }
    return null
  }

  #reasonOf(a: Type, members: readonly Type[]): Mismatch {
    const wanted = members.find(({ kind }) => kind !== 'nil')
    return wanted ? this.mismatch(a, wanted) : ''
  }

  /** Of records that a literal field tells apart, what is wrong with the one that is meant. */
  #taggedReason(a: Type, members: readonly Type[]): Mismatch {
    const fieldsOf = (type: Type): ReadonlyMap<string, unknown> | null =>
      type.kind === 'table' || type.kind === 'record' ? type.fields : null
    const own = fieldsOf(a)
    if (!own) return ''
    for (const one of members) {
      const member = resolved(one)
      if (member.kind !== 'record') continue
      for (const [name, { type }] of member.fields) {
        const tag = resolved(type)
        const found = a.kind === 'table' ? a.fields.get(name) : a.kind === 'record' ? a.fields.get(name)?.type : undefined
        if (tag.kind === 'literal' && found && found.kind === 'literal' && found.value === tag.value) return this.mismatch(a, member)
      }
    }
    return ''
  }

  #intersection(members: readonly Type[], to: Type): Mismatch {
    if (members.some((member) => this.fits(member, to))) return null
    const target = resolved(to)
    if (target.kind !== 'record') return ''
    for (const [name, field] of target.fields) {
      const found = members.map((member) => fieldOf(member, name)).find((type) => type !== undefined)
      if (!found && !field.optional && !hasNil(field.type)) return `field '${name}' is missing`
      if (found && !this.fits(found, field.type)) return `field '${name}' is ${show(found)}`
    }
    return null
  }

  #toRecord(a: Type, b: RecordType): Mismatch {
    if (a.kind === 'anytable' || a.kind === 'userdata' || a.kind === 'type') return null
    // Objects of host modules are what they are by name.
    if (b.name !== null) return a.kind === 'record' && a.name !== null && a.name !== b.name ? '' : isTable(a) ? null : ''
    if (a.kind === 'array' || a.kind === 'map') {
      if (a.kind === 'map') return null
      const needed = [...b.fields].find(([, field]) => !field.optional && !hasNil(field.type))
      return needed ? `field '${needed[0]}' is missing` : null
    }
    if (a.kind !== 'record' && a.kind !== 'table') return ''
    if (a.kind === 'table' && a.fields.size === 0 && !a.element) return null
    for (const [name, field] of b.fields) {
      const found = a.kind === 'table' ? a.fields.get(name) : fieldOf(a, name)
      if (found === undefined) {
        if (field.optional || hasNil(field.type) || (a.kind === 'table' && a.open)) continue
        return `field '${name}' is missing`
      }
      if (field.optional && found.kind === 'nil') continue
      const inner = this.mismatch(
        found,
        field.optional ? { kind: 'union', members: [...membersOf(field.type), nil], soft: false } : field.type,
      )
      if (inner !== null) return `field '${name}' is ${show(found)}, not ${show(field.type)}${inner === '' ? '' : `: ${inner}`}`
    }
    return null
  }

  #toArray(a: Type, element: Type): Mismatch {
    if (a.kind === 'anytable' || a.kind === 'userdata') return null
    if (a.kind === 'array') return this.mismatch(a.element, element)
    if (a.kind === 'table') {
      if (!a.open && a.fields.size > 0 && !a.element) return `it has the field '${a.fields.keys().next().value}'`
      return a.element ? this.mismatch(a.element, element) : null
    }
    if (a.kind === 'map') return this.fits(a.key, number) ? this.mismatch(a.value, element) : ''
    return ''
  }

  #toMap(a: Type, b: { readonly key: Type; readonly value: Type }): Mismatch {
    if (a.kind === 'anytable' || a.kind === 'userdata') return null
    if (a.kind === 'map') return this.mismatch(a.key, b.key) ?? this.mismatch(a.value, b.value)
    if (a.kind === 'array') return this.mismatch(number, b.key) ?? this.mismatch(a.element, b.value)
    if (a.kind === 'table' || a.kind === 'record') {
      if (a.kind === 'record' && a.name !== null) return ''
      for (const [name, field] of a.fields) {
        const type = 'optional' in field ? field.type : field
        if (type.kind === 'nil') continue
        const inner = this.mismatch(
          type,
          'optional' in field && field.optional ? { kind: 'union', members: [b.value, nil], soft: false } : b.value,
        )
        if (inner !== null) return `field '${name}' is ${show(type)}`
      }
      return a.kind === 'table' && a.element ? this.mismatch(a.element, b.value) : null
    }
    return ''
  }

  #toFunction(a: FunctionType, b: FunctionType): Mismatch {
    if (a.generics.length > 0 || b.generics.length > 0) return null
    for (const [index, parameter] of a.parameters.entries()) {
      const given = b.parameters[index]?.type ?? b.rest
      if (!given) {
        if (parameter.optional || hasNil(parameter.type)) continue
        return `it wants a parameter '${parameter.name}' that it is not given`
      }
      if (!this.fits(given, parameter.type))
        return `its parameter '${parameter.name || index + 1}' is ${show(parameter.type)}, and is given ${show(given)}`
    }
    for (const [index, wanted] of b.results.entries()) {
      const found = a.results[index] ?? a.more ?? nil
      if (!this.fits(found, wanted)) return `it returns ${show(found)}, not ${show(wanted)}`
    }
    return null
  }
}

/** The type of a field by its name, as far as a type says one; undefined when it has none. */
export const fieldOf = (type: Type, name: string): Type | undefined => {
  const inner = resolved(type)
  switch (inner.kind) {
    case 'record': {
      const field = inner.fields.get(name)
      if (!field) return undefined
      return field.optional ? { kind: 'union', members: [...membersOf(field.type), nil], soft: false } : field.type
    }
    case 'table':
      return inner.fields.get(name)
    case 'intersection':
      for (const part of partsOf(inner)) {
        const found = fieldOf(part, name)
        if (found) return found
      }
      return undefined
    case 'map':
      return inner.value
    case 'any':
    case 'anytable':
      return any
    default:
      return undefined
  }
}

/** Whether a value that is no function may have a metatable that says how it is called. */
const mayBeCalled = (type: Type): boolean =>
  type.kind === 'type' || type.kind === 'table' || type.kind === 'anytable' || (type.kind === 'record' && type.name !== null)

export const isTable = (type: Type): boolean => {
  const { kind } = resolved(type)
  return (
    kind === 'anytable' ||
    kind === 'table' ||
    kind === 'record' ||
    kind === 'array' ||
    kind === 'map' ||
    kind === 'intersection' ||
    kind === 'type'
  )
}
