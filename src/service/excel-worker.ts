// The thread of `excel`: bytes of a file to those of what Lua gets, and back.

import { Kind, WippyError } from '../error.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { readWorkbook } from '../sheet/reader.ts'
import { type Cell, MOST_COLUMNS, MOST_ROWS, type Sheet } from '../sheet/workbook.ts'
import { writeWorkbook } from '../sheet/writer.ts'
import { doJobs } from './thread-program.ts'

/** Bytes of a file, or a list of sheets as Lua writes it: `{ name, { row, column, value, column, value, … }, … }` each. */
export type ExcelAsk = { readonly verb: 'read' | 'write'; readonly bytes: Uint8Array }

const invalid = (message: string): WippyError => new WippyError('EXCEL_ARGUMENT', Kind.Invalid, message, { retryable: false })

const numberIn = (value: unknown, most: number): number => {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return value as number
  throw invalid('rows and columns are numbers from 1')
}

const cellIn = (value: unknown): Cell => {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'bigint' || typeof value === 'number') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  throw invalid('a value is text, a number or a boolean')
}

const sheetIn = (value: unknown): Sheet => {
  if (!Array.isArray(value) || typeof value[0] !== 'string') throw invalid('a sheet has a name')
  const [name, ...rows] = value as [string, ...unknown[]]
  return {
    name,
    rows: rows.map((row) => {
      if (!Array.isArray(row)) throw invalid('a row is a list')
      const cells = Array.from(
        { length: (row.length - 1) / 2 },
        (_, at) => [numberIn(row[1 + at * 2], MOST_COLUMNS), cellIn(row[2 + at * 2])] as const,
      )
      return [numberIn(row[0], MOST_ROWS), cells]
    }),
  }
}

doJobs(({ verb, bytes }: ExcelAsk): Uint8Array => {
  if (verb === 'read')
    return encodeAll([readWorkbook(bytes).map(({ name, rows }) => [name, ...rows.map(([row, cells]) => [row, ...cells.flat()])])])
  const [sheets] = decodeAll(bytes)
  return writeWorkbook(Array.isArray(sheets) ? sheets.map(sheetIn) : [])
})
