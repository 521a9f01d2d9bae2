// Where a component's glue runs: a JavaScript without Node, and with a bound on what it makes of the numbers a component gives it.
//
//   J1 A pointer and a length may say anything: of one value so many bytes are taken out of a memory, and none from beyond its end. Without that
//      a list of lists that all lie in the same place would be larger than the machine.
//   J2 A list is so long. One allocation beyond the heap of the thread would end the node, where many small ones end the thread.
//   J3 A text is UTF-8, whole, or the component traps.

import { createContext, Script } from 'node:vm'
import { bytesRead, type Charge } from './price.ts'

const MOST_BYTES = 16 * 1024 ** 2 // of one value, or of all arguments of a question
const LONGEST_TEXT = 4 * 1024 ** 2 // bytes
const MOST_ITEMS = 1_000_000

const INTRINSICS = '({ lists: Array.prototype, buffers: ArrayBuffer.prototype, wasm: WebAssembly })'
type Intrinsics = { readonly lists: unknown[]; readonly buffers: ArrayBuffer; readonly wasm: typeof WebAssembly }

/**
 * Bytes that are taken out of memories, and paid for. What a component gives at once is given while none of its code runs: its fuel stands still
 * but for that.
 */
class Taken {
  readonly #fuel: WebAssembly.Global
  readonly #charge: Charge
  #at = -1n
  #bytes = 0

  constructor(fuel: WebAssembly.Global, charge: Charge) {
    this.#fuel = fuel
    this.#charge = charge
  }

  /** Throws RangeError, and when there is no more fuel. */
  add(bytes: number): void {
    if (this.#fuel.value !== this.#at) this.#bytes = 0
    this.#bytes += bytes
    if (this.#bytes > MOST_BYTES) throw new RangeError(`a value has more than ${MOST_BYTES} bytes`)
    this.#charge(bytesRead(bytes))
    this.#at = this.#fuel.value as bigint
  }
}

export type Realm = {
  readonly wasm: typeof WebAssembly
  /** The value of a script. */
  run(source: string): unknown
}

/** `fuel`: what the component pays with, and `charge` takes. */
export const realmOf = (fuel: WebAssembly.Global, charge: Charge): Realm => {
  const taken = new Taken(fuel, charge)
  class Decoder {
    readonly #decoder: TextDecoder
    constructor(encoding = 'utf-8') {
      this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
    }
    decode(bytes: ArrayBufferView): string {
      if (bytes.byteLength > LONGEST_TEXT) throw new RangeError(`a text has more than ${LONGEST_TEXT} bytes`)
      taken.add(bytes.byteLength)
      return this.#decoder.decode(bytes)
    }
  }
  const context = createContext({ TextDecoder: Decoder, TextEncoder }, { codeGeneration: { strings: false, wasm: true } })
  const run = (source: string): unknown => new Script(source, { filename: 'plugin-glue.js' }).runInContext(context)
  const { lists, buffers, wasm } = run(INTRINSICS) as Intrinsics
  const { slice } = buffers
  const { push } = lists
  buffers.slice = function (this: ArrayBuffer, start = 0, end = this.byteLength): ArrayBuffer {
    if (start < 0 || end < start || end > this.byteLength) throw new RangeError('a value lies beyond the memory')
    taken.add(end - start)
    return slice.call(this, start, end)
  }
  lists.push = function (this: unknown[], ...items: unknown[]): number {
    if (this.length >= MOST_ITEMS) throw new RangeError(`a list has more than ${MOST_ITEMS} items`)
    return items.length === 1 ? push.call(this, items[0]) : push.apply(this, items)
  }
  return { wasm, run }
}
