// The host half of `json`: values checked against JSON Schema (2020-12 unless the schema names an older draft).
//
// Schema and value come as JSON text from code that is not trusted: what could take long (references, patterns, big inputs) runs under a
// time limit, and neither is ever an object with a prototype. Schemas are kept compiled, the least recently used is dropped.

import { createContext, Script } from 'node:vm'
import { type Schema, type SchemaDraft, Validator } from '@cfworker/json-schema'
import { Kind, WippyError } from '../error.ts'
import type { Service } from './service.ts'

const KEPT = 100 // compiled schemas
const KEPT_LENGTH = 65_536 // longer schemas are compiled each time
const LIMIT_MS = 200
const QUICK = 4_000_000 // schema length × value length that needs no limit, if the schema has no word of SLOW
const SLOW = /"(?:\$|pattern|format|unique)|\\u/

export const jsonService = (limitMs = LIMIT_MS): Service => {
  const compiled = new Map<string, Validator>() // in order of last use
  const bounded = timeLimit(limitMs)

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

  return {
    name: 'json',
    operations: {
      'json.validate': ({ args: [schema, text, loose] }) => {
        if (typeof schema !== 'string' || typeof text !== 'string') throw invalid('JSON_NOT_TEXT', 'schema and data must be JSON in UTF-8')
        const run = () => check(schema, text, loose === true)
        const quick = schema.length * text.length <= QUICK && !SLOW.test(schema)
        const refusal = quick ? guarded(run) : bounded(() => guarded(run))
        if (!refusal) return [true]
        throw invalid('JSON_NOT_VALID', `validation failed: ${refusal.path}: ${refusal.message}`, {
          path: refusal.path,
          keyword: refusal.keyword,
        })
      },
    },
  }
}

type Refusal = { readonly path: string; readonly keyword: string; readonly message: string }

const invalid = (code: string, message: string, details?: Record<string, unknown>): WippyError =>
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

// Runs a function that V8 stops when it takes too long, in the middle of a regular expression if need be.
const timeLimit = (limitMs: number) => {
  const room: { work: unknown } = { work: null }
  const context = createContext(room)
  const script = new Script('work()')
  return <T>(work: () => T): T => {
    room.work = work
    try {
      return script.runInContext(context, { timeout: limitMs }) as T
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      throw invalid('JSON_TOO_SLOW', `validation took longer than ${limitMs} ms`)
    } finally {
      room.work = null
    }
  }
}
