// What the files say now, met with what was stored when the node ended: the entries to begin with, and what of that is new.

import { type Change, inOrder } from './change.ts'
import type { Entry } from './entry.ts'
import type { Records } from './entry-record.ts'
import type { Beginning, Clash, Files } from './history.ts'
import type { Tables } from './history-tables.ts'
import { merge, type Perhaps } from './merge.ts'

/** What the files changed in the notes about them. */
export type Note = { readonly id: string; readonly file: Entry | null; readonly same: boolean; readonly clash: boolean }

export type Met = Beginning & { readonly changes: readonly Change[]; readonly notes: readonly Note[] }

/** Reads everything that is stored, and writes nothing. */
export const meet = (tables: Tables, records: Records, { entries: fromFiles, unread }: Files): Met => {
  const left = new Map<string, Uint8Array>()
  for (const { key, value } of tables.entries.range()) left.set(key, value)
  const said = new Map<string, Uint8Array>()
  for (const { key, value } of tables.files.range()) said.set(key, value)
  const entries: Entry[] = []
  const clashes: Clash[] = []
  const changes: Change[] = []
  const notes: Note[] = []
  const one = (id: string, file: Perhaps): void => {
    const stored = left.get(id)
    const note = said.get(id)
    left.delete(id)
    said.delete(id)
    if (file && stored && !note && records.says(stored, file)) return void entries.push(file)
    const was = stored ? records.readEntry(id, stored) : null
    const before = note ? records.readEntry(id, note) : was
    const sees = !file && before?.origin && unread.has(before.origin.file) ? before : file
    const { entry, clash } = merge(sees, before, was)
    if (entry) entries.push(entry)
    if (clash) clashes.push({ id, kept: was, file: sees })
    else if (tables.clashes.has(id) && entry !== sees) clashes.push({ id, kept: was, file: sees })
    if (entry && entry !== was && !(stored && records.says(stored, entry)))
      changes.push({ kind: was ? 'entry.update' : 'entry.create', entry, before: was })
    if (!entry && was) changes.push({ kind: 'entry.delete', entry: was, before: was })
    if (entry === sees ? note : !note || !records.says(note, sees)) notes.push({ id, file: sees, same: entry === sees, clash })
  }
  for (const file of fromFiles) one(file.id, file)
  for (const id of new Set([...left.keys(), ...said.keys()])) one(id, null)
  return { entries, clashes, changes: inOrder(changes), notes }
}
