// What an agent sends along with what it wants done: fields, each looked at before it is used. What is wrong with one is AGENT_INPUT.

import { Kind, WippyError } from '../error.ts'
import { type Entry, type Fields, isFields, makeEntry } from '../registry/entry.ts'

/** Entries, log lines, versions or records of one answer. */
export const MOST = 200
const USUAL = 50

const invalid = (message: string, hint: string): WippyError =>
  new WippyError('AGENT_INPUT', Kind.Invalid, message, { retryable: false, hint })

/** A text that must be there. */
export const textOf = (input: Fields, name: string): string => {
  const value = input[name]
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${name} is missing`, `Give ${name} as a text.`)
}

/** A list; empty when there is none. */
export const listOf = (input: Fields, name: string): readonly unknown[] => {
  const value = input[name] ?? []
  if (Array.isArray(value)) return value
  throw invalid(`${name} is no list`, `Give ${name} as a list.`)
}

/** How many of what is asked for are wanted, up to MOST. */
export const limitOf = ({ limit }: Fields): number => (typeof limit === 'number' && limit >= 1 ? Math.min(Math.floor(limit), MOST) : USUAL)

/** The entries of a change, from `entries`. */
export const entriesOf = (input: Fields): readonly Entry[] =>
  listOf(input, 'entries').map((value) => {
    if (!isFields(value) || typeof value.id !== 'string' || typeof value.kind !== 'string') {
      const hint = 'For example { "id": "app:double", "kind": "function.lua", "data": { "source": "…" } }.'
      throw invalid('an entry has an id and a kind', hint)
    }
    const { id, kind, meta, data } = value
    return makeEntry({ id, kind, meta: isFields(meta) ? meta : {}, data: data ?? {} })
  })
