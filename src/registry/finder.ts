// `registry.find`: which entries a filter means.
//
//   .kind .name .ns .id   with `*` as a wildcard        meta.key    equal, or one element equal
//   ~meta.key  regex      *meta.key  contains           ^meta.key  begins with      $meta.key  ends with
//
// Keys of any other form are passed over with a warning: Wippy apps rely on it (`find({kind = …})` finds everything).
// Patterns run on V8's linear-time engine, so no filter a process sends can hold up the node; what that engine cannot do is passed over too.

import { setFlagsFromString } from 'node:v8'
import { type Entry, type Fields, isFields } from './entry.ts'
import { matches } from './glob.ts'

export type Query = { readonly test: (entry: Entry) => boolean; readonly warnings: readonly string[] }

type Test = (entry: Entry) => boolean

setFlagsFromString('--enable-experimental-regexp-engine')

const LONGEST_PATTERN = 1000

/** A key may itself contain dots; failing that, dots lead into maps. */
const metaAt = (meta: Fields, key: string): unknown => {
  if (Object.hasOwn(meta, key)) return meta[key]
  const dot = key.indexOf('.')
  const inner = dot < 0 ? undefined : meta[key.slice(0, dot)]
  return isFields(inner) ? metaAt(inner, key.slice(dot + 1)) : undefined
}

const contains = (actual: unknown, wanted: unknown): boolean => (Array.isArray(actual) ? actual.includes(wanted) : actual === wanted)

const ROOT: Readonly<Record<string, (entry: Entry) => string>> = {
  '.kind': (entry) => entry.kind,
  '.name': (entry) => entry.name,
  '.ns': (entry) => entry.ns,
  '.id': (entry) => entry.id,
}

const TEXT: Readonly<Record<string, (text: string, wanted: string) => boolean>> = {
  '*': (text, wanted) => text.includes(wanted),
  '^': (text, wanted) => text.startsWith(wanted),
  $: (text, wanted) => text.endsWith(wanted),
}

const linear = (pattern: string): RegExp | null => {
  if (pattern.length > LONGEST_PATTERN) return null
  try {
    return new RegExp(pattern, 'l')
  } catch {
    return null
  }
}

/** The test for one key of a filter, or why there is none. */
const criterion = (key: string, wanted: unknown): Test | string => {
  const root = ROOT[key]
  if (root) return typeof wanted === 'string' ? (entry) => matches(wanted, root(entry)) : `"${key}" is compared with text`
  const [, operator = '', field = ''] = /^([~*^$]?)meta\.(.+)$/.exec(key) ?? []
  if (field === '') return `"${key}" is not a filter: write ".kind" or "meta.type"`
  if (operator === '') {
    const all = Array.isArray(wanted) ? wanted : [wanted]
    return (entry) => all.every((one) => contains(metaAt(entry.meta, field), one))
  }
  if (typeof wanted !== 'string') return `"${key}" is compared with text`
  if (operator === '~') {
    const pattern = linear(wanted)
    if (!pattern) return `"${wanted}" is not a pattern that can be matched in linear time`
    return (entry) => {
      const actual = metaAt(entry.meta, field)
      return typeof actual === 'string' && pattern.test(actual)
    }
  }
  const compare = TEXT[operator]!
  return (entry) => {
    const actual = metaAt(entry.meta, field)
    if (operator === '*' && Array.isArray(actual)) return actual.some((item) => typeof item === 'string' && compare(item, wanted))
    return typeof actual === 'string' && compare(actual, wanted)
  }
}

/** Compiles a filter; an entry must pass every key of it. */
export const compileQuery = (filter: Fields | ReadonlyMap<unknown, unknown>): Query => {
  const pairs = filter instanceof Map ? [...filter] : Object.entries(filter)
  const found = pairs.map(([key, wanted]) => criterion(String(key), wanted))
  const tests = found.filter((one): one is Test => typeof one === 'function')
  return { test: (entry) => tests.every((test) => test(entry)), warnings: found.filter((one): one is string => typeof one === 'string') }
}
