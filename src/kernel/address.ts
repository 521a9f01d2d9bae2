// The bytes of a pid, four at a time: to be compared with a name in a frame, and copied into one, without touching each byte.

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

  constructor(text: string) {
    const ascii = wordsOf(text)
    const bytes = ascii === null ? encoder.encode(text) : null
    this.length = bytes === null ? text.length : bytes.length
    this.words = ascii ?? new Int32Array((this.length + 3) >> 2)
    if (bytes !== null) for (let i = 0; i < bytes.length; i++) this.words[i >> 2]! |= bytes[i]! << ((i & 3) << 3)
  }

  /** Whether exactly these bytes lie in `view` between `start` and `end`. Looks at the end first: pids of one host differ there. */
  isAt(view: DataView, start: number, end: number): boolean {
    if (end - start !== this.length) return false
    const words = this.words
    let i = this.length >> 2
    for (let at = start + (i << 2), word = at < end ? words[i]! : 0; at < end; at++, word >>= 8) {
      if (view.getUint8(at) !== (word & 0xff)) return false
    }
    while (--i >= 0) if (view.getInt32(start + (i << 2), true) !== words[i]) return false
    return true
  }

  /** Writes the bytes, and zeros up to a multiple of 4, to `target` from word `at` on. */
  writeTo(target: Int32Array, at: number): void {
    const words = this.words
    for (let i = 0; i < words.length; i++) target[at + i] = words[i]!
  }
}

/** The name of nobody. */
export const NOBODY = new Address('')
