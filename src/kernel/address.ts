// The bytes of a pid, four at a time: to be compared with a name in a frame, and copied into one, without touching each byte.

import type { Process } from './process.ts'

const encoder = new TextEncoder()

/** The words of a text that is nothing but ASCII, as pids are; null for any other. */
const wordsOf = (text: string): Int32Array | null => {
  const words = new Int32Array((text.length + 3) >> 2)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return null
    words[i >> 2]! |= code << ((i & 3) << 3)
  }
  return words
}

export class Address {
  readonly length: number // bytes
  readonly words: Int32Array // little endian, zeros at the end
  /** Whose it is; null for a text that stands for whoever has it. */
  readonly process: Process | null
  readonly #last: number // the last four bytes; 0 when there are fewer

  constructor(text: string, process: Process | null = null) {
    const ascii = wordsOf(text)
    const bytes = ascii === null ? encoder.encode(text) : null
    this.length = bytes === null ? text.length : bytes.length
    this.words = ascii ?? new Int32Array((this.length + 3) >> 2)
    if (bytes !== null) for (let i = 0; i < bytes.length; i++) this.words[i >> 2]! |= bytes[i]! << ((i & 3) << 3)
    this.process = process
    this.#last = this.#wordAt(this.length - 4)
  }

  /** Whether exactly these bytes lie in `view` between `start` and `end`. Looks at the end first: pids of one host differ there. */
  isAt(view: DataView, start: number, end: number): boolean {
    if (end - start !== this.length) return false
    if (end - start < 4) return this.#isShortAt(view, start, end)
    if (view.getInt32(end - 4, true) !== this.#last) return false
    const words = this.words
    let at = start
    let i = 0
    // two at a time: half the work is the loop
    for (; at < end - 8; at += 8, i += 2)
      if (((view.getInt32(at, true) ^ words[i]!) | (view.getInt32(at + 4, true) ^ words[i + 1]!)) !== 0) return false
    return at >= end - 4 || view.getInt32(at, true) === words[i]
  }

  /** Writes the bytes, and zeros up to a multiple of 4, to `target` from word `at` on. */
  writeTo(target: Int32Array, at: number): void {
    const words = this.words
    const { length } = words
    let i = 0
    for (; i < length - 1; i += 2) {
      const word = words[i]!
      const next = words[i + 1]!
      target[at + i] = word
      target[at + i + 1] = next
    }
    if (i < length) target[at + i] = words[i]!
  }

  #isShortAt(view: DataView, start: number, end: number): boolean {
    for (let at = start, word = this.words[0]!; at < end; at++, word >>= 8) if (view.getUint8(at) !== (word & 0xff)) return false
    return true
  }

  /** The four bytes from byte `at` on; 0 when it is negative. */
  #wordAt(at: number): number {
    if (at < 0) return 0
    const shift = (at & 3) << 3
    const word = this.words[at >> 2]!
    return shift === 0 ? word : (word >>> shift) | (this.words[(at >> 2) + 1]! << (32 - shift))
  }
}

/** The name of nobody. */
export const NOBODY = new Address('')
