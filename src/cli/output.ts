// What commands print: tables for people, JSON for programs.

import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, type WippyError } from '../error.ts'

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

export const json = (value: unknown): string => JSON.stringify(value, null, 2)

export const print = (text: string): void => void process.stdout.write(`${text}\n`)

export const complain = (text: string): void => void process.stderr.write(`${text}\n`)

export const sayAll = (errors: readonly WippyError[], prefix = ''): void => {
  for (const error of errors) complain(prefix + describe(error))
}
