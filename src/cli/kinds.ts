// The kinds of entries with their fields, read from their text.

import { kindsText } from './kinds-text.ts'

export type KindField = { readonly name: string; readonly otherwise: string; readonly what: string }
export type EntryKind = { readonly name: string; readonly doc: string; readonly fields: readonly KindField[] }

const kindsIn = (text: string): readonly EntryKind[] => {
  const kinds: { name: string; doc: string; fields: KindField[] }[] = []
  for (const line of text.trim().split('\n')) {
    const [, name, doc = ''] = /^kind ([\w.]+): (.*)$/.exec(line) ?? []
    const [field = '', otherwise = '', what = ''] = line.split(' | ')
    if (name) kinds.push({ name, doc, fields: [] })
    else kinds.at(-1)!.fields.push({ name: field, otherwise, what })
  }
  return kinds
}

export const entryKinds = kindsIn(kindsText)
