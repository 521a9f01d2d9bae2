// A type as people write it.

import type { FunctionType, Type } from './type.ts'

const DEPTH = 4
const LISTED = 6
const LENGTH = 160

const BASICS: Readonly<Record<string, string>> = { anytable: 'table', named: '' }

/** The text of a type, cut where it is long or deep. */
export const show = (type: Type): string => {
  const text = shown(type, 0)
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text
}

const listed = (texts: readonly string[], joint: string): string =>
  texts.length > LISTED ? [...texts.slice(0, LISTED), '…'].join(joint) : texts.join(joint)

const grouped = (type: Type, depth: number): string => {
  const text = shown(type, depth)
  return type.kind === 'union' || type.kind === 'fn' || type.kind === 'intersection' ? `(${text})` : text
}

const shown = (type: Type, depth: number): string => {
  if (depth > DEPTH) return '…'
  const inner = (one: Type) => shown(one, depth + 1)
  switch (type.kind) {
    case 'literal':
      return typeof type.value === 'string' ? JSON.stringify(type.value) : String(type.value)
    case 'union': {
      const others = type.members.filter(({ kind }) => kind !== 'nil')
      const texts = listed(
        others.map((one) => (one.kind === 'fn' ? `(${inner(one)})` : inner(one))),
        ' | ',
      )
      if (others.length === type.members.length) return texts
      return others.length === 1 ? `${texts}?` : `${texts} | nil`
    }
    case 'intersection':
      return listed(
        type.members.map((one) => grouped(one, depth + 1)),
        ' & ',
      )
    case 'record': {
      if (type.label !== null) return type.label
      const fields = [...type.fields].map(([name, field]) => `${name}${field.optional ? '?' : ''}: ${inner(field.type)}`)
      return `${type.isReadonly ? 'readonly ' : ''}{${listed(fields, ', ')}}`
    }
    case 'table': {
      if (depth > 0 && type.fields.size > 0) return '{…}' // it may hold itself
      if (type.fields.size === 0) return type.element ? `{${inner(type.element)}}` : 'table'
      return `{${listed(
        [...type.fields].map(([name, field]) => `${name}: ${inner(field)}`),
        ', ',
      )}}`
    }
    case 'array':
      return `${type.isReadonly ? 'readonly ' : ''}{${inner(type.element)}}`
    case 'map':
      return `${type.isReadonly ? 'readonly ' : ''}{[${inner(type.key)}]: ${inner(type.value)}}`
    case 'variable':
      return type.name
    case 'named':
      return type.args.length > 0 ? `${type.name}<${type.args.map(inner).join(', ')}>` : type.name
    case 'type':
      return `type ${type.name}`
    case 'fn':
      return functionText(type, depth)
    default:
      return BASICS[type.kind] ?? type.kind
  }
}

const functionText = ({ parameters, rest, results, more }: FunctionType, depth: number): string => {
  const inner = (one: Type) => shown(one, depth + 1)
  const taken = parameters.map((one) => `${one.name === '' ? '' : `${one.name}${one.optional ? '?' : ''}: `}${inner(one.type)}`)
  if (rest) taken.push(`...: ${inner(rest)}`)
  const given = results.map(inner)
  if (more) given.push(`...${inner(more)}`)
  return `(${taken.join(', ')}) -> ${given.length === 1 && !more ? grouped(results[0]!, depth + 1) : `(${given.join(', ')})`}`
}
