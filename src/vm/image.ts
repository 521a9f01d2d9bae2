// An image: the bytes of a memory between two steps, as the grains in which it differs from the image it grew from.
//
// The C stack is empty between steps and belongs to no image (V2). A chain has at most three links: booted memory ← entry ← process.
// File form: u32 pages, then runs, each u32 offset, u32 length and the bytes (wasm/swap.wat writes and reads them).

/** Images begin, end and differ at multiples of this. */
export const GRAIN = 64

const PAGES_BYTES = 4

export class Image {
  readonly base: Image | null
  /** Pages of memory that it needs. */
  readonly pages: number
  /** Where it differs from `base`. */
  readonly runs: Uint8Array
  #flat: Buffer | null = null

  constructor(base: Image | null, pages: number, runs: Uint8Array) {
    this.base = base
    this.pages = pages
    this.runs = runs
  }

  /** The image in a file that `bytes` wrote. */
  static parse(file: Uint8Array): Image {
    const pages = new DataView(file.buffer, file.byteOffset).getUint32(0, true)
    const image = new Image(null, pages, file.slice(PAGES_BYTES))
    image.flatten()
    return image
  }

  /** What this image costs by itself, in bytes. */
  get size(): number {
    return this.runs.byteLength
  }

  /** The file form; only of use for an image without a base. */
  get bytes(): Uint8Array {
    const file = new Uint8Array(PAGES_BYTES + this.runs.length)
    new DataView(file.buffer).setUint32(0, this.pages, true)
    file.set(this.runs, PAGES_BYTES)
    return file
  }

  /** All bytes up to the last one that is not zero, kept from then on: for images that are a base of others. */
  flatten(): Buffer {
    this.#flat ??= this.unfolded()
    return this.#flat
  }

  /** The same bytes; not kept, unless they are already. */
  unfolded(): Buffer {
    if (this.#flat) return this.#flat
    const base = this.base?.flatten()
    let end = base?.length ?? 0
    this.eachRun((offset, bytes) => {
      end = Math.max(end, offset + bytes.length)
    })
    const flat = Buffer.alloc(end)
    if (base) flat.set(base)
    this.eachRun((offset, bytes) => flat.set(bytes, offset))
    return flat
  }

  /** Visits where it differs from its base, and what is there. */
  eachRun(visit: (offset: number, bytes: Uint8Array) => void): void {
    const { runs } = this
    const head = new DataView(runs.buffer, runs.byteOffset, runs.byteLength)
    for (let at = 0; at < runs.length; ) {
      const length = head.getUint32(at + 4, true)
      visit(head.getUint32(at, true), runs.subarray(at + 8, at + 8 + length))
      at += 8 + length
    }
  }
}
