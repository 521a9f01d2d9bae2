// Values as Lua expressions that stand for themselves, whatever is in them: text can end no literal and begin no code.

import { Buffer } from 'node:buffer'
import { Kind, WippyError } from '../error.ts'

const PLAIN = /[\w .,:;/@!?*+=()[\]{}<>|&%$#^~-]/
const MAX_DEPTH = 64

const text = (bytes: Uint8Array): string => {
  let out = '"'
  for (const byte of bytes) {
    const char = String.fromCharCode(byte)
    out += PLAIN.test(char) ? char : `\\${String(byte).padStart(3, '0')}`
  }
  return `${out}"`
}

const number = (value: number): string => {
  if (Number.isNaN(value)) return '(0/0)'
  if (!Number.isFinite(value)) return value > 0 ? '(1/0)' : '(-1/0)'
  return Object.is(value, -0) ? '(-0.0)' : `(${value})`
}

/** In: `{ a: [1, 'x'] }`. Out: `{["a"]={(1),"x"}}`. Throws LITERAL_INVALID. */
export const literal = (value: unknown, depth = 0): string => {
  if (depth > MAX_DEPTH) throw new WippyError('LITERAL_INVALID', Kind.Invalid, `a value nested deeper than ${MAX_DEPTH}`)
  if (value === null || value === undefined) return 'nil'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return number(value)
  if (typeof value === 'bigint') return `(${value})`
  if (typeof value === 'string') return text(Buffer.from(value))
  if (value instanceof Uint8Array) return text(value)
  if (Array.isArray(value)) return `{${value.map((item) => literal(item, depth + 1)).join(',')}}`
  if (typeof value === 'object' && !(value instanceof Error)) {
    const pairs = value instanceof Map ? [...value] : Object.entries(value)
    return `{${pairs.map(([key, item]) => `[${literal(key, depth + 1)}]=${literal(item, depth + 1)}`).join(',')}}`
  }
  throw new WippyError('LITERAL_INVALID', Kind.Invalid, 'a value that is no data')
}
