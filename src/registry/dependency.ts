// What an entry depends on, read from the places where entries name each other, and the order that follows.
//
// A value that is not the id of an entry at hand is no dependency. Nothing here is an error: a knot of entries just has no order of its own.

import { type Entry, fieldsOf, isFields, resolveId } from './entry.ts'
import { groups } from './graph.ts'
import { placeholders } from './interpolate.ts'

/** Where references stand. `*` is every key of a map or every item of a list, `*_env` every key of that form. */
const PATHS = `
  meta.parent meta.depends_on meta.groups meta.server meta.router meta.temporal.activity.worker meta.temporal.workflow.worker meta.*_env
  data.config data.groups data.imports.* data.depends_on data.*.depends_on data.lifecycle.requires data.lifecycle.depends_on
  data.lifecycle.security.policies data.lifecycle.security.groups data.security.policies data.security.groups data.security.token_store
  data.func data.fs data.host data.process data.queue data.driver data.dead_letter.queue data.storage data.storages data.store
  data.set data.data_func data.server data.middleware data.post_middleware data.network data.bucket data.token_store data.database data.client
  data.plugin data.contracts.*.contract data.contracts.*.methods.* data.children.*.process data.children.*.host data.env data.*_env data.tls.*_env
`
  .trim()
  .split(/\s+/)
  .map((path) => path.split('.'))

const collect = (value: unknown, path: readonly string[], at: number, into: Set<string>): void => {
  if (value === undefined) return
  const part = path[at]
  if (part === undefined) {
    const leaves = Array.isArray(value) ? value : isFields(value) ? Object.values(value) : [value]
    for (const leaf of leaves) if (typeof leaf === 'string') into.add(leaf)
  } else if (part === '*' && Array.isArray(value)) {
    for (const item of value) collect(item, path, at + 1, into)
  } else if (isFields(value)) {
    if (!part.startsWith('*')) collect(value[part], path, at + 1, into)
    else for (const [key, inner] of Object.entries(value)) if (key.endsWith(part.slice(1))) collect(inner, path, at + 1, into)
  }
}

const cache = new WeakMap<Entry, ReadonlySet<string>>()

/** Every id an entry refers to, whether or not such an entry exists. Public names of environment variables stay as they are. */
export const referencesOf = (entry: Entry): ReadonlySet<string> => {
  const known = cache.get(entry)
  if (known) return known
  const found = new Set<string>()
  const whole = { meta: entry.meta, data: entry.data }
  for (const path of PATHS) collect(whole, path, 0, found)
  const ids = new Set([...found].filter((text) => text !== '').map((text) => resolveId(text, entry.ns)))
  for (const name of placeholders(entry)) ids.add(name)
  ids.delete(entry.id)
  cache.set(entry, ids)
  return ids
}

/** Finds entries by reference: by id, or by the public name of an environment variable. */
export const indexOf = (entries: Iterable<Entry>): ReadonlyMap<string, Entry> => {
  const index = new Map<string, Entry>()
  const named: [string, Entry][] = []
  for (const entry of entries) {
    index.set(entry.id, entry)
    const { variable } = fieldsOf(entry)
    if (entry.kind === 'env.variable' && typeof variable === 'string') named.push([variable, entry])
  }
  for (const [name, entry] of named) if (!index.has(name)) index.set(name, entry)
  return index
}

/** The entries among `index` that `entry` depends on. */
export const dependenciesOf = (entry: Entry, index: ReadonlyMap<string, Entry>): Entry[] =>
  [...referencesOf(entry)].flatMap((reference) => {
    const found = index.get(reference)
    return found && found.id !== entry.id ? [found] : []
  })

/** Entries in levels: all of a level depend only on levels before it (members of a knot share one). */
export const levels = (entries: Iterable<Entry>): Entry[][] => {
  const list = [...entries]
  const index = indexOf(list)
  const needs = (entry: Entry) => dependenciesOf(entry, index)
  const levelOf = new Map<Entry, number>()
  for (const group of groups(list, needs)) {
    const level = group.flatMap(needs).reduce((above, needed) => Math.max(above, (levelOf.get(needed) ?? -1) + 1), 0)
    for (const member of group) levelOf.set(member, level)
  }
  const found: Entry[][] = []
  for (const entry of list) {
    const level = levelOf.get(entry)!
    while (found.length <= level) found.push([])
    found[level]!.push(entry)
  }
  return found
}
