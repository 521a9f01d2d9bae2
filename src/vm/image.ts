// An image: the bytes of a memory between two steps, as the grains in which it differs from the image it grew from.
//
// The C stack is empty between steps and belongs to no image (V2). A chain has at most three links: booted memory ← entry ← process.
// Layout of `delta`: u32 pages, u32 runs, then per run u32 offset, u32 length; then the bytes of the runs, back to back.

import { Field, PAGE, STACK_HIGH, STACK_LOW } from './abi.ts'
import { BLOCK, differences } from './difference.ts'

const nothing = Buffer.alloc(0)

export class Image {
  readonly base: Image | null
  readonly #delta: Uint8Array
  #flat: Buffer | null = null

  private constructor(base: Image | null, delta: Uint8Array) {
    this.base = base
    this.#delta = delta
  }

  /** The image in a file that `bytes` wrote. */
  static parse(delta: Uint8Array): Image {
    const copy = delta.slice()
    const image = new Image(null, copy)
    image.flatten()
    return image
  }

  /** Takes the difference between a memory and `base`. The memory is left alone. */
  static capture(bytes: Uint8Array, base: Image | null): Image {
    const memory = Buffer.from(bytes.buffer)
    // what its heap has taken, as it says itself: what lies behind is nobody's, and not kept
    const pages = Math.min(memory.readUInt32LE(Field.pages * 4), memory.length / PAGE)
    const old = base?.flatten() ?? nothing
    const runs = differences(memory, old, [
      [0, STACK_LOW],
      [STACK_HIGH, Math.max(STACK_HIGH, pages * PAGE)],
    ])
    let size = 0
    for (let i = 1; i < runs.length; i += 2) size += runs[i]!
    const delta = new Uint8Array(8 + runs.length * 4 + size)
    const head = new DataView(delta.buffer)
    head.setUint32(0, pages, true)
    head.setUint32(4, runs.length / 2, true)
    let at = 8 + runs.length * 4
    for (let i = 0; i < runs.length; i += 2) {
      const [offset, length] = [runs[i]!, runs[i + 1]!]
      head.setUint32(8 + i * 4, offset, true)
      head.setUint32(12 + i * 4, length, true)
      delta.set(memory.subarray(offset, offset + length), at)
      at += length
    }
    return new Image(base, delta)
  }

  get pages(): number {
    return new DataView(this.#delta.buffer, this.#delta.byteOffset).getUint32(0, true)
  }

  /** What this image costs by itself, in bytes. */
  get size(): number {
    return this.#delta.byteLength
  }

  /** The file form; only of an image without a base. */
  get bytes(): Uint8Array {
    return this.#delta
  }

  /** All bytes up to the last one that is not zero, kept from then on: for images that are a base of others. */
  flatten(): Buffer {
    if (this.#flat) return this.#flat
    const base = this.base?.flatten()
    let end = base?.length ?? 0
    this.#eachRun((offset, bytes) => {
      end = Math.max(end, offset + bytes.length)
    })
    const flat = Buffer.alloc(Math.ceil(end / BLOCK) * BLOCK)
    if (base) flat.set(base)
    this.#eachRun((offset, bytes) => flat.set(bytes, offset))
    this.#flat = flat
    return flat
  }

  /** Gives the kept bytes back; they are made again when needed. */
  shrink(): void {
    if (this.base) this.#flat = null
  }

  /** Overwrites a whole memory, so that nothing of what was in it remains (V5). The memory has at least `pages` pages. */
  restore(memory: Uint8Array): void {
    const flat = this.#flat ?? this.base!.flatten()
    memory.set(flat.length > STACK_HIGH ? flat.subarray(0, STACK_LOW) : flat, 0)
    memory.fill(0, STACK_LOW, STACK_HIGH)
    memory.set(flat.subarray(STACK_HIGH), STACK_HIGH)
    memory.fill(0, flat.length)
    if (!this.#flat) this.#eachRun((offset, bytes) => memory.set(bytes, offset))
  }

  #eachRun(visit: (offset: number, bytes: Uint8Array) => void): void {
    const delta = this.#delta
    const head = new DataView(delta.buffer, delta.byteOffset)
    const runs = head.getUint32(4, true)
    let at = 8 + runs * 8
    for (let i = 0; i < runs; i++) {
      const length = head.getUint32(12 + i * 8, true)
      visit(head.getUint32(8 + i * 8, true), delta.subarray(at, at + length))
      at += length
    }
  }
}
