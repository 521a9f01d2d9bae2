// A text that is parsed. Tree-sitter counts in units of UTF-16 here, processes count bytes. What is not UTF-8 is taken byte by byte.

export type Point = { readonly row: number; readonly column: number }

export class Source {
  readonly text: string
  readonly size: number
  readonly #bytes: Uint32Array | null // by unit, the byte it begins at; null when those are the same
  readonly #lines: number[] = [0] // the bytes that lines begin at

  constructor(given: string | Uint8Array) {
    this.text = typeof given === 'string' ? given : Buffer.from(given).toString('latin1')
    const { text } = this
    this.size = typeof given === 'string' ? Buffer.byteLength(given) : given.length
    this.#bytes = this.size === text.length ? null : new Uint32Array(text.length + 1)
    let byte = 0
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (this.#bytes) this.#bytes[at] = byte
      if (this.#bytes === null || unit < 0x80) byte += 1
      else if (unit < 0x800) byte += 2
      else byte += unit >= 0xd800 && unit < 0xe000 ? 2 : 3 // two of these are four bytes
      if (unit === 10) this.#lines.push(byte)
    }
    if (this.#bytes) this.#bytes[text.length] = byte
  }

  byteOf(unit: number): number {
    return this.#bytes ? this.#bytes[Math.min(unit, this.text.length)]! : unit
  }

  /** The unit at a byte, or behind it when there is none. */
  unitAt(byte: number): number {
    if (this.#bytes === null) return Math.min(byte, this.text.length)
    let [low, high] = [0, this.text.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#bytes[middle]! < byte) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Where a byte is, its column in bytes. */
  pointOf(byte: number): Point {
    let [low, high] = [0, this.#lines.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lines[middle]! <= byte) low = middle
      else high = middle - 1
    }
    return { row: low, column: byte - this.#lines[low]! }
  }

  /** The byte at a point. */
  byteAt({ row, column }: Point): number {
    if (row >= this.#lines.length) return this.size
    return Math.min(this.#lines[row]! + column, this.#lines[row + 1] ?? this.size)
  }

  /** Where a unit is, as Tree-sitter counts. */
  spotOf(unit: number): Point {
    const { row } = this.pointOf(this.byteOf(unit))
    return { row, column: unit - this.unitAt(this.#lines[row]!) }
  }
}
