// Values put over entries from outside: `-o app:gateway:addr=:9090`, or the `override` section of a config.

import { Kind, type Where, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { type Entry, makeEntry, parseId } from './entry.ts'
import { setAt, splitPath } from './path.ts'

export type Override = {
  readonly id: string
  /** `kind`, `meta.x`, `data.x`, or `x` for data. */
  readonly path: string
  readonly value: unknown
  /** Where it was asked for. */
  readonly where?: Where | undefined
}

/** What a value given as text is meant to be: true/false, a number, else the text. */
export const coerce = (text: string): unknown => {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && (text.includes('.') || Number.isSafeInteger(number)) ? number : text
}

/** `namespace:entry:path` with a value that has its type already. Throws OVERRIDE_INVALID. */
export const overrideOf = (key: string, value: unknown, where?: Where): Override => {
  const { ns, name: rest } = parseId(key)
  const { ns: name, name: path } = parseId(rest)
  if (ns === '' || name === '' || path === '' || (path !== 'kind' && splitPath(path) === null)) {
    const hint = 'Write namespace:entry:path=value, for example app:gateway:addr=:9090.'
    throw new WippyError('OVERRIDE_INVALID', Kind.Invalid, `"${key}" does not name a field of an entry`, { where, hint })
  }
  return { id: `${ns}:${name}`, path, value, where }
}

/** Reads `namespace:entry:path=value`. Throws OVERRIDE_INVALID. */
export const parseOverride = (text: string): Override => {
  const equals = text.indexOf('=')
  if (equals < 0) {
    const hint = 'Write namespace:entry:path=value, for example app:gateway:addr=:9090.'
    throw new WippyError('OVERRIDE_INVALID', Kind.Invalid, `"${text}" puts no value over a field: it has no =`, { hint })
  }
  return overrideOf(text.slice(0, equals).trim(), coerce(text.slice(equals + 1)))
}

const put = (entry: Entry, { path, value, where }: Override): Entry => {
  if (path !== 'kind') return setAt(entry, splitPath(path)!, value)
  if (typeof value === 'string' && value.trim() !== '') return makeEntry({ ...entry, kind: value.trim() })
  throw new WippyError('OVERRIDE_INVALID', Kind.Invalid, `the kind of "${entry.id}" cannot become ${JSON.stringify(value)}`, {
    where,
    hint: 'A kind is text.',
  })
}

/** Puts overrides over entries, in order. One that cannot be applied is a problem; the others are. */
export const applyOverrides = (
  entries: readonly Entry[],
  overrides: readonly Override[],
): { readonly entries: readonly Entry[]; readonly problems: readonly WippyError[] } => {
  const all = new Map(entries.map((entry) => [entry.id, entry]))
  const problems: WippyError[] = []
  for (const override of overrides) {
    const entry = all.get(override.id)
    try {
      if (!entry) {
        const hint = didYouMean(override.id, all.keys(), 'Only entries that exist can be overridden.')
        throw new WippyError('OVERRIDE_NO_ENTRY', Kind.NotFound, `the override of "${override.id}:${override.path}" finds no entry`, {
          where: override.where,
          hint,
        })
      }
      all.set(entry.id, put(entry, override))
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
      problems.push(error)
    }
  }
  return { entries: [...all.values()], problems }
}
