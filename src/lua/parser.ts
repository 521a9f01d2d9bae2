// A chunk's text → its tree, or the first error in it.

import { Kind, WippyError } from '../error.ts'
import type { Chunk } from './ast.ts'
import { isLineEnd, Source } from './source.ts'
import { StatementParser } from './statement.ts'

const MAX_BYTES = 4 * 1024 * 1024
const ESCAPE = 27
const BYTE_ORDER_MARK = 0xfeff

export type ParseOptions = { /** The name that errors show. */ readonly file: string }

/** Parses typed Lua. Throws a WippyError: LUA_SYNTAX, LUA_BYTECODE, LUA_TOO_LARGE. */
export const parse = (text: string, options: ParseOptions): Chunk => {
  const where = { file: options.file, line: 1, column: 1 }
  if (text.charCodeAt(0) === ESCAPE) {
    throw new WippyError('LUA_BYTECODE', Kind.Invalid, 'compiled Lua is not accepted: expected source text', { where })
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_BYTES) {
    throw new WippyError('LUA_TOO_LARGE', Kind.Invalid, `the source has ${bytes} bytes: at most ${MAX_BYTES} are accepted`, { where })
  }
  const source = new Source(text, options.file)
  const prelude = preludeOf(text)
  return { source, prelude, block: new StatementParser(source, prelude).chunk() }
}

/** The length of a byte order mark and a first line that begins with `#`. */
const preludeOf = (text: string): number => {
  let at = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0
  if (text.charAt(at) === '#') while (at < text.length && !isLineEnd(text.charCodeAt(at))) at++
  return at
}
