// What an entry is when the node starts: the files may have changed while it was away, and somebody may have changed the entry before.
//
//   the file says what it said        the entry stays as it was left
//   only the file changed             the file's
//   both say the same by now          that
//   both changed                      the entry stays as it was left, and that is a clash: both are kept, people are told

import { same } from './change.ts'
import type { Entry } from './entry.ts'

/** An entry, or that there is none. */
export type Perhaps = Entry | null

const agree = (a: Perhaps, b: Perhaps): boolean => a === b || (a !== null && b !== null && same(a, b))

/** `file`: what the file says now; `said`: what it said before; `left`: the entry as it was left. */
export const merge = (file: Perhaps, said: Perhaps, left: Perhaps): { readonly entry: Perhaps; readonly clash: boolean } => {
  if (agree(left, file)) return { entry: file, clash: false }
  if (agree(file, said)) return { entry: left, clash: false }
  return agree(left, said) ? { entry: file, clash: false } : { entry: left, clash: true }
}
