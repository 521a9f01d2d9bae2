// Text out of frames without decoding the same bytes again and again: operations, targets and names are few.

const SLOTS = 1024 // a power of two
const LONGEST = 128 // bytes; longer text is decoded each time

type Slot = { readonly bytes: Uint8Array; readonly text: string }

export class Texts {
  readonly #slots: (Slot | null)[] = new Array(SLOTS).fill(null)
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  /** The text between `start` and `end`; bytes that are no UTF-8 become U+FFFD. */
  of(bytes: Uint8Array, start: number, end: number): string {
    if (end === start) return ''
    if (end - start > LONGEST) return this.#decoder.decode(bytes.subarray(start, end))
    let hash = 0x811c9dc5 // FNV-1a
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
    const index = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const slot = this.#slots[index]
    if (slot && holds(slot.bytes, bytes, start, end)) return slot.text
    const copy = bytes.slice(start, end)
    const text = this.#decoder.decode(copy)
    this.#slots[index] = { bytes: copy, text }
    return text
  }
}

/** The other way round, for texts of which the same comes many times in a row. */
export class LastEncoded {
  readonly #encoder = new TextEncoder()
  #text = ''
  #bytes = new Uint8Array(0)

  of(text: string): Uint8Array {
    if (text !== this.#text) {
      this.#text = text
      this.#bytes = this.#encoder.encode(text)
    }
    return this.#bytes
  }
}

const holds = (known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (known.length !== end - start) return false
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false
  return true
}
