// What a person gets to see when a chunk does not parse: one sentence, the place, the lines around it with a caret, and how to mend it.

import { Kind, WippyError } from '../error.ts'
import type { Source } from './source.ts'

const WIDTH = 120
const BEFORE = 2
const AFTER = 1

/** The error for a fault between two offsets of a source. */
export const syntaxError = (source: Source, start: number, end: number, message: string, hint?: string): WippyError => {
  const { line, column } = source.place(start)
  return new WippyError('LUA_SYNTAX', Kind.Invalid, message, {
    where: { file: source.file, line, column },
    frame: codeFrame(source, start, end),
    hint,
  })
}

/**
 * Two lines before, the line itself, a caret line, one line after:
 *
 *     2 | local function main()
 *     3 |   return 1 +
 *       |            ^
 *     4 | end
 */
export const codeFrame = (source: Source, start: number, end: number): string => {
  const { line, column } = source.place(start)
  const first = Math.max(1, line - BEFORE)
  let last = Math.min(source.lines, line + AFTER)
  if (last > line && source.lineText(last) === '') last--
  const gutter = String(last).length
  // A line may be very long (data, minified code): all shown lines are cut to one window around the fault.
  const from = column > WIDTH ? column - (WIDTH >> 1) : 1
  const cut = (text: string) => text.slice(from - 1, from - 1 + WIDTH)
  const rows: string[] = []
  for (let number = first; number <= last; number++) {
    const text = source.lineText(number)
    rows.push(`${String(number).padStart(gutter)} | ${cut(text)}`.trimEnd())
    if (number !== line) continue
    const lead = cut(text.slice(0, column - 1)).replace(/[^\t]/g, ' ')
    const length = Math.max(1, Math.min(end - start, text.length - column + 1, WIDTH - lead.length))
    rows.push(`${' '.repeat(gutter)} | ${lead}${'^'.repeat(length)}`)
  }
  return rows.join('\n')
}
