// The shape of `_index.yaml`: one document → its entries and its problems.
//
// A broken entry is a problem; its neighbours are read all the same.

import { basename } from 'node:path'
import type { WippyError } from '../error.ts'
import type { Document, Key } from './document.ts'
import { type Entry, type Fields, isFields, makeEntry, nameFault, namespaceFault, type Spot } from './entry.ts'
import { include, includedPath, isInclude, mapStrings } from './include.ts'

/** Where a document lies. */
export type FilePlace = {
  /** Absolute path of the file. */
  readonly path: string
  /** The loaded directory: `file://` never leads out of it. */
  readonly directory: string
  /** See Origin.base. */
  readonly base: string
  /** An absolute path as people are shown it. */
  shown(path: string): string
}

/** A `file://` value: `entry` has at `path` what the file `target` contains, or would have if it could be read. */
export type Inclusion = { readonly target: string; readonly entry: string; readonly path: string; readonly value: string }

export type Read = {
  readonly entries: readonly Entry[]
  readonly problems: readonly WippyError[]
  readonly inclusions: readonly Inclusion[]
}

type Subject = {
  readonly document: Document
  readonly place: FilePlace
  readonly namespace: string
  readonly problems: WippyError[]
  readonly inclusions: Inclusion[]
}

/** Keys of an entry that are not data; a file that is a single entry has a few more. */
const STRUCTURE = ['name', 'kind', 'meta', 'data']
const FILE_STRUCTURE = [...STRUCTURE, 'namespace', 'version', 'requirements', 'entries']

const absent = (value: unknown): boolean => value === undefined || value === null || value === ''

/** Places by path of the file → places by path of the entry: what is not structure lies below `data`. */
const entrySpots = (spots: ReadonlyMap<string, Spot>, explicit: boolean): Map<string, Spot> => {
  const own = explicit ? /^(name|kind|meta|data)(\.|$)/ : /^(name|kind|meta)(\.|$)/
  return new Map([...spots].map(([path, spot]) => [own.test(path) ? path : `data.${path}`, spot]))
}

/** What is wrong with the parts every entry has; null when nothing is. */
const faultOf = (raw: Fields, namespace: string): [code: string, path: readonly Key[], message: string, hint: string] | null => {
  const { name, kind, meta } = raw
  if (absent(name)) return ['ENTRY_NO_NAME', [], 'the entry has no name', 'Add "name: …"; the id becomes namespace:name.']
  if (typeof name !== 'string') return ['ENTRY_NAME_INVALID', ['name'], 'the name is not text', 'Put it in quotes.']
  const fault = nameFault(name)
  if (fault) return ['ENTRY_NAME_INVALID', ['name'], fault, 'For example: name: get_user.endpoint']
  const id = `"${namespace}:${name}"`
  if (absent(kind)) return ['ENTRY_NO_KIND', [], `entry ${id} has no kind`, 'Add "kind: …", for example function.lua or registry.entry.']
  if (typeof kind !== 'string' || kind.trim() === '')
    return ['ENTRY_KIND_INVALID', ['kind'], `the kind of ${id} is not text`, 'For example: kind: function.lua']
  if (!absent(meta) && !isFields(meta)) return ['META_INVALID', ['meta'], `"meta" of ${id} is not a map`, 'Write keys and values below it.']
  return null
}

const readEntry = (subject: Subject, raw: Fields, at: readonly Key[], structure: readonly string[], common: Fields): Entry | null => {
  const { document, place, namespace, problems, inclusions } = subject
  const fault = faultOf(raw, namespace)
  if (fault) {
    const [code, path, message, hint] = fault
    problems.push(document.problem(code, [...at, ...path], message, hint))
    return null
  }
  const id = `${namespace}:${raw.name}`
  const explicit = Object.hasOwn(raw, 'data')
  const spots = entrySpots(document.spots(at), explicit)
  const sources = new Map<string, string>()
  const before = problems.length
  const swap = (text: string, path: string): unknown => {
    if (!isInclude(text)) return text
    inclusions.push({ target: includedPath(text, place.path, place.directory), entry: id, path, value: text })
    const found = include(text, place.path, place.directory)
    if ('code' in found) {
      problems.push(document.problemAt(found.code, spots.get(path) ?? document.spot(at), `${found.message} (entry "${id}")`, found.hint))
      return null
    }
    sources.set(path, place.shown(found.path))
    return found.content
  }
  const own = isFields(raw.meta) ? raw.meta : {}
  const data = explicit ? raw.data : Object.fromEntries(Object.entries(raw).filter(([key]) => !structure.includes(key)))
  const meta = mapStrings({ ...common, ...own }, 'meta', swap) as Fields
  const content = mapStrings(data, 'data', swap)
  if (problems.length > before) return null
  const origin = { file: document.file, path: place.path, base: place.base, ...document.spot(at), spots, sources }
  return makeEntry({ id, kind: String(raw.kind).trim(), meta, data: content, origin })
}

/** The namespace a file declares: null means the file is not ours, or that the problem has been noted. */
const namespaceOf = (document: Document, place: FilePlace, problems: WippyError[]): string | null => {
  const top = document.value
  const index = basename(place.path).startsWith('_index.')
  if (!isFields(top)) {
    if (index && !absent(top)) {
      problems.push(
        document.problem('FILE_SHAPE', [], 'an entry file is a map', 'Begin it with "namespace: app", then "entries:" with a list.'),
      )
    }
    return null
  }
  if (absent(top.namespace)) {
    if (index && Array.isArray(top.entries)) {
      problems.push(
        document.problem(
          'NAMESPACE_MISSING',
          ['entries'],
          'the file has entries but no namespace',
          'Write "namespace: app" above "entries:".',
        ),
      )
    }
    return null
  }
  const fault = typeof top.namespace === 'string' ? namespaceFault(top.namespace) : 'a namespace is text'
  if (!fault) return String(top.namespace)
  problems.push(document.problem('NAMESPACE_INVALID', ['namespace'], fault, 'For example: namespace: app.api'))
  return null
}

/** Reads the entries of a document that could be parsed. A file without a namespace has none. */
export const readEntries = (document: Document, place: FilePlace): Read => {
  const problems: WippyError[] = []
  const inclusions: Inclusion[] = []
  const entries: Entry[] = []
  const namespace = namespaceOf(document, place, problems)
  if (namespace === null) return { entries, problems, inclusions }

  const top = document.value as Fields
  const subject: Subject = { document, place, namespace, problems, inclusions }
  const fail = (code: string, path: readonly Key[], message: string, hint: string) =>
    problems.push(document.problem(code, path, message, hint))
  const keep = (entry: Entry | null) => entry && entries.push(entry)
  const list = top.entries
  if (Array.isArray(list) && list.length > 0) {
    const common = isFields(top.meta) ? top.meta : {}
    if (!absent(top.meta) && !isFields(top.meta)) fail('META_INVALID', ['meta'], '"meta" is not a map', 'Write keys and values below it.')
    list.forEach((raw, at) => {
      if (isFields(raw)) keep(readEntry(subject, raw, ['entries', at], STRUCTURE, common))
      else fail('ENTRY_NOT_MAP', ['entries', at], 'the entry is not a map', 'Begin it with "- name: …" and put "kind: …" below.')
    })
  } else if (!absent(list) && !Array.isArray(list)) {
    fail('ENTRIES_NOT_LIST', ['entries'], '"entries" is not a list', 'Begin each entry with "- name: …".')
  } else if (!absent(top.name) || !absent(top.kind)) {
    keep(readEntry(subject, top, [], FILE_STRUCTURE, {}))
  } else if (!Object.hasOwn(top, 'entries')) {
    fail(
      'FILE_SHAPE',
      ['namespace'],
      'the file has a namespace but no entries',
      'Add "entries:" with a list, or "name:" and "kind:" for a single entry.',
    )
  }
  return { entries, problems, inclusions }
}
