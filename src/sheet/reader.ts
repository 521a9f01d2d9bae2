// A workbook out of the bytes of an .xlsx file. What a formula came to is its value; what a style shows as a date is one, in the form of ISO 8601.

import { type Attributes, broken, partsOf, walk } from './parts.ts'
import { type Cell, MOST_COLUMNS, MOST_ROWS, placeOf, type Sheet } from './workbook.ts'

const MOST_CELLS = 1_000_000
const DAY_MS = 86_400_000
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)
/** Formats of dates that every workbook has (18.8.30). */
const DATES = [14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 45, 46, 47, 50, 57]

type Workbook = {
  readonly sheets: readonly { readonly name: string; readonly path: string }[]
  readonly epoch: number
}

/** How cells are to be understood. */
type Key = { readonly shared: readonly string[]; readonly dates: ReadonlySet<number>; readonly epoch: number }

const decoded = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))

const workbookOf = (parts: ReadonlyMap<string, string>): Workbook => {
  const main = parts.get('xl/workbook.xml')
  if (main === undefined) throw broken('this is no workbook')
  const targets = new Map<string, string>()
  walk(parts.get('xl/_rels/workbook.xml.rels') ?? '<none/>', {
    open: (name, { Id = '', Target = '' }) => {
      if (name === 'Relationship') targets.set(Id, Target.startsWith('/') ? Target.slice(1) : `xl/${Target}`)
    },
  })
  const sheets: { name: string; path: string }[] = []
  let epoch = EPOCH_1900
  walk(main, {
    open: (name, attributes) => {
      if (name === 'workbookPr' && ['1', 'true'].includes(attributes.date1904 ?? '')) epoch = EPOCH_1904
      const id = Object.entries(attributes).find(([key]) => /(?:^|:)id$/.test(key))?.[1] ?? ''
      if (name === 'sheet') sheets.push({ name: attributes.name ?? '', path: targets.get(id) ?? '' })
    },
  })
  return { sheets, epoch }
}

/** Texts that cells share; what says how they are spoken is none. */
const sharedOf = (xml: string): string[] => {
  const shared: string[] = []
  let isText = false
  let phonetics = 0
  walk(xml, {
    open: (name) => {
      if (name === 'si') shared.push('')
      if (name === 'rPh') phonetics++
      isText = name === 't' && phonetics === 0
    },
    close: (name) => {
      if (name === 'rPh') phonetics--
      if (name === 't') isText = false
    },
    text: (text) => {
      if (isText && shared.length > 0) shared[shared.length - 1] += text
    },
  })
  return shared.map(decoded)
}

const isDate = (code: string): boolean => /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, ''))

/** Numbers of styles that show dates. */
const datesOf = (xml: string): ReadonlySet<number> => {
  const codes = new Set(DATES)
  const dates = new Set<number>()
  let isIn = false
  let number = 0
  walk(xml, {
    open: (name, { numFmtId = '0', formatCode = '' }) => {
      if (name === 'cellXfs') isIn = true
      if (name === 'numFmt' && isDate(formatCode)) codes.add(Number(numFmtId))
      if (name === 'xf' && isIn && codes.has(Number(numFmtId))) dates.add(number)
      if (name === 'xf' && isIn) number++
    },
    close: (name) => {
      if (name === 'cellXfs') isIn = false
    },
  })
  return dates
}

const dateOf = (serial: number, epoch: number): Cell => {
  const days = epoch === EPOCH_1900 && serial < 60 ? serial + 1 : serial // 1900 had a 29 February, for Lotus
  const ms = Math.round((serial < 1 ? serial : days) * DAY_MS)
  const date = new Date(epoch + ms)
  if (Number.isNaN(date.getTime())) return serial
  const [day = '', time = ''] = date.toISOString().replace('Z', '').replace('.000', '').split('T')
  if (serial >= 0 && serial < 1) return time
  return ms % DAY_MS === 0 ? day : `${day} ${time}`
}

const cellOf = ({ t: type = 'n', s: style = '0' }: Attributes, said: string, { shared, dates, epoch }: Key): Cell => {
  if (type === 's') return shared[Number(said)] ?? ''
  if (type === 'b') return said.trim() === '1'
  if (type !== 'n') return decoded(said)
  const number = Number(said)
  if (Number.isNaN(number) || said === '') return said
  return dates.has(Number(style)) ? dateOf(number, epoch) : number
}

const rowsOf = (xml: string, key: Key, count: () => void): Sheet['rows'] => {
  const rows = new Map<number, [number, Cell][]>()
  let [row, column] = [0, 0]
  let attributes: Attributes = {}
  let said: string | null = null
  let isValue = false
  walk(xml, {
    open: (name, given) => {
      if (name === 'row') [row, column] = [Number(given.r) || row + 1, 0]
      if (name === 'c') {
        const place = placeOf(given.r ?? '')
        ;[column, row] = place ?? [column + 1, row]
        attributes = given
        said = null
      }
      isValue = name === 'v' || name === 't'
      if (isValue) said ??= ''
    },
    text: (text) => {
      if (isValue) said += text
    },
    close: (name) => {
      if (name === 'v' || name === 't') isValue = false
      if (name !== 'c' || said === null) return
      count()
      if (!(row >= 1 && row <= MOST_ROWS && column <= MOST_COLUMNS)) throw broken('a cell lies beyond the last one')
      const cells = rows.get(row) ?? []
      cells.push([column, cellOf(attributes, said, key)])
      rows.set(row, cells)
    },
  })
  return [...rows].sort(([a], [b]) => a - b)
}

/** Throws EXCEL_FILE. */
export const readWorkbook = (bytes: Uint8Array): Sheet[] => {
  const parts = partsOf(bytes)
  const { sheets, epoch } = workbookOf(parts)
  const shared = sharedOf(parts.get('xl/sharedStrings.xml') ?? '<none/>')
  const key = { shared, dates: datesOf(parts.get('xl/styles.xml') ?? '<none/>'), epoch }
  let cells = 0
  const count = (): void => {
    if (++cells > MOST_CELLS) throw broken(`the workbook has more than ${MOST_CELLS} cells`)
  }
  return sheets.map(({ name, path }) => ({ name, rows: rowsOf(parts.get(path) ?? '<none/>', key, count) }))
}
