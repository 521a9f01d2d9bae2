// The binary format of WebAssembly, read byte by byte. Every length is checked: the bytes come from whoever wrote the plugin.

import { Kind, WippyError } from '../error.ts'

export const malformed = (what: string): WippyError =>
  new WippyError('PLUGIN_MALFORMED', Kind.Invalid, `the module is malformed: ${what}`, {
    retryable: false,
    hint: 'Build the component again; it may have been cut short.',
  })

export class WasmReader {
  readonly bytes: Uint8Array
  at: number
  readonly end: number

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = at
    this.end = end
  }

  get isDone(): boolean {
    return this.at >= this.end
  }

  byte(): number {
    if (this.at >= this.end) throw malformed('it ends too early')
    return this.bytes[this.at++]!
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw malformed('a length goes beyond the end')
    this.at += length
  }

  take(length: number): Uint8Array {
    const start = this.at
    this.skip(length)
    return this.bytes.subarray(start, this.at)
  }

  u32(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      if (shift === 28 && byte > 0x0f) throw malformed('an integer is too large')
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  /** Any LEB128 integer of at most 64 bits, whatever its sign and value. */
  skipLeb(): void {
    for (let length = 1; this.byte() >= 0x80; length++) if (length === 10) throw malformed('an integer is too long')
  }

  /** A reader of the next `length` bytes, which this one skips. */
  section(length: number): WasmReader {
    const start = this.at
    this.skip(length)
    return new WasmReader(this.bytes, start, this.at)
  }
}

/** Bytes put together in pieces. */
export class WasmWriter {
  readonly #pieces: Uint8Array[] = []
  length = 0

  put(bytes: Uint8Array | readonly number[]): void {
    const piece = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes)
    this.#pieces.push(piece)
    this.length += piece.length
  }

  u32(value: number): void {
    this.put(leb(value))
  }

  /** Length first, then what `other` holds. */
  sized(other: WasmWriter): void {
    this.u32(other.length)
    for (const piece of other.#pieces) this.put(piece)
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.length)
    let at = 0
    for (const piece of this.#pieces) {
      whole.set(piece, at)
      at += piece.length
    }
    return whole
  }
}

/** An unsigned integer as LEB128. */
export const leb = (value: number): number[] => {
  const bytes: number[] = []
  do {
    const low = value % 128
    value = Math.floor(value / 128)
    bytes.push(value > 0 ? low | 0x80 : low)
  } while (value > 0)
  return bytes
}
