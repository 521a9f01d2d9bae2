// A workbook as rows and cells; what styles, formulas and pictures say besides is not kept.

export type Cell = string | number | boolean

export type Sheet = {
  readonly name: string
  /** Rows that have cells, and cells that have values: each with its number, from 1. */
  readonly rows: readonly (readonly [row: number, cells: readonly (readonly [column: number, value: Cell])[]])[]
}

/** As Excel has them. */
export const MOST_ROWS = 1_048_576
export const MOST_COLUMNS = 16_384

/** Column and row of "AB12"; null when that is none. */
export const placeOf = (reference: string): readonly [column: number, row: number] | null => {
  const [, letters = '', digits = ''] = /^([A-Za-z]{1,3})([1-9]\d{0,6})$/.exec(reference) ?? []
  const column = [...letters.toUpperCase()].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0)
  const row = Number(digits)
  return letters !== '' && column <= MOST_COLUMNS && row <= MOST_ROWS ? [column, row] : null
}

/** "AB12" of column and row. */
export const referenceOf = (column: number, row: number): string => {
  let letters = ''
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return `${letters}${row}`
}
