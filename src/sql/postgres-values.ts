// Values between PostgreSQL's text and ours. What has no exact counterpart (numeric, json, arrays, intervals) stays the text it is.

import { timestampOf } from './timestamp.ts'
import type { Value } from './value.ts'

type Parse = (text: string) => Value

const toInteger: Parse = (text) => BigInt(text)
const toFloat: Parse = (text) => Number(text === '-Infinity' ? Number.NEGATIVE_INFINITY : text)
const toBoolean: Parse = (text) => text === 't'
const toBytes: Parse = (text) => (text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : fromEscaped(text))
const same: Parse = (text) => text

/** The older form of bytea: backslashes doubled, other bytes as three octal digits. */
const fromEscaped = (text: string): Buffer =>
  Buffer.from(
    text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) => (code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)))),
    'latin1',
  )

/** By the number of the type, as pg_type has them. */
const parsers: Readonly<Record<number, Parse>> = {
  16: toBoolean,
  17: toBytes,
  20: toInteger,
  21: toInteger,
  23: toInteger,
  26: toInteger,
  700: toFloat,
  701: toFloat,
  1082: timestampOf,
  1114: timestampOf,
  1184: timestampOf,
}

/** What pg asks for the parser of a column. */
export const types = { getTypeParser: (oid: number) => parsers[oid] ?? same }

/** What pg is given for a parameter. */
export const parameter = (value: Value): unknown => {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}
