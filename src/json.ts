// Values as JSON texts, for whoever shows what msgpack carried.

import { WippyError } from './error.ts'

const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (value instanceof WippyError) return { error: value.text, kind: value.kind }
  return value instanceof Map ? [...value] : value
}

/** JSON, in lines that are indented. Bytes are `{ base64 }`, whole numbers beyond 2⁵³ texts, maps lists of pairs, errors what they say. */
export const json = (value: unknown): string => JSON.stringify(value, plain, 2)

/** The same on one line: for streams, and for values within a text. */
export const jsonLine = (value: unknown): string => JSON.stringify(value, plain)
