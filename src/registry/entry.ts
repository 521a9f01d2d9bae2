// An entry: one record of the registry, with the place it was written at.
//
// Invariants: an entry never changes (it is frozen, data included); `id` is always `ns:name`.

import { Kind, type Where, WippyError } from '../error.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Lines and columns count from 1. */
export type Spot = { readonly line: number; readonly column: number }

/** Where an entry was written. Paths inside it look like `data.imports.helpers` or `meta.router`. */
export type Origin = Spot & {
  /** The YAML or JSON file, as people are shown it: relative to the app's root. */
  readonly file: string
  /** The same file, absolute. */
  readonly path: string
  /** Absolute directory that relative paths in the entry's data start from: the app's root, or the root of the module it came with. */
  readonly base: string
  readonly spots: ReadonlyMap<string, Spot>
  /** Which path's value is the content of which file (`file://`), as shown to people; what Lua tracebacks name. */
  readonly sources: ReadonlyMap<string, string>
}

export type Entry = {
  readonly id: string
  readonly ns: string
  readonly name: string
  readonly kind: string
  readonly meta: Fields
  /** Nearly always a map; `data:` in a file is taken as it is. */
  readonly data: unknown
  readonly origin: Origin | null
}

/** What it takes to make one. */
export type EntryDraft = {
  readonly id: string
  readonly kind: string
  readonly meta?: Fields | null
  readonly data?: unknown
  readonly origin?: Origin | null
}

/** Whether a value is a map with texts for keys: no list, no bytes, no `Map`. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Map)

/** Whether an entry came with a module, and not with the app at `root` or at run time. */
export const isOfModule = ({ origin }: Entry, root: string): boolean => origin !== null && origin.base !== root

/** Splits at the first colon; without one the namespace is empty. */
export const parseId = (id: string): { readonly ns: string; readonly name: string } => {
  const colon = id.indexOf(':')
  return colon < 0 ? { ns: '', name: id } : { ns: id.slice(0, colon), name: id.slice(colon + 1) }
}

/** A reference as written in an entry of namespace `ns`: without a colon it means a neighbour. */
export const resolveId = (reference: string, ns: string): string => (reference.includes(':') ? reference : `${ns}:${reference}`)

// V8 takes milliseconds to make the Unicode classes; nearly every name is found good without them.
const PLAIN_NAMESPACE = /^\w[\w-]*(?:\.\w[\w-]*)*$/
const PLAIN_NAME = /^\w[\w./@+-]*$/
const NAMESPACE = /^[\p{L}\p{N}_][\p{L}\p{N}_-]*(\.[\p{L}\p{N}_][\p{L}\p{N}_-]*)*$/u
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_./@+-]*$/u

/** Why this cannot be a namespace, or null. */
export const namespaceFault = (ns: string): string | null =>
  PLAIN_NAMESPACE.test(ns) || NAMESPACE.test(ns)
    ? null
    : `"${ns}" is not a namespace: use words of letters, digits, _ and -, joined by dots`

/** Why this cannot be a name, or null. */
export const nameFault = (name: string): string | null =>
  PLAIN_NAME.test(name) || NAME.test(name)
    ? null
    : `"${name}" is not a name: use letters, digits, _ - . / @ and +, and begin with a letter or digit`

/** The entry's data as a map; an empty one when it is something else. */
export const fieldsOf = (entry: Entry): Fields => (isFields(entry.data) ? entry.data : {})

/** A frozen copy in plain objects and arrays; maps (as messages bring them) become objects when all their keys are text. */
const settle = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  if (Array.isArray(value)) return Object.freeze(value.map(settle))
  const pairs = (value instanceof Map ? [...value] : Object.entries(value)).map(([key, inner]) => [key, settle(inner)] as const)
  return pairs.every(([key]) => typeof key === 'string') ? Object.freeze(Object.fromEntries(pairs)) : new Map(pairs)
}

/** Makes an entry. Throws ENTRY_INVALID. */
export const makeEntry = (draft: EntryDraft): Entry => {
  const { ns, name } = parseId(draft.id)
  const fault = namespaceFault(ns) ?? nameFault(name) ?? (draft.kind.trim() === '' ? 'an entry needs a kind' : null)
  if (fault) {
    throw new WippyError('ENTRY_INVALID', Kind.Invalid, fault, {
      where: { entry: draft.id },
      hint: 'An id is "namespace:name", for example "app:worker".',
    })
  }
  return Object.freeze({
    id: draft.id,
    ns,
    name,
    kind: draft.kind,
    meta: settle(draft.meta ?? {}) as Fields,
    data: settle(draft.data ?? {}),
    origin: draft.origin ?? null,
  })
}

/** The place of a path inside an entry, or of what encloses it, as exactly as it is known. */
export const whereOf = (entry: Entry, path = ''): Where => {
  const { origin } = entry
  if (!origin) return { entry: entry.id }
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const spot = origin.spots.get(at)
    if (spot) return { file: origin.file, line: spot.line, column: spot.column, entry: entry.id }
  }
  return { file: origin.file, line: origin.line, column: origin.column, entry: entry.id }
}
