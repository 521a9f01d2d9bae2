// An installed plugin as people see it: what it exports, what it asks for, what it may, how it has done.

import { Kind, WippyError } from '../error.ts'
import { type Entry, type Fields, fieldsOf, isFields } from '../registry/entry.ts'
import { didYouMean } from '../suggest.ts'
import { installedEntries, NAMESPACE } from './installation.ts'
import { COMPONENT } from './plugins.ts'
import type { PluginRunner } from './runner.ts'
import { describeType } from './wit-type.ts'

/** What is known of a component that is installed: what it was compiled to, and what it did since the node started. */
export type Look = Pick<PluginRunner, 'compiled' | 'calls' | 'spent' | 'memoryBytes'>
type Looks = (id: string) => Look | undefined

/** A plugin in one line. */
export type Summary = {
  readonly name: string
  readonly hash: string
  readonly functions: number
  /** What its imports ask for, and what it is allowed. */
  readonly asks: readonly string[]
  readonly allow: readonly string[]
}

export type Inspection = Summary & {
  readonly exports: readonly { readonly name: string; readonly signature: string }[]
  readonly omitted: readonly { readonly name: string; readonly why: string }[]
  readonly limits: Fields
  /** Since the node started. */
  readonly calls: number
  readonly fuel: number
  readonly memoryBytes: number
}

const componentsIn = (entries: readonly Entry[]): readonly Entry[] =>
  entries.filter(({ ns, kind }) => ns === NAMESPACE && kind === COMPONENT)

export const allowOf = (entry: Entry): readonly string[] => {
  const { allow } = fieldsOf(entry)
  return Array.isArray(allow) ? allow.map(String) : []
}

const summaryOf = (entry: Entry, looks: Looks): Summary => {
  const compiled = looks(entry.id)?.compiled
  return {
    name: entry.name,
    hash: String(fieldsOf(entry).hash ?? ''),
    functions: compiled?.signature.functions.length ?? 0,
    asks: compiled?.asks ?? [],
    allow: allowOf(entry),
  }
}

/** Every plugin that is installed, by name. */
export const summaries = (entries: readonly Entry[], looks: Looks): readonly Summary[] =>
  componentsIn(entries)
    .map((entry) => summaryOf(entry, looks))
    .sort((a, b) => (a.name < b.name ? -1 : 1))

/** The entry of a plugin. Throws PLUGIN_NOT_FOUND. */
export const needPlugin = (name: string, entries: readonly Entry[]): Entry => {
  const components = componentsIn(entries)
  const found = components.find((entry) => entry.name === name)
  if (found) return found
  const names = components.map((entry) => entry.name)
  const hint = didYouMean(name, names, names.length === 0 ? 'None is installed.' : `Installed: ${names.join(', ')}.`)
  throw new WippyError('PLUGIN_NOT_FOUND', Kind.NotFound, `there is no plugin "${name}"`, { hint, retryable: false })
}

/** Everything about one plugin. Throws PLUGIN_NOT_FOUND. */
export const inspect = (name: string, entries: readonly Entry[], looks: Looks): Inspection => {
  const entry = needPlugin(name, entries)
  const look = looks(entry.id)
  const { functions = [], types = {}, omitted = [] } = look?.compiled.signature ?? {}
  const exports = functions.map((fn) => {
    const parameters = fn.parameters.map(({ name, type }) => `${name}: ${describeType(type, types)}`).join(', ')
    return { name: fn.name, signature: `(${parameters}) → ${describeType(fn.result, types)}` }
  })
  const { limits } = fieldsOf(entry)
  const { calls = 0, spent: fuel = 0, memoryBytes = 0 } = look ?? {}
  return { ...summaryOf(entry, looks), exports, omitted, limits: isFields(limits) ? limits : {}, calls, fuel, memoryBytes }
}

/** The entries that name something of a plugin and are not its own. */
export const usersOf = (
  name: string,
  entries: readonly Entry[],
  referencesOf: (entry: Entry) => ReadonlySet<string>,
): readonly string[] => {
  const own = new Set(installedEntries(name, entries).map(({ id }) => id))
  return entries.filter((entry) => !own.has(entry.id) && [...referencesOf(entry)].some((id) => own.has(id))).map(({ id }) => id)
}
