// Errors about an entry that point at the line it was written on.

import { readFileSync } from 'node:fs'
import { type Kind, WippyError } from '../error.ts'
import { codeFrame } from './document.ts'
import { type Entry, whereOf } from './entry.ts'

const frameOf = (entry: Entry, line: number | undefined, column: number | undefined): string | undefined => {
  if (!entry.origin || line === undefined || column === undefined) return undefined
  try {
    return codeFrame(readFileSync(entry.origin.path, 'utf8'), { line, column })
  } catch {
    return undefined
  }
}

type Fault = { readonly code: string; readonly kind: Kind; readonly message: string; readonly hint: string }

/** An error at a path of an entry (`data.imports.x`; empty: the entry itself), with its place and, when the file is still there, a code frame. */
export const blame = (entry: Entry, path: string, { code, kind, message, hint }: Fault): WippyError => {
  const where = whereOf(entry, path)
  return new WippyError(code, kind, message, { where, hint, frame: frameOf(entry, where.line, where.column) })
}
