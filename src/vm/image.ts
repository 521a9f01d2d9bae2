// An image: the bytes of a memory between two steps, as the grains in which it differs from the image it grew from.
//
// The C stack is empty between steps and belongs to no image (V2). A chain has at most three links: booted memory ← entry ← process.
// File form: u32 pages, then runs, each u32 offset, u32 length and the bytes (wasm/swap.wat writes and reads them). In memory they are kept in
// parts, each of whole runs and no longer than what is moved at once.

import type { State } from '../kernel/body.ts'

/** Images begin, end and differ at multiples of this. */
export const GRAIN = 64

const PAGES_BYTES = 4
const HEAD_BYTES = 8

export class Image {
  readonly base: Image | null
  /** Pages of memory that it needs. */
  readonly pages: number
  /** Where it differs from `base`. */
  readonly parts: readonly Uint8Array[]
  #flat: Buffer | null = null

  constructor(base: Image | null, pages: number, parts: readonly Uint8Array[]) {
    this.base = base
    this.pages = pages
    this.parts = parts
  }

  /** The image in a file that `bytes` wrote. */
  static parse(file: Uint8Array): Image {
    const pages = new DataView(file.buffer, file.byteOffset).getUint32(0, true)
    const image = new Image(null, pages, [file.slice(PAGES_BYTES)])
    image.flatten()
    return image
  }

  /** What a state says, in parts of at most so many bytes; a longer run is a part of its own. */
  static of(base: Image, { pages, runs }: State, most: number): Image {
    const parts: Uint8Array[] = []
    let from = 0
    new Image(null, pages, [runs]).eachRun((_, bytes) => {
      const [start, end] = [bytes.byteOffset - runs.byteOffset - HEAD_BYTES, bytes.byteOffset - runs.byteOffset + bytes.length]
      if (end - from <= most || start === from) return
      parts.push(runs.subarray(from, start))
      from = start
    })
    return new Image(base, pages, [...parts, runs.subarray(from)])
  }

  /** What this image costs by itself, in bytes. */
  get size(): number {
    return this.parts.reduce((sum, { length }) => sum + length, 0)
  }

  /** All parts in a row. */
  get runs(): Uint8Array {
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts)
  }

  /** The file form; only of use for an image without a base. */
  get bytes(): Uint8Array {
    const pages = new Uint8Array(PAGES_BYTES)
    new DataView(pages.buffer).setUint32(0, this.pages, true)
    return Buffer.concat([pages, ...this.parts])
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
    for (const part of this.parts) {
      const head = new DataView(part.buffer, part.byteOffset, part.byteLength)
      for (let at = 0; at < part.length; ) {
        const length = head.getUint32(at + 4, true)
        visit(head.getUint32(at, true), part.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length))
        at += HEAD_BYTES + length
      }
    }
  }
}
