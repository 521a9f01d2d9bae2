// Values as bytes: how host and guest understand each other (messages, arguments, results, errors).
//
// Encoding is msgpackr's, after `shape` has turned a value into what msgpackr cannot misread: no prototypes, no toJSON, no cycles.
// Whole numbers become integers, others float64; strings become str, Uint8Array bin; undefined is nil, and absent as a map's value.
// Decoding is in msgpack-reader.ts, because bytes from a process are read by nobody else's code.

import { addExtension, Packr } from 'msgpackr/pack'
import { Kind, WippyError } from './error.ts'
import { ERROR_EXTENSION, MAX_DEPTH, MAX_ELEMENTS } from './msgpack-reader.ts'

export { concatAll, decode, decodeAll, decodeArguments, lastWords, split } from './msgpack-reader.ts'

/** Forces a float: `new Float(1)` arrives in Lua as 1.0, the number 1 as the integer 1. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** Bytes that stand in the output as they are. */
class Raw {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

// What msgpackr gives to `pack` beyond its types: room in its own buffer. An extension proper would get a header.
type Room = (size: number) => { readonly target: Uint8Array; readonly position: number }
const splice = (raw: Raw, room: Room): void => {
  const { target, position } = room(raw.bytes.length)
  target.set(raw.bytes, position)
}
// Nothing is ever written with this type; msgpackr only wants a number.
addExtension({ Class: Raw, type: 0x7f, pack: splice as unknown as (raw: Raw) => Buffer, unpack: () => null })

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, useToJSON: false } as ConstructorParameters<typeof Packr>[0])

/** One value as msgpack. Fails with MSGPACK_UNENCODABLE for functions, symbols, class instances, cycles and integers beyond 64 bits. */
export const encode = (value: unknown): Uint8Array => packr.pack(shape(value, { left: MAX_ELEMENTS }, 0))

/** Several values as one msgpack array: the form of every payload. */
export const encodeAll = (values: readonly unknown[]): Uint8Array => encode(values)

/** A failed reply: an array of one error. Details that cannot be encoded are left out, so that this never fails. */
export const encodeFailure = (error: WippyError): Uint8Array => encodeAll([error])

/** The end of a process as its watchers see it: `[value, error]`, one of them nil. */
export const encodeEnd = (value: unknown, error: WippyError | null): Uint8Array => encodeAll([value, error])

const unencodable = (what: string): WippyError => new WippyError('MSGPACK_UNENCODABLE', Kind.Invalid, `${what} cannot be sent to a process`)

type Budget = { left: number }

const shape = (value: unknown, budget: Budget, depth: number): unknown => {
  if (--budget.left < 0) throw unencodable(`a value of more than ${MAX_ELEMENTS} elements`)
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? value : value.toWellFormed()
    case 'number':
      return shapeNumber(value)
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw unencodable('an integer of more than 64 bits')
      return Number.isSafeInteger(Number(value)) ? shapeNumber(Number(value)) : value
    case 'boolean':
      return value
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : shapeObject(value, budget, depth)
    default:
      throw unencodable(`a ${typeof value}`)
  }
}

// msgpackr writes whole numbers beyond 32 bits, and -0, as something else than they are.
const shapeNumber = (value: number): unknown => {
  if (value === 0) return Object.is(value, -0) ? float(value) : 0
  return Number.isSafeInteger(value) && (value > 0xffffffff || value < -0x80000000) ? BigInt(value) : value
}

const shapeObject = (value: object, budget: Budget, depth: number): unknown => {
  if (value instanceof Uint8Array) return value
  if (value instanceof Float) return float(value.value)
  if (depth >= MAX_DEPTH) throw unencodable(`a value that contains itself, or is nested deeper than ${MAX_DEPTH},`)
  if (Array.isArray(value)) {
    const array: unknown[] = []
    for (let i = 0; i < value.length; i++) array.push(shape(value[i], budget, depth + 1))
    return array
  }
  if (value instanceof WippyError) return errorExtension(value, budget, depth + 1)
  const map = new Map<unknown, unknown>()
  if (value instanceof Map) {
    for (const [key, item] of value) map.set(shape(key, budget, depth + 1), shape(item, budget, depth + 1))
    return map
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    throw unencodable(`an instance of ${prototype.constructor?.name ?? 'a class'}`)
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key]
    if (item !== undefined) map.set(shape(key, budget, depth + 1), shape(item, budget, depth + 1))
  }
  return map
}

const float = (value: number): Raw => {
  const bytes = new Uint8Array(9)
  bytes[0] = 0xcb
  new DataView(bytes.buffer).setFloat64(1, value)
  return new Raw(bytes)
}

// Always with the long header (0xc9): the one form that guests need to read.
const errorExtension = (error: WippyError, budget: Budget, depth: number): Raw => {
  const body = errorBody(error, budget, depth)
  const bytes = new Uint8Array(6 + body.length)
  bytes[0] = 0xc9
  new DataView(bytes.buffer).setUint32(1, body.length)
  bytes[5] = ERROR_EXTENSION
  bytes.set(body, 6)
  return new Raw(bytes)
}

const errorBody = (error: WippyError, budget: Budget, depth: number): Uint8Array => {
  const pack = (details: unknown, left: Budget): Uint8Array =>
    packr.pack(shape([error.kind, error.message, error.retryable, details, error.contexts, error.frame], left, depth))
  try {
    return pack(error.details, budget)
  } catch {
    return pack(undefined, { left: MAX_ELEMENTS })
  }
}
