// Values between Lua and a component: tables to records, lists, variants, and back.
//
//   record    table with the WIT names; `y-axis` may be written y_axis       list, tuple   array
//   option    the value, or nil                                              list<u8>      string
//   variant   { tag = "circle", val = 1.5 }                                  enum          string
//   u64, s64  integer                                                        flags         table of booleans

import { Kind, WippyError } from '../error.ts'
import type { Field, Type } from './wit-type.ts'

type Types = Readonly<Record<string, Type>>
type Arrays = 'Int8Array' | 'Uint16Array' | 'Int16Array' | 'Uint32Array' | 'Int32Array' | 'Float32Array' | 'Float64Array'

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Map)

const named = (value: unknown): string => {
  if (value === null || value === undefined) return 'nil'
  if (Array.isArray(value) || isMap(value) || value instanceof Map) return 'a table'
  return value instanceof Uint8Array ? 'a string that is not UTF-8' : `a ${typeof value}`
}

const refuse = (where: string, wanted: string, value: unknown): WippyError =>
  new WippyError('PLUGIN_ARGUMENT', Kind.Invalid, `${where}: ${wanted} expected, got ${named(value)}`, { retryable: false })

const itemsOf = (value: unknown, where: string): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (isMap(value) && Object.keys(value).length === 0) return []
  throw refuse(where, 'a list', value)
}

const bytesOf = (value: unknown, where: string): Uint8Array => {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return value
  throw refuse(where, 'a string', value)
}

const integerOf = (value: unknown, where: string): bigint => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  throw refuse(where, 'an integer', value)
}

const fieldOf = (table: Readonly<Record<string, unknown>>, { name }: Field): unknown =>
  Object.hasOwn(table, name) ? table[name] : table[name.replaceAll('-', '_')]

/** A Lua value as the component wants it; `where` says which one it is. Throws PLUGIN_ARGUMENT. */
export const toComponent = (value: unknown, type: Type, types: Types, where: string): unknown => {
  switch (type.is) {
    case 'named':
      return toComponent(value, types[type.name]!, types, where)
    case 'string':
      if (typeof value === 'string') return value
      throw refuse(where, 'a string', value)
    case 'boolean':
      return value === true
    case 'number':
      if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
      throw refuse(where, 'a number', value)
    case 'bigint':
      return integerOf(value, where)
    case 'bytes':
      return bytesOf(value, where)
    case 'array':
      return arrayOf(type.of, itemsOf(value, where), where)
    case 'list':
      return itemsOf(value, where).map((item, at) => toComponent(item, type.of, types, `${where}[${at + 1}]`))
    case 'option':
      return value === null || value === undefined ? undefined : toComponent(value, type.of, types, where)
    case 'tuple': {
      const items = itemsOf(value, where)
      return type.of.map((one, at) => toComponent(items[at], one, types, `${where}[${at + 1}]`))
    }
    case 'record': {
      const table = Array.isArray(value) && value.length === 0 ? {} : value
      if (!isMap(table)) throw refuse(where, 'a table', value)
      return Object.fromEntries(
        type.fields.map((field) => {
          const inner = fieldOf(table, field)
          const isAbsent = field.isOptional && (inner === null || inner === undefined)
          return [field.key, isAbsent ? undefined : toComponent(inner, field.type, types, `${where}.${field.name}`)]
        }),
      )
    }
    case 'enum':
      if (typeof value === 'string' && type.cases.includes(value)) return value
      throw refuse(where, `one of ${type.cases.join(', ')}`, value)
    case 'variant': {
      const tag = isMap(value) ? value.tag : value
      const inner = typeof tag === 'string' && Object.hasOwn(type.cases, tag) ? type.cases[tag] : undefined
      if (inner === undefined) throw refuse(where, `a table whose tag is one of ${Object.keys(type.cases).join(', ')}`, value)
      return inner.is === 'nothing'
        ? { tag }
        : { tag, val: toComponent(isMap(value) ? value.val : undefined, inner, types, `${where}.val`) }
    }
    default:
      return undefined
  }
}

const arrayOf = (name: string, items: readonly unknown[], where: string): unknown => {
  if (name === 'BigUint64Array') return BigUint64Array.from(items, (item) => BigInt.asUintN(64, integerOf(item, where)))
  if (name === 'BigInt64Array') return BigInt64Array.from(items, (item) => integerOf(item, where))
  const wrong = items.find((item) => typeof item !== 'number')
  if (wrong !== undefined) throw refuse(where, 'a list of numbers', wrong)
  return globalThis[name as Arrays].from(items as number[])
}

/** What a component gave, as Lua gets it. */
export const fromComponent = (value: unknown, type: Type, types: Types): unknown => {
  switch (type.is) {
    case 'named':
      return fromComponent(value, types[type.name]!, types)
    case 'array':
      return Array.from(value as ArrayLike<unknown>)
    case 'bytes':
      return new Uint8Array(value as ArrayLike<number>) // of this context, whatever context it came from
    case 'list':
      return (value as readonly unknown[]).map((item) => fromComponent(item, type.of, types))
    case 'option':
      return value === undefined || value === null ? null : fromComponent(value, type.of, types)
    case 'tuple':
      return type.of.map((one, at) => fromComponent((value as readonly unknown[])[at], one, types))
    case 'record':
      return Object.fromEntries(
        type.fields.map(({ name, key, type: inner }) => {
          const field = (value as Readonly<Record<string, unknown>>)[key]
          return [name, field === undefined ? null : fromComponent(field, inner, types)]
        }),
      )
    case 'variant': {
      const { tag, val } = value as { tag: string; val?: unknown }
      const inner = type.cases[tag]
      return inner === undefined || inner.is === 'nothing' ? { tag } : { tag, val: fromComponent(val, inner, types) }
    }
    case 'nothing':
      return null
    default:
      return value ?? null
  }
}
