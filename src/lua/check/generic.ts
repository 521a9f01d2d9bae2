// Generic functions: which types their parameters stand for in one call, and what they come to with them.

import { type FunctionType, isLoose, membersOf, nil, resolved, type Type, type TypeVariable, union, widened } from './type.ts'
import type { Work } from './work.ts'

export type Bound = Map<TypeVariable, Type>

const DEPTH = 12

/** Finds what the variables of `pattern` stand for when `type` is given. */
export const unify = (pattern: Type, type: Type, bound: Bound, variables: ReadonlySet<TypeVariable>, work: Work, depth = 0): void => {
  work.spend()
  if (depth > DEPTH) return
  const go = (inner: Type, given: Type): void => unify(inner, given, bound, variables, work, depth + 1)
  if (pattern.kind === 'variable' && variables.has(pattern)) {
    const given = widened(type)
    const known = bound.get(pattern)
    if (!known) bound.set(pattern, given)
    else if (!isLoose(known)) bound.set(pattern, isLoose(given) ? given : union([known, given]))
    return
  }
  if (pattern.kind === 'named' && type.kind === 'named' && pattern.name === type.name && pattern.args.length === type.args.length) {
    for (const [index, arg] of pattern.args.entries()) go(arg, type.args[index]!)
    return
  }
  const wanted = resolved(pattern)
  const given = resolved(type)
  switch (wanted.kind) {
    case 'union': {
      const rest = membersOf(given).filter((member) => !wanted.members.some((one) => one.kind === member.kind && one.kind !== 'variable'))
      for (const member of wanted.members) if (rest.length > 0) go(member, union(rest))
      return
    }
    case 'array':
      if (given.kind === 'array') go(wanted.element, given.element)
      else if (given.kind === 'table' && given.element) go(wanted.element, given.element)
      return
    case 'map':
      if (given.kind === 'map') {
        go(wanted.key, given.key)
        go(wanted.value, given.value)
      } else if (given.kind === 'table') for (const field of given.fields.values()) go(wanted.value, field)
      return
    case 'record':
      for (const [name, field] of wanted.fields) {
        const own = given.kind === 'table' ? given.fields.get(name) : given.kind === 'record' ? given.fields.get(name)?.type : undefined
        if (own) go(field.type, own)
      }
      return
    case 'fn':
      if (given.kind !== 'fn') return
      for (const [index, parameter] of wanted.parameters.entries()) {
        const own = given.parameters[index]
        if (own && !isLoose(own.type)) go(parameter.type, own.type)
      }
      for (const [index, result] of wanted.results.entries()) go(result, given.results[index] ?? given.more ?? nil)
      return
  }
}

/** A type with its variables replaced; of types that nest deeper than anybody writes, the inner part stays. */
export const substituted = (type: Type, bound: Bound, work: Work, depth = 0): Type => {
  work.spend()
  if (depth > DEPTH) return type
  const go = (inner: Type): Type => substituted(inner, bound, work, depth + 1)
  switch (type.kind) {
    case 'variable':
      return bound.get(type) ?? type
    case 'named': {
      if (type.args.length === 0) return type
      let known: Type | null = null
      const resolve = (): Type => {
        known ??= go(type.resolve())
        return known
      }
      return { ...type, args: type.args.map(go), resolve }
    }
    case 'union':
      return union(type.members.map(go), type.soft)
    case 'intersection':
      return { ...type, members: type.members.map(go) }
    case 'array':
      return { ...type, element: go(type.element) }
    case 'map':
      return { ...type, key: go(type.key), value: go(type.value) }
    case 'record':
      if (type.name !== null) return type
      return { ...type, label: null, fields: new Map([...type.fields].map(([name, field]) => [name, { ...field, type: go(field.type) }])) }
    case 'fn':
      return substitutedFunction(type, bound, work, depth)
    default:
      return type
  }
}

const substitutedFunction = (type: FunctionType, bound: Bound, work: Work, depth: number): FunctionType => {
  const go = (inner: Type): Type => substituted(inner, bound, work, depth + 1)
  return {
    ...type,
    parameters: type.parameters.map((one) => ({ ...one, type: go(one.type) })),
    rest: type.rest && go(type.rest),
    results: type.results.map(go),
    more: type.more && go(type.more),
  }
}
