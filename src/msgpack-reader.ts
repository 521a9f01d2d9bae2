// Bytes from a process as values. Strict, because a process may own every byte it sends:
// M1 no read past `end`; M2 a length is believed only when that many bytes are left; M3 depth ≤ 128, elements ≤ 1,000,000;
// M4 the only extension is 1, an error; M5 keys are data: an object made here inherits nothing, `__proto__` is a key like any other.
//
// Strings that are not UTF-8 become Uint8Array; integers beyond 2^53 become bigint; a float without fraction becomes a plain number.
// A map whose keys are all strings becomes an object, any other a Map.

import { Buffer, isUtf8 } from 'node:buffer'
import { Kind, WippyError } from './error.ts'

export const MAX_DEPTH = 128
export const MAX_ELEMENTS = 1_000_000
/** Of the arguments of one ask: the host reads them for a process, and nobody else runs meanwhile. */
const ASK_ELEMENTS = 100_000
export const ERROR_EXTENSION = 1

// V8 hashes the numbers in a Map without a secret: chosen keys would make a large one quadratic. Strings are hashed with one.
const MAX_MIXED_KEYS = 16_384
const SHORT_TEXT = 24 // bytes up to which a loop beats the decoder

/** The one value in `bytes[start, end)`. Anything else than exactly one well-formed value is MSGPACK_MALFORMED. */
export const decode = (bytes: Uint8Array, start = 0, end = bytes.length): unknown => {
  const reader = new Reader(bytes, start, Math.min(end, bytes.length))
  const value = reader.value(0)
  reader.finish()
  return value
}

/** The values of a msgpack array: the form of every payload. */
export const decodeAll = (bytes: Uint8Array, start = 0, end = bytes.length): unknown[] => {
  const value = decode(bytes, start, end)
  if (!Array.isArray(value)) throw malformed('an array of values was expected', start)
  return value
}

/** What a process ended with: `[value, error]`. These are its own bytes, and nobody can ask again: what cannot be read is nothing. */
export const lastWords = (bytes: Uint8Array): readonly unknown[] => {
  try {
    return decodeAll(bytes)
  } catch {
    return []
  }
}

/** The arguments of an ask, as `decodeAll`, but at most ASK_ELEMENTS in all. */
export const decodeArguments = (bytes: Uint8Array): unknown[] => {
  const reader = new Reader(bytes, 0, bytes.length, ASK_ELEMENTS)
  const value = reader.value(0)
  reader.finish()
  if (!Array.isArray(value)) throw malformed('an array of values was expected', 0)
  return value
}

/** The first `count` arguments of an ask, and the others as a payload of their own, unread. */
export const split = (bytes: Uint8Array, count: number): { readonly head: unknown[]; readonly rest: Uint8Array } => {
  const reader = new Reader(bytes, 0, bytes.length, ASK_ELEMENTS)
  const size = reader.arrayHead()
  const head: unknown[] = []
  while (head.length < Math.min(count, size)) head.push(reader.value(1))
  const left = size - head.length
  const tail = reader.position
  const start = left < 16 ? 1 : 3
  const rest = new Uint8Array(start + bytes.length - tail)
  if (left < 16) rest[0] = 0x90 | left
  else {
    rest[0] = 0xdc
    rest[1] = left >> 8
    rest[2] = left & 0xff
  }
  if (bytes.length > tail) rest.set(bytes.subarray(tail), start)
  return { head, rest }
}

/** Several payloads as one: the values of each, in order, unread. At most 65,535 values. */
export const concatAll = (payloads: readonly Uint8Array[]): Uint8Array => {
  let count = 0
  const parts = payloads.map((bytes) => {
    const reader = new Reader(bytes, 0, bytes.length)
    count += reader.arrayHead()
    return bytes.subarray(reader.position)
  })
  return Buffer.concat([Uint8Array.of(0xdc, count >> 8, count & 0xff), ...parts])
}

const malformed = (what: string, at: number): WippyError =>
  new WippyError('MSGPACK_MALFORMED', Kind.Invalid, `malformed message: ${what} (byte ${at})`, { retryable: false })

/**
 * A map with string keys. Its prototype holds nothing that has a name, so every key is an own key; cheaper by far than Object.create(null).
 * Whoever takes one for a text or a number gets a text, and no TypeError.
 */
class Dictionary {
  [key: string]: unknown
  [Symbol.toPrimitive](): string {
    return 'a table'
  }
}
delete (Dictionary.prototype as { constructor?: unknown }).constructor
Object.freeze(Object.setPrototypeOf(Dictionary.prototype, null))

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

class Reader {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #most: number
  #at: number
  #left: number
  #view: DataView | null = null

  constructor(bytes: Uint8Array, start: number, end: number, most = MAX_ELEMENTS) {
    this.#most = most
    this.#left = most
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get position(): number {
    return this.#at
  }

  /** The length of the array that begins here. */
  arrayHead(): number {
    const head = this.#unsigned(1)
    const size = (head & 0xf0) === 0x90 ? head & 15 : head === 0xdc ? this.#unsigned(2) : -1
    if (size < 0 || size > this.#end - this.#at) throw malformed('an array of values was expected', 0)
    return size
  }

  finish(): void {
    if (this.#at !== this.#end) throw malformed('bytes after the value', this.#at)
  }

  value(depth: number): unknown {
    const head = this.#unsigned(1)
    if (head < 0x80) return head
    if (head < 0x90) return this.#map(head & 15, depth)
    if (head < 0xa0) return this.#array(head & 15, depth)
    if (head < 0xc0) return this.#text(head & 31)
    if (head >= 0xe0) return head - 256
    // biome-ignore format: the table of the format
    switch (head) {
      case 0xc0: return null
      case 0xc2: return false
      case 0xc3: return true
      case 0xc4: return this.#binary(this.#unsigned(1))
      case 0xc5: return this.#binary(this.#unsigned(2))
      case 0xc6: return this.#binary(this.#unsigned(4))
      case 0xc7: return this.#extension(this.#unsigned(1), depth)
      case 0xc8: return this.#extension(this.#unsigned(2), depth)
      case 0xc9: return this.#extension(this.#unsigned(4), depth)
      case 0xca: return this.#number(4, (view, at) => view.getFloat32(at))
      case 0xcb: return this.#number(8, (view, at) => view.getFloat64(at))
      case 0xcc: return this.#unsigned(1)
      case 0xcd: return this.#unsigned(2)
      case 0xce: return this.#unsigned(4)
      case 0xcf: return integer(this.#number(8, (view, at) => view.getBigUint64(at)))
      case 0xd0: return this.#number(1, (view, at) => view.getInt8(at))
      case 0xd1: return this.#number(2, (view, at) => view.getInt16(at))
      case 0xd2: return this.#number(4, (view, at) => view.getInt32(at))
      case 0xd3: return integer(this.#number(8, (view, at) => view.getBigInt64(at)))
      case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: return this.#extension(1 << (head - 0xd4), depth)
      case 0xd9: return this.#text(this.#unsigned(1))
      case 0xda: return this.#text(this.#unsigned(2))
      case 0xdb: return this.#text(this.#unsigned(4))
      case 0xdc: return this.#array(this.#unsigned(2), depth)
      case 0xdd: return this.#array(this.#unsigned(4), depth)
      case 0xde: return this.#map(this.#unsigned(2), depth)
      case 0xdf: return this.#map(this.#unsigned(4), depth)
      default: throw malformed('byte 0xc1', this.#at - 1)
    }
  }

  /** Moves over `size` bytes and says where they began. */
  #take(size: number): number {
    const at = this.#at
    if (size > this.#end - at) throw malformed('it ends too early', at)
    this.#at = at + size
    return at
  }

  #unsigned(size: 1 | 2 | 4): number {
    let at = this.#take(size)
    let value = 0
    for (const end = at + size; at < end; at++) value = value * 256 + this.#bytes[at]!
    return value
  }

  #number<T>(size: number, read: (view: DataView, at: number) => T): T {
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    return read(this.#view, this.#take(size))
  }

  #binary(size: number): Uint8Array {
    const at = this.#take(size)
    return Uint8Array.prototype.slice.call(this.#bytes, at, at + size)
  }

  #text(size: number): string | Uint8Array {
    const at = this.#take(size)
    if (size <= SHORT_TEXT) {
      let text = ''
      let next = at
      for (const end = at + size; next < end && this.#bytes[next]! < 0x80; next++) text += String.fromCharCode(this.#bytes[next]!)
      if (next === at + size) return text
    }
    const part = this.#bytes.subarray(at, at + size)
    return isUtf8(part) ? utf8.decode(part) : Uint8Array.prototype.slice.call(part)
  }

  // Every element takes a byte at least: what cannot be there is refused before anything is made for it.
  #enter(elements: number, depth: number): void {
    if (depth >= MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH}`, this.#at)
    if (elements > this.#end - this.#at) throw malformed('more elements than bytes', this.#at)
    this.#left -= elements
    if (this.#left < 0) throw malformed(`more than ${this.#most} elements`, this.#at)
  }

  #array(size: number, depth: number): unknown[] {
    this.#enter(size, depth)
    const array: unknown[] = []
    for (let i = 0; i < size; i++) array.push(this.value(depth + 1))
    return array
  }

  #map(size: number, depth: number): Dictionary | Map<unknown, unknown> {
    this.#enter(size * 2, depth)
    const dictionary = new Dictionary()
    for (let i = 0; i < size; i++) {
      const key = this.value(depth + 1)
      if (typeof key !== 'string') return this.#mixedMap(new Map(Object.entries(dictionary)), key, size - i, depth)
      dictionary[key] = this.value(depth + 1)
    }
    return dictionary
  }

  #mixedMap(map: Map<unknown, unknown>, first: unknown, left: number, depth: number): Map<unknown, unknown> {
    if (map.size + left > MAX_MIXED_KEYS) throw malformed(`more than ${MAX_MIXED_KEYS} keys that are not all strings`, this.#at)
    map.set(first, this.value(depth + 1))
    for (let i = 1; i < left; i++) map.set(this.value(depth + 1), this.value(depth + 1))
    return map
  }

  #extension(size: number, depth: number): WippyError {
    const type = this.#unsigned(1)
    if (type !== ERROR_EXTENSION) throw malformed(`extension ${type}`, this.#at - 1)
    const at = this.#take(size)
    this.#at = at
    this.#enter(1, depth)
    const body = this.value(depth + 1)
    if (this.#at !== at + size) throw malformed('an error of the wrong length', at)
    return toError(body, at)
  }
}

const integer = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value)

const kinds: ReadonlySet<unknown> = new Set(Object.values(Kind))
const textOf = (value: unknown): string | undefined =>
  value instanceof Uint8Array ? utf8.decode(value) : typeof value === 'string' ? value : undefined

// [kind, message, retryable, details, contexts, stack]; an empty Lua table may arrive as an empty map or an empty array.
const toError = (body: unknown, at: number): WippyError => {
  const [kind, message, retryable, details, contexts, stack] = Array.isArray(body) ? body : []
  const text = textOf(message)
  if (text === undefined || typeof kind !== 'string') throw malformed('an error without kind or message', at)
  return new WippyError('LUA_ERROR', kinds.has(kind) ? (kind as Kind) : Kind.Unknown, text, {
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    details: isTable(details) ? (details as Record<string, unknown>) : undefined,
    contexts: Array.isArray(contexts) ? contexts.map((context) => textOf(context) ?? '') : [],
    frame: textOf(stack),
  })
}

const isTable = (value: unknown): boolean =>
  value instanceof Map || (typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && Object.keys(value).length > 0)
