// `registry.find`: which entries a filter means.
//
//   .kind .name .ns .id   with `*` as a wildcard        meta.key    equal, or one element equal
//   ~meta.key  regex      *meta.key  contains           ^meta.key  begins with      $meta.key  ends with
//
// Keys of any other form are passed over with a warning: Wippy apps rely on it (`find({kind = …})` finds everything).
// A filter looks at the distinct values of one index (kinds, or what stands under one key of meta) and tests only the entries under those that
// fit; the index with the fewest is taken.
// Patterns run on V8's linear-time engine; what that engine cannot do is passed over too. It walks an expression's states at each character: how many
// there may be, and how long a search may take, is bounded, so that no filter a process sends can hold up the node.

import { setFlagsFromString } from 'node:v8'
import { Kind, WippyError } from '../error.ts'
import type { Entries, Index } from './entries.ts'
import { type Entry, type Fields, isFields } from './entry.ts'
import { matches } from './glob.ts'
import type { Steps } from './slices.ts'

export type Query = {
  readonly test: (entry: Entry) => boolean
  readonly warnings: readonly string[]
  /** The entries that pass, sorted by id. */
  readonly run: (entries: Entries) => Steps<Entry[]>
}

/** Where entries that pass a criterion may be looked up: no other entry passes it. */
type Source = (entries: Entries) => Steps<Found>
type Found = { readonly count: number; read(): Iterable<Entry> }

type Test = (entry: Entry) => boolean
type Criterion = { readonly test: Test; readonly source: Source | null }

setFlagsFromString('--enable-experimental-regexp-engine')

const LONGEST_PATTERN = 1000
const LONGEST_COUNTED = 250 // of one that counts: V8 repeats what is counted up to 16 times
const LONGEST_MATCHED = 8192 // characters; a longer text matches nothing
const MOST_MS = 1000 // of this thread, for all that one search compares with patterns
const STEP = 100_000 // characters of texts, times those of the pattern, between two looks at the time
const LONGEST_KEY = 200 // longer texts are indexed by how they begin

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

/** An expression that takes time linear in the text; null when it is none, or too long. */
export const linear = (pattern: string): RegExp | null => {
  if (pattern.length > (pattern.includes('{') ? LONGEST_COUNTED : LONGEST_PATTERN)) return null
  try {
    return new RegExp(pattern, 'l')
  } catch {
    return null
  }
}

const spentMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** A pattern for one search. It throws REGISTRY_ARGUMENT when that takes too long. */
const matching = (source: string, pattern: RegExp): ((text: string) => boolean) => {
  const began = spentMs()
  let unseen = 0
  return (text) => {
    if (text.length > LONGEST_MATCHED) return false
    unseen += text.length * source.length
    if (unseen > STEP) {
      unseen = 0
      if (spentMs() - began > MOST_MS) throw tooMuch(source)
    }
    return pattern.test(text)
  }
}

const tooMuch = (source: string): WippyError =>
  new WippyError('REGISTRY_ARGUMENT', Kind.Invalid, `to look for "${source}" in all these entries takes too long`, {
    retryable: false,
    hint: 'Write a shorter pattern, or name .kind or .ns too.',
  })

/** What a value of meta is found under; null for what no index holds. Different values may share a key: whoever looks up tests as well. */
const keyOf = (value: unknown): string | null => {
  if (typeof value === 'string') return value.slice(0, LONGEST_KEY)
  return typeof value === 'number' || typeof value === 'boolean' ? `\u0000${value}` : null
}

/** All that may be meant by `meta.FIELD` in an entry, for the values of one field. */
const valuesAt = (meta: Fields, field: string): unknown[] => {
  const value = metaAt(meta, field)
  return Array.isArray(value) ? value : [value]
}

const KIND: Index = { name: '.kind', keysOf: ({ kind }) => [kind] }
const NAME: Index = { name: '.name', keysOf: ({ name }) => [name] }

const metaIndex = (field: string): Index => ({
  name: `meta.${field}`,
  keysOf: ({ meta }) => new Set(valuesAt(meta, field).flatMap((value) => keyOf(value) ?? [])),
})

/** The entries under those keys of an index that begin with `prefix` and fit. */
const under = (index: Index, prefix: string, fits: (key: string) => boolean): Source => {
  return function* (entries) {
    const postings = yield* entries.sorting(index)
    const keys: string[] = []
    let count = 0
    for (const key of postings.keys(prefix)) {
      yield
      if (!fits(key)) continue
      keys.push(key)
      count += postings.count(key)
    }
    return {
      count,
      *read() {
        const seen = new Set<string>() // an entry may be under several keys
        for (const key of keys) {
          for (const entry of postings.get(key)) if (seen.size < seen.add(entry.id).size) yield entry
        }
      },
    }
  }
}

const exactly = (index: Index, key: string): Source =>
  function* (entries) {
    const postings = yield* entries.sorting(index)
    return { count: postings.count(key), read: () => postings.get(key) }
  }

const byId = (id: string): Source =>
  function* (entries) {
    const found = entries.get(id)
    yield
    return { count: Number(found !== undefined), read: () => (found ? [found] : []) }
  }

const inNamespace = (ns: string): Source =>
  function* (entries) {
    let count = 0
    for (const _ of entries.namespace(ns)) {
      count++
      yield
    }
    return { count, read: () => entries.namespace(ns) }
  }

const rootSource = (key: string, wanted: string): Source | null => {
  const isExact = !wanted.includes('*')
  switch (key) {
    case '.kind':
      return isExact ? exactly(KIND, wanted) : under(KIND, wanted.slice(0, wanted.indexOf('*')), (kind) => matches(wanted, kind))
    case '.id':
      return isExact ? byId(wanted) : null
    case '.ns':
      return isExact ? inNamespace(wanted) : null
    default:
      return isExact ? exactly(NAME, wanted) : null
  }
}

/** The criterion for one key of a filter, or why there is none. */
const criterion = (key: string, wanted: unknown): Criterion | string => {
  const root = ROOT[key]
  if (root) {
    if (typeof wanted !== 'string') return `"${key}" is compared with text`
    return { test: (entry) => matches(wanted, root(entry)), source: rootSource(key, wanted) }
  }
  const [, operator = '', field = ''] = /^([~*^$]?)meta\.(.+)$/.exec(key) ?? []
  if (field === '') return `"${key}" is not a filter: write ".kind" or "meta.type"`
  const index = metaIndex(field)
  if (operator === '') {
    const all = Array.isArray(wanted) ? wanted : [wanted]
    const first = all.map(keyOf).find((one) => one !== null)
    return {
      test: (entry) => all.every((one) => contains(metaAt(entry.meta, field), one)),
      source: first === undefined ? null : exactly(index, first),
    }
  }
  if (typeof wanted !== 'string') return `"${key}" is compared with text`
  // A key that is as long as keys get may stand for a longer text, which is for the test to look at.
  const texts = (prefix: string, fits: (text: string) => boolean): Source =>
    under(index, prefix.slice(0, LONGEST_KEY), (text) => text.length >= LONGEST_KEY || fits(text))
  if (operator === '~') {
    const pattern = linear(wanted)
    if (!pattern) return `"${wanted}" is not a pattern that can be matched in linear time`
    const fits = matching(wanted, pattern)
    return {
      test: (entry) => {
        const actual = metaAt(entry.meta, field)
        return typeof actual === 'string' && fits(actual)
      },
      source: texts('', fits),
    }
  }
  const compare = TEXT[operator]!
  return {
    test: (entry) => {
      const actual = metaAt(entry.meta, field)
      if (operator === '*' && Array.isArray(actual)) return actual.some((item) => typeof item === 'string' && compare(item, wanted))
      return typeof actual === 'string' && compare(actual, wanted)
    },
    source: texts(operator === '^' ? wanted : '', (text) => compare(text, wanted)),
  }
}

const FEW = 32 // entries that are not worth another look

/** Compiles a filter; an entry must pass every key of it. */
export const compileQuery = (filter: Fields | ReadonlyMap<unknown, unknown>): Query => {
  const pairs = filter instanceof Map ? [...filter] : Object.entries(filter)
  const found = pairs.map(([key, wanted]) => criterion(String(key), wanted))
  const criteria = found.filter((one): one is Criterion => typeof one !== 'string')
  const test: Test = (entry) => criteria.every((one) => one.test(entry))
  const run = function* (entries: Entries): Steps<Entry[]> {
    let best: Found = { count: entries.size, read: () => entries.values() }
    for (const { source } of criteria) {
      const found = source && best.count > FEW ? yield* source(entries) : best
      if (found.count < best.count) best = found
    }
    const passed: Entry[] = []
    for (const entry of best.read()) {
      if (test(entry)) passed.push(entry)
      yield
    }
    return passed.sort((a, b) => (a.id < b.id ? -1 : 1))
  }
  return { test, warnings: found.filter((one): one is string => typeof one === 'string'), run }
}
