// An entry on its way to a node or from it, with the place it was written at, so that a refusal can name the line.

import { Kind, WippyError } from '../error.ts'
import { type Entry, isFields, makeEntry, type Origin, type Spot } from '../registry/entry.ts'
import type { Arguments } from './protocol.ts'

/** An entry as plain data, the places of its fields included. */
export const sent = ({ id, kind, meta, data, origin }: Entry): object => ({
  ...{ id, kind, meta, data },
  origin: origin && { ...origin, spots: [...origin.spots], sources: [...origin.sources] },
})

const isPairs = <T>(value: unknown, isOne: (value: unknown) => value is T): value is [string, T][] =>
  Array.isArray(value) && value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && isOne(pair[1]))
const isText = (value: unknown): value is string => typeof value === 'string'
const isSpot = (value: unknown): value is Spot => isFields(value) && Number.isSafeInteger(value.line) && Number.isSafeInteger(value.column)

const originOf = (value: unknown): Origin | null => {
  if (!isSpot(value)) return null
  const { line, column, file, path, base, spots, sources } = value as Spot & Arguments
  if (!isText(file) || !isText(path) || !isText(base) || !isPairs(spots, isSpot) || !isPairs(sources, isText)) return null
  const places = new Map(spots.map(([at, spot]) => [at, { line: spot.line, column: spot.column }]))
  return Object.freeze({ file, path, base, line, column, spots: places, sources: new Map(sources) })
}

/** What was sent, as an entry. Throws CONTROL_ARGUMENT, ENTRY_INVALID. */
export const received = (value: unknown): Entry => {
  if (isFields(value) && isText(value.id) && isText(value.kind)) {
    const { id, kind, meta, data, origin } = value
    return makeEntry({ id, kind, meta: isFields(meta) ? meta : {}, data, origin: originOf(origin) })
  }
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, 'an entry is a map with an id and a kind', { retryable: false })
}

/** Entries among the arguments. Throws CONTROL_ARGUMENT, ENTRY_INVALID. */
export const entriesIn = (args: Arguments, name: string): readonly Entry[] => {
  const value = args[name]
  if (Array.isArray(value)) return value.map(received)
  throw new WippyError('CONTROL_ARGUMENT', Kind.Invalid, `${name} is not a list of entries`, { retryable: false })
}
