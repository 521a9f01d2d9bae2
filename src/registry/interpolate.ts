// `${env:NAME|default}` in an entry's data.
//
// Invariant: the registry keeps placeholders as they are written; only who decodes an entry sees values, so a secret never shows up in `registry.get`.
// What came from a file (`file://`) and Lua source are never touched: `${` is their own business.

import { Kind } from '../error.ts'
import { blame } from './blame.ts'
import { type Entry, isFields } from './entry.ts'

/** The value of an environment variable, by public name or entry id. */
export type Lookup = (name: string) => string | undefined

type Placeholder = { readonly name: string; readonly fallback: string | undefined }

// Group 1: the escape `$${`. Otherwise `${env:NAME}`, `${env:NAME|default}` or the short `${NAME|default}`; a bare `${NAME}` is not ours.
// Lengths are bounded so that no text, however hostile, takes long to search.
const PATTERN = /(\$\$\{)|\$\{(?:env:([^|}]{1,200})(?:\|([^}]{0,1000}))?|([A-Z][A-Z0-9_]{0,199})\|([^}]{0,1000}))\}/g
const LEGACY_NAME = /^[A-Z][A-Z0-9_]*$|^[^\s:]+:[^\s:]+$/

const placeholderIn = (match: RegExpMatchArray): Placeholder => ({ name: (match[2] ?? match[4]!).trim(), fallback: match[3] ?? match[5] })

const isText = (entry: Entry, path: string): boolean =>
  (entry.origin?.sources.has(path) ?? false) || (path === 'data.source' && /\.(lua|wat|jet)$/.test(entry.kind))

const visit = (entry: Entry, value: unknown, path: string, see: (text: string) => void): void => {
  if (typeof value === 'string') {
    if (value.includes('${') && !isText(entry, path)) see(value)
  } else if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) visit(entry, item, `${path}.${at}`, see)
  } else if (isFields(value)) {
    for (const [key, inner] of Object.entries(value)) visit(entry, inner, `${path}.${key}`, see)
  }
}

/** Names of the variables an entry's data asks for. */
export const placeholders = (entry: Entry): Set<string> => {
  const names = new Set<string>()
  visit(entry, entry.data, 'data', (text) => {
    for (const match of text.matchAll(PATTERN)) if (!match[1]) names.add(placeholderIn(match).name)
  })
  return names
}

const typed = (text: string): boolean | number | string => {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text
}

const resolve = (entry: Entry, path: string, { name, fallback }: Placeholder, lookup: Lookup): string => {
  const value = lookup(name) ?? fallback
  if (value !== undefined) return value
  const hint = `Set it, or write a default: \${env:${name}|…}.`
  throw blame(entry, path, {
    code: 'ENV_MISSING',
    kind: Kind.NotFound,
    message: `"${entry.id}" needs the environment variable ${name}, which is not set`,
    hint,
  })
}

/** A field that is one placeholder takes the type of its default. */
const resolveWhole = (entry: Entry, path: string, placeholder: Placeholder, lookup: Lookup): unknown => {
  const text = resolve(entry, path, placeholder, lookup)
  if (placeholder.fallback === undefined) return text
  const model = typeof typed(placeholder.fallback)
  if (model === 'string') return text
  const value = typed(text.trim())
  if (typeof value === model) return value
  const message = `${placeholder.name} is "${text}" where "${entry.id}" expects a ${model}`
  throw blame(entry, path, {
    code: 'ENV_TYPE',
    kind: Kind.Invalid,
    message,
    hint: `The default "${placeholder.fallback}" says what it must look like.`,
  })
}

/**
 * The entry's data with every placeholder replaced, and `<field>_env: NAME` beside a field put into it when NAME has a value.
 * Throws ENV_MISSING or ENV_TYPE.
 */
export const interpolate = (entry: Entry, lookup: Lookup): unknown => {
  const text = (value: string, path: string): unknown => {
    if (!value.includes('${') || isText(entry, path)) return value
    const matches = [...value.matchAll(PATTERN)]
    const only = matches[0]
    if (only && !only[1] && only[0].length === value.length) return resolveWhole(entry, path, placeholderIn(only), lookup)
    return value.replace(PATTERN, (...parts) => {
      const match = parts.slice(0, 6) as unknown as RegExpMatchArray
      return match[1] ? '${' : resolve(entry, path, placeholderIn(match), lookup)
    })
  }
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value === 'string') return text(value, path)
    if (Array.isArray(value)) return value.map((item, at) => walk(item, `${path}.${at}`))
    if (!isFields(value)) return value
    const fields: Record<string, unknown> = {}
    for (const [key, inner] of Object.entries(value)) fields[key] = walk(inner, `${path}.${key}`)
    for (const [key, name] of Object.entries(value)) {
      if (!key.endsWith('_env') || typeof name !== 'string' || !LEGACY_NAME.test(name)) continue
      const found = lookup(name)
      if (found !== undefined) fields[key.slice(0, -4)] = found
    }
    return fields
  }
  return walk(entry.data, 'data')
}
