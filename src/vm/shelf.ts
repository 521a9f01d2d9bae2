// The memory that all pools of a thread move processes through: the images of entries lie on it, flat, and the difference that is being
// moved. wasm/swap.wat does the moving, in one instance per memory of a process.
//
// What lies here can be made again at any time: when the shelf is full it is emptied.

import { readFileSync } from 'node:fs'
import { PAGE } from './abi.ts'
import type { Image } from './image.ts'

/** Bytes of a memory that are compared in one call; the room holds their difference, were it as long as a difference can be. */
export const WINDOW = 1024 * 1024
const ROOM_BYTES = WINDOW + WINDOW / 8
const FULL = 128 * 1024 * 1024 // bytes; some hundred entries
const MOST_PAGES = 16384
const GROWTH = (32 * 1024 * 1024) / PAGE // at once: V8 counts a memory that has grown as new, and collects garbage sooner for it

/** Where a grain of zeros lies, for ranges of which an image holds nothing. */
export const ZEROS = 0
/** Where the difference is put together. */
export const ROOM = PAGE
const IMAGES = ROOM + ROOM_BYTES

/** The exports of swap.wasm, for one memory. */
export type Swap = {
  take(from: number, to: number, old: number, stride: number, toShelf: number, undo: number): number
  scrub(from: number, to: number, old: number, stride: number): void
  put(run: number, stop: number): void
}

let compiled: WebAssembly.Module | undefined
const swapModule = (): WebAssembly.Module => {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../wasm/swap.wasm', import.meta.url)))
  return compiled
}

export class Shelf {
  readonly #memory = new WebAssembly.Memory({ initial: IMAGES / PAGE, maximum: MOST_PAGES })
  readonly #places = new Map<Image, number>()
  #bytes = new Uint8Array(this.#memory.buffer)
  #end = IMAGES

  /** Whether a difference of so many bytes fits into the room. */
  static hasRoomFor(bytes: number): boolean {
    return bytes <= ROOM_BYTES
  }

  /** The swap between this shelf and a memory. */
  connect(memory: WebAssembly.Memory): Swap {
    const imports = { process: { memory }, shelf: { memory: this.#memory } }
    return new WebAssembly.Instance(swapModule(), imports).exports as unknown as Swap
  }

  /** Where an image lies, flat. It is put there when it does not; others may have to leave for it. */
  placeOf(image: Image): number {
    return this.#places.get(image) ?? this.#place(image)
  }

  /** A copy of what `take` has put together up to `stop`. */
  read(stop: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(ROOM, stop)
  }

  /** Lays a difference into the room; answers where it ends. */
  write(runs: Uint8Array): number {
    this.#bytes.set(runs, ROOM)
    return ROOM + runs.length
  }

  #place(image: Image): number {
    const flat = image.flatten()
    if (this.#end + flat.length > FULL) {
      this.#places.clear()
      this.#end = IMAGES
    }
    const at = this.#end
    const missing = Math.ceil((at + flat.length - this.#bytes.length) / PAGE)
    if (missing > 0) {
      this.#memory.grow(Math.min(Math.max(missing, GROWTH), MOST_PAGES - this.#bytes.length / PAGE))
      this.#bytes = new Uint8Array(this.#memory.buffer)
    }
    this.#bytes.set(flat, at)
    this.#places.set(image, at)
    this.#end = at + flat.length
    return at
  }
}
