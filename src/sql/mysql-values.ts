// Values between MySQL's protocol and ours. What has no exact counterpart (decimals, times of day, JSON, shapes) is text.

import mysql, { type ExecuteValues } from 'mysql2'
import { timestampOf } from './timestamp.ts'
import type { Value } from './value.ts'

/** Columns by their type, as the protocol numbers them. */
const INTEGERS = new Set([1, 2, 3, 8, 9, 13])
const TIMES = new Set([7, 10, 12, 14])
const BIT = 16

/** A column of a result, as much as is needed of it. */
export type Column = { readonly name: string; readonly columnType?: number | undefined }

/** The value of a column as the client reads it. Whole numbers beyond 64 bits with a sign are text. */
export const columnValue = (value: unknown, { columnType = -1 }: Column): Value => {
  if (value === null || value === undefined) return null
  if (INTEGERS.has(columnType)) {
    const whole = BigInt(value as string | number)
    return BigInt.asIntN(64, whole) === whole ? whole : String(whole)
  }
  if (TIMES.has(columnType) && typeof value === 'string') return timestampOf(value)
  if (columnType === BIT && value instanceof Uint8Array) return BigInt(`0x${Buffer.from(value).toString('hex')}`)
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array) return value
  return JSON.stringify(value)
}

/** What the client is given for a parameter. */
export const parameterOf = (value: Value): ExecuteValues => {
  if (typeof value === 'bigint') return mysql.TypedParameter.BIGINT(value)
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}
