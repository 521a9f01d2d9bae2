// Values checked against JSON Schema (2020-12 unless the schema names an older draft).
//
// Schema and value come as JSON text from code that is not trusted: neither is ever an object with a prototype. Schemas are kept compiled, the least
// recently used is dropped.

import { type Schema, type SchemaDraft, Validator } from '@cfworker/json-schema'
import { Kind, WippyError } from '../error.ts'

const KEPT = 100 // compiled schemas
const KEPT_LENGTH = 65_536 // longer schemas are compiled each time

/** `loose`: an empty object may be an empty list. */
export type Validation = { readonly schema: string; readonly text: string; readonly loose: boolean }

const compiled = new Map<string, Validator>() // in order of last use

/** Throws JSON_NOT_VALID with the innermost reason, JSON_SYNTAX, JSON_BAD_SCHEMA. */
export const validate = ({ schema, text, loose }: Validation): void => {
  const refusal = guarded(() => check(schema, text, loose))
  if (refusal === null) return
  const { path, keyword, message } = refusal
  throw invalid('JSON_NOT_VALID', `validation failed: ${path}: ${message}`, { path, keyword })
}

const validator = (schema: string): Validator => {
  const known = compiled.get(schema)
  if (known) compiled.delete(schema)
  const made = known ?? compile(schema)
  if (schema.length <= KEPT_LENGTH) compiled.set(schema, made)
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value!)
  return made
}

const check = (schema: string, text: string, loose: boolean): Refusal | null => {
  const checker = validator(schema)
  const value = parse(text, 'data')
  const refusal = refused(checker, bare(value, false))
  return refusal && loose && text.includes('{}') ? refused(checker, bare(value, true)) && refusal : refusal
}

type Refusal = { readonly path: string; readonly keyword: string; readonly message: string }

export const invalid = (code: string, message: string, details?: Record<string, unknown>): WippyError =>
  new WippyError(code, Kind.Invalid, message, { retryable: false, details })

const parse = (text: string, what: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid('JSON_SYNTAX', `${what} is not JSON: ${(error as Error).message}`)
  }
}

// The same value out of objects without prototypes, so that "constructor" is a key like any other. `lists`: empty objects become empty lists.
const bare = (value: unknown, lists: boolean): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => bare(item, lists))
  const entries = Object.entries(value)
  if (lists && entries.length === 0) return []
  const object = Object.create(null)
  for (const [key, item] of entries) object[key] = bare(item, lists)
  return object
}

const DRAFTS: readonly (readonly [string, SchemaDraft])[] = [
  ['draft-04', '4'],
  ['draft-07', '7'],
  ['2019-09', '2019-09'],
]

const compile = (text: string): Validator => {
  const schema = parse(text, 'schema')
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null))
    throw invalid('JSON_BAD_SCHEMA', 'schema must be an object')
  const uri = typeof schema === 'object' && '$schema' in schema ? String(schema.$schema) : ''
  const draft = DRAFTS.find(([part]) => uri.includes(part))?.[1] ?? '2020-12'
  return new Validator(bare(schema, false) as Schema, draft)
}

// The innermost reason why the value does not fit, or null.
const refused = (validator: Validator, value: unknown): Refusal | null => {
  const { valid, errors } = validator.validate(value)
  if (valid) return null
  const { instanceLocation, keyword, error } = errors.at(-1)!
  return { path: instanceLocation, keyword, message: error }
}

// What the validator throws is about the schema: a reference to nowhere, a bad pattern, recursion without end.
const guarded = <T>(run: () => T): T => {
  try {
    return run()
  } catch (error) {
    if (error instanceof WippyError) throw error
    throw invalid('JSON_BAD_SCHEMA', `compile schema: ${(error as Error).message.split('\n')[0]}`)
  }
}
