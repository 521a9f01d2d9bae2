// YAML as data for running code: one document to a value, a value to a document. What comes is not trusted: its size, and how far it
// repeats itself by aliases, are bounded.

import { isScalar, parseDocument, stringify, visit } from 'yaml'
import { Kind, WippyError } from '../error.ts'

const LARGEST = 64 * 1024 // characters of a document: reading one holds up the node
const DEEPEST = 200 // lists and maps in brackets that are open at once
const ALIASES = 100

const failed = (message: string): WippyError => new WippyError('YAML_INVALID', Kind.Internal, message, { retryable: false })

// The parser takes long for what is nested deep before it gives up. Brackets in texts count too, as no text needs so many that stay open.
const isDeep = (text: string): boolean => {
  let open = 0
  for (const char of text) {
    if (char === '[' || char === '{') open++
    else if ((char === ']' || char === '}') && open > 0) open--
    if (open > DEEPEST) return true
  }
  return false
}

/** Maps become Maps, so that no key means anything else than itself. Throws YAML_INVALID. */
export const valueOfYaml = (text: string): unknown => {
  if (text.length > LARGEST) throw failed(`a document of more than ${LARGEST} characters`)
  if (isDeep(text)) throw failed(`brackets nested more than ${DEEPEST} deep`)
  try {
    const document = parseDocument(text, { uniqueKeys: false, logLevel: 'error' }) // its own check takes the square of the number of keys
    const [error] = document.errors
    if (error) throw error
    visit(document, { Map: (_, { items }) => demandDifferent(items.map(({ key }) => (isScalar(key) ? key.value : key))) })
    return document.toJS({ mapAsMap: true, maxAliasCount: ALIASES })
  } catch (error) {
    throw failed((error as Error).message.split('\n')[0] ?? 'not YAML')
  }
}

const demandDifferent = (keys: readonly unknown[]): void => {
  const seen = new Set<unknown>()
  for (const key of keys) {
    if (seen.has(key) && key !== '<<') throw failed(`the key ${String(key)} stands in one map twice`)
    seen.add(key)
  }
}

export type YamlOrder = {
  /** Keys that come first in every map, in this order. */
  readonly first: readonly string[]
  /** Whether the others are sorted by name; else they stay as they are. */
  readonly sorted: boolean
}

const ordered = (value: unknown, order: YamlOrder): unknown => {
  if (Array.isArray(value)) return value.map((item) => ordered(item, order))
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  const all = new Map<unknown, unknown>(value instanceof Map ? value : Object.entries(value))
  const first = order.first.filter((key) => all.has(key))
  const others = [...all.keys()].filter((key) => !first.includes(key as string))
  if (order.sorted) others.sort((a, b) => (String(a) < String(b) ? -1 : 1))
  return new Map([...first, ...others].map((key) => [key, ordered(all.get(key), order)]))
}

/** A value as a YAML document. Throws YAML_INVALID. */
export const yamlOf = (value: unknown, order: YamlOrder): string => {
  try {
    return stringify(ordered(value, order), { aliasDuplicateObjects: false, lineWidth: 0 })
  } catch (error) {
    throw failed((error as Error).message)
  }
}
