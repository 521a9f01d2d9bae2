// Typed Lua in, plain Lua 5.4 out, line for line.

import type { Chunk } from './ast.ts'
import { erase } from './erase.ts'
import { type ParseOptions, parse } from './parser.ts'

/** `code` is what the machine loads; `chunk` the tree of what the user wrote, for checks. */
export type Compiled = { readonly code: string; readonly chunk: Chunk }

/** Compiles a chunk. Throws a WippyError with the place, a code frame and what was expected (see `parse`). */
export const compile = (source: string, options: ParseOptions): Compiled => {
  const chunk = parse(source, options)
  return { code: erase(chunk), chunk }
}
