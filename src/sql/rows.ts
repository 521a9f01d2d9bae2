// Rows as the bytes of a reply: msgpack `[[{column: value, …}, …]]`, written as they come, so that no result is held twice and none is
// walked through a second time. A null is left out: in Lua a column that is not there is nil.

import { Kind, WippyError } from '../error.ts'
import type { ResultLimits } from './database.ts'
import type { Value } from './value.ts'

const HEAD = 6 // array of one, array32
const FIRST = 4096 // bytes

export class RowWriter {
  readonly #limits: ResultLimits
  #buffer = Buffer.allocUnsafe(FIRST)
  #at = HEAD
  #columns: readonly Uint8Array[] = []
  #count = 0
  #full = false

  constructor(limits: ResultLimits) {
    this.#limits = limits
  }

  /** Whether a row found no room. */
  get isFull(): boolean {
    return this.#full
  }

  /** Begins a result: what was written before is forgotten. */
  begin(columns: readonly string[]): void {
    this.#at = HEAD
    this.#count = 0
    this.#columns = columns.map((name) => {
      const at = this.#at
      this.#text(name)
      const bytes = Uint8Array.prototype.slice.call(this.#buffer, at, this.#at)
      this.#at = at
      return bytes
    })
  }

  /** Adds a row, its values in the order of the columns. False when there is no room for more; then nothing more is kept. */
  add(values: readonly Value[]): boolean {
    if (this.#count >= this.#limits.rows || this.#at > this.#limits.bytes) this.#full = true
    if (this.#full) return false
    this.#count++
    const head = this.#room(3)
    let pairs = 0
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (value === null || value === undefined) continue
      this.#bytes(this.#columns[i]!)
      this.#value(value)
      pairs++
    }
    this.#buffer[head] = 0xde
    this.#buffer.writeUInt16BE(pairs, head + 1)
    return true
  }

  /** The payload. Throws SQL_RESULT_TOO_LARGE. */
  finish(): Uint8Array {
    if (this.#full || this.#at > this.#limits.bytes) throw tooLarge(this.#limits)
    this.#buffer[0] = 0x91
    this.#buffer[1] = 0xdd
    this.#buffer.writeUInt32BE(this.#count, 2)
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#at)
  }

  #value(value: Exclude<Value, null>): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'bigint') this.#integer(value)
    else if (typeof value === 'boolean') this.#head(value ? 0xc3 : 0xc2, 0)
    else if (typeof value === 'number') {
      const at = this.#head(0xcb, 8)
      this.#buffer.writeDoubleBE(value, at)
    } else {
      const at = this.#head(0xc6, 4)
      this.#buffer.writeUInt32BE(value.length, at)
      this.#bytes(value)
    }
  }

  #integer(value: bigint): void {
    if (value >= 0n && value < 0x80n) this.#head(Number(value), 0)
    else if (value >= -0x8000_0000n && value < 0x8000_0000n) {
      const at = this.#head(0xd2, 4)
      this.#buffer.writeInt32BE(Number(value), at)
    } else {
      const at = this.#head(0xd3, 8)
      this.#buffer.writeBigInt64BE(value, at)
    }
  }

  #text(value: string): void {
    const size = Buffer.byteLength(value)
    const head = this.#head(0xdb, 4)
    this.#buffer.writeUInt32BE(size, head)
    const at = this.#room(size)
    this.#buffer.write(value, at, 'utf8')
  }

  #bytes(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#buffer.set(value, at)
  }

  /** Writes a type and makes room behind it; returns where. Making room may move the buffer: it comes first. */
  #head(type: number, size: number): number {
    const at = this.#room(1 + size)
    this.#buffer[at] = type
    return at + 1
  }

  #room(size: number): number {
    const at = this.#at
    this.#at += size
    if (this.#at > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#at, this.#buffer.length * 2))
      this.#buffer.copy(larger, 0, 0, at)
      this.#buffer = larger
    }
    return at
  }
}

const tooLarge = ({ rows, bytes }: ResultLimits): WippyError =>
  new WippyError('SQL_RESULT_TOO_LARGE', Kind.Invalid, `the result has more than ${rows} rows or ${bytes} bytes`, {
    retryable: false,
    hint: 'Ask for less with LIMIT and OFFSET, or raise limits.rows and limits.result of the database entry.',
  })
