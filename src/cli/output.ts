// What commands print: tables for people, JSON for programs.

import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, type WippyError } from '../error.ts'
import { json } from '../json.ts'
import { standardError } from './outlets.ts'
import { hushProgress } from './progress.ts'

export { json, jsonLine } from '../json.ts'

const width = (text: string): number => stripVTControlCharacters(text).length

/** Rows in columns of equal width, two spaces apart, no space at line ends. `head` is dim where there are colours. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const all = [head.map((title) => styleText('dim', title)), ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A difference line by line, with colours where there are some. */
export const coloured = (difference: string): string =>
  difference
    .split('\n')
    .map((line) => (/^\+/.test(line) ? styleText('green', line) : /^-/.test(line) ? styleText('red', line) : line))
    .join('\n')

// Control characters, line separators, and the marks that turn the direction of text.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** Text that somebody else wrote, so that it cannot move the cursor or make lines. */
export const visible = (text: string): string => text.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

type Told = Pick<WippyError, 'code' | 'message'> & Partial<WippyError>

const plainError = ({ code, message, hint, where }: Told): object => ({ code, message, hint, where })

/** An error for programs, with `more` of them when there are several. */
export const errorJson = (...errors: readonly Told[]): string => {
  const [first, ...more] = errors.map(plainError)
  return json({ $type: 'error', v: 1, ...first, ...(more.length > 0 && { more }) })
}

/** A word as a shell takes it. */
export const quoted = (word: string): string => (/^[\w./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** `1 entry`, `2 entries`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Text of at most `widest` characters. */
export const shortened = (text: string, widest: number): string => (text.length <= widest ? text : `${text.slice(0, widest - 1)}…`)

/** What of a text fits on a screen: lines that are too long are cut, and lose their colours; lines that are too many are left out. */
export const fitted = (text: string, { columns, rows }: { readonly columns: number; readonly rows: number }): string =>
  text
    .split('\n')
    .slice(0, rows)
    .map((line) => (width(line) <= columns ? line : shortened(stripVTControlCharacters(line), columns)))
    .join('\n')

export const print = (text: string): void => {
  hushProgress()
  process.stdout.write(`${text}\n`)
}

export const complain = (text: string): void => {
  hushProgress()
  standardError().write(`${text}\n`)
}

export const sayAll = (errors: readonly WippyError[], prefix = ''): void => {
  for (const error of errors) complain(prefix + describe(error))
}
