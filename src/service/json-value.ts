// Values as JSON, for what other programs read too. What JSON cannot say (bytes, numbers without an end, tables with other keys than texts)
// stands there as `{ "$wippy": base64 of the payload }`. A float without fraction comes back as the integer it equals.

import { decodeAll, encodeAll } from '../msgpack.ts'

const WRAPPED = '$wippy'
const WHOLE = /^-?\d{16,19}$/

class Unsayable extends Error {}

// TypeScript's library does not know these parts of V8 yet.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const { parse, rawJSON } = JSON as unknown as { parse(text: string, reviver: Reviver): unknown; rawJSON(text: string): unknown }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const sayable = (value: unknown): unknown => {
  if (typeof value === 'bigint') return rawJSON(String(value))
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Unsayable()
  if (Array.isArray(value)) return value.map(sayable)
  if (!isObject(value)) return value
  if (value instanceof Uint8Array || value instanceof Map || value instanceof Error || WRAPPED in value) throw new Unsayable()
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sayable(inner)]))
}

/** The one value of a payload as JSON. */
export const jsonOf = (payload: Uint8Array): string => {
  try {
    return JSON.stringify(sayable(decodeAll(payload)[0]))
  } catch (error) {
    if (!(error instanceof Unsayable)) throw error
    return JSON.stringify({ [WRAPPED]: Buffer.from(payload).toString('base64') })
  }
}

/** Integers of 64 bits as they are written. */
const exact: Reviver = (_, value, { source = '' }) => {
  if (typeof value !== 'number' || !WHOLE.test(source)) return value
  const whole = BigInt(source)
  return BigInt.asIntN(64, whole) === whole ? whole : value
}

/** A payload of the one value that stands there as JSON. Throws when there is none, or one that no process could read. */
export const payloadOf = (json: string): Uint8Array => {
  const value = parse(json, exact)
  const wrapped = isObject(value) ? value[WRAPPED] : undefined
  return encodeAll(typeof wrapped === 'string' ? decodeAll(Buffer.from(wrapped, 'base64')) : [value])
}
