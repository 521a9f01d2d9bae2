// Values of parameters and columns. A bigint is an integer, a number a float: so nobody takes 1 for 1.0.
//
// From Lua they come as a list and a text of as many letters, because msgpack alone does not say what was meant:
//   i integer · f float · s text · x binary · b boolean · z null

import { Kind, WippyError } from '../error.ts'

export type Value = null | boolean | bigint | number | string | Uint8Array

const MOST = 65_535 // parameters of one statement, as PostgreSQL counts them

const invalid = (message: string, hint?: string): WippyError =>
  new WippyError('SQL_PARAMETER', Kind.Invalid, message, { retryable: false, hint })

const read = (letter: string, value: unknown, position: number): Value => {
  const isText = typeof value === 'string' || value instanceof Uint8Array
  if (letter === 'z') return null
  if (letter === 'b' && typeof value === 'boolean') return value
  if (letter === 'i' && (typeof value === 'bigint' || Number.isInteger(value))) return BigInt(value as bigint | number)
  if (letter === 'f' && (typeof value === 'bigint' || typeof value === 'number')) return Number(value)
  if (letter === 's' && isText) return value
  if (letter === 'x' && isText) return Buffer.from(value as string)
  throw invalid(`parameter ${position} is malformed`)
}

/** Parameters as a process sent them. Text that is not UTF-8 is taken as the bytes it is. */
export const readValues = (letters: unknown, list: unknown): Value[] => {
  if (letters === undefined || letters === null || letters === '') return []
  if (typeof letters !== 'string' || !Array.isArray(list) || list.length !== letters.length) throw invalid('parameters are malformed')
  if (list.length > MOST)
    throw invalid(`${list.length} parameters are too many: at most ${MOST} are possible`, 'Insert fewer rows at once.')
  return list.map((value, at) => read(letters[at]!, value, at + 1))
}
