// One WebAssembly instance: a memory, the views the host reads it through, and the way of images in and out of it. Which process it holds
// is the pool's business.
//
//   V5 Before a process runs in it, everything of the one before is gone: each grain of the memory is compared with the image that comes,
//      unless what the process before had changed was undone, grain by grain, when it left.
//
// Everything read from the memory is the process's own word (hostile): each offset is checked before it is used.

import type { Address } from '../kernel/address.ts'
import { places } from '../kernel/places.ts'
import type { Exports } from './abi.ts'
import { Field, PAGE, STACK_HIGH, STACK_LOW } from './abi.ts'
import { type Courier, courierOf, LONGEST_NAME } from './courier.ts'
import { GRAIN, Image } from './image.ts'
import { ROOM, Shelf, type Swap, WINDOW, ZEROS } from './shelf.ts'

const STACK_BYTES = STACK_HIGH - STACK_LOW

/** Which part of a memory of so many pages is taken, and whether it is as it was before, after it. */
type Taking = { readonly at: number; readonly pages: number; readonly undo: boolean }

type Visit = (from: number, to: number, old: number, stride: number) => void

/** Visits what of a range lies within one part of a memory. The first part has what lies before the C stack as well. */
const within = (at: number, visit: Visit): Visit => {
  const [first, last] = [at === 0 ? 0 : at * WINDOW + STACK_BYTES, (at + 1) * WINDOW + STACK_BYTES]
  return (from, to, old, stride) => {
    const start = Math.max(from, first)
    const end = Math.min(to, last)
    if (start < end) visit(start, end, stride === 0 ? old : old + start - from, stride)
  }
}

export class Instance {
  readonly exports: Exports
  /** The two calls of every step, taken out of `exports` once. */
  readonly step: Exports['step']
  readonly reserve: Exports['reserve']
  readonly courier: Courier
  bytes: Uint8Array
  words: Int32Array
  view: DataView
  readonly #shelf: Shelf
  readonly #swap: Swap
  #name: Int32Array | null = null // the name that the courier knows
  #equals: Image | null = null // what the whole memory is known to be equal to

  constructor(module: WebAssembly.Module, shelf: Shelf) {
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports
    this.step = this.exports.step
    this.reserve = this.exports.reserve
    this.courier = courierOf(this.exports)
    this.#shelf = shelf
    this.#swap = shelf.connect(this.exports.memory)
    const { buffer } = this.exports.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.view = new DataView(buffer)
  }

  get pages(): number {
    return this.exports.memory.buffer.byteLength / PAGE
  }

  /** Pages that the heap has taken, as the memory says itself: what lies behind is nobody's. */
  get takenPages(): number {
    return Math.min(this.pages, this.words[Field.pages]! >>> 0)
  }

  /** Says in whose name the courier carries messages from now on; false when that name is too long. */
  introduce({ length, words }: Address): boolean {
    if (words === this.#name) return true
    if (length > LONGEST_NAME) return false
    places.words.set(words)
    this.courier.introduce(length)
    this.#name = words
    return true
  }

  /** Fetches the views again if the memory has grown: growth detaches them. */
  refresh(): void {
    if (this.bytes.length !== 0) return
    const { buffer } = this.exports.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.view = new DataView(buffer)
  }

  /** Makes the memory equal to `origin`, with room for what grew from it, which can be laid over it. Throws when the machine has no memory left. */
  load(origin: Image, pages = 0): void {
    const isEqual = this.#equals === origin
    const used = this.#equals?.flatten().length ?? this.bytes.length // what is new holds nothing
    this.#equals = null
    const missing = Math.max(pages, origin.pages) - this.pages
    if (missing > 0) {
      this.exports.memory.grow(missing)
      this.refresh()
    }
    if (!isEqual) this.#clean(origin, Math.max(used, origin.flatten().length))
  }

  /** Lays a part of an image over its origin. */
  lay(part: Uint8Array): void {
    if (Shelf.hasRoomFor(part.length)) this.#swap.put(ROOM, this.#shelf.write(part))
    else new Image(null, 0, [part]).eachRun((offset, bytes) => this.bytes.set(bytes, offset))
  }

  /** How many parts an image of the memory has now. */
  get parts(): number {
    return Math.max(1, Math.ceil((this.takenPages * PAGE - STACK_BYTES) / WINDOW))
  }

  /** One of its parts, as the difference from `origin`. The memory is left alone. */
  part(origin: Image | null, at: number): Uint8Array<ArrayBuffer> {
    return this.#take(origin, { at, pages: this.takenPages, undo: false })
  }

  /** What the memory holds, as the difference from `origin`. The memory is left alone. */
  capture(origin: Image | null): Image {
    return this.#image(origin, false)
  }

  /** The same, and the memory is equal to `origin` again: the next process of that origin finds it ready. */
  vacate(origin: Image): Image {
    const image = this.#image(origin, true)
    this.#wipeStack()
    if (image.pages === this.pages) this.#equals = origin
    return image
  }

  /** Forgets the process: the memory is equal to `origin` again. */
  reset(origin: Image): void {
    this.#clean(origin, this.bytes.length)
    this.#equals = origin
  }

  /** Whether nothing of a process is in it. */
  get isEmpty(): boolean {
    return this.#equals !== null
  }

  /** The same for one part of the memory, each after the one before; whether it was the last. */
  resetPart(origin: Image, at: number): boolean {
    const end = this.bytes.length
    this.#eachRange(
      origin,
      end,
      within(at, (from, to, old, stride) => this.#swap.scrub(from, to, old, stride)),
    )
    if ((at + 1) * WINDOW + STACK_BYTES < end) return false
    this.#wipeStack()
    this.#equals = origin
    return true
  }

  #image(origin: Image | null, undo: boolean): Image {
    const { parts: length, takenPages: pages } = this
    const parts = Array.from({ length }, (_, at) => this.#take(origin, { at, pages, undo }))
    return new Image(origin, pages, parts)
  }

  #take(origin: Image | null, { at, pages, undo }: Taking): Uint8Array<ArrayBuffer> {
    let stop = ROOM
    this.#eachRange(
      origin,
      pages * PAGE,
      within(at, (from, to, old, stride) => {
        stop = this.#swap.take(from, to, old, stride, stop, undo ? 1 : 0)
      }),
    )
    return this.#shelf.read(stop)
  }

  #clean(origin: Image, bytes: number): void {
    this.#eachRange(origin, bytes, (from, to, old, stride) => this.#swap.scrub(from, to, old, stride))
    this.#wipeStack()
  }

  #wipeStack(): void {
    const { lowest } = this.exports
    this.bytes.fill(0, Math.max(STACK_LOW, lowest.value), STACK_HIGH)
    lowest.value = STACK_HIGH
  }

  /** The ranges of a memory of so many bytes, without the C stack, and where the shelf holds what `origin` has there. */
  #eachRange(origin: Image | null, bytes: number, visit: Visit): void {
    const end = Math.max(STACK_HIGH, bytes)
    const known = origin === null ? 0 : Math.min(end, origin.flatten().length)
    const at = origin === null ? ZEROS : this.#shelf.placeOf(origin)
    if (known < STACK_HIGH) {
      visit(0, STACK_LOW, ZEROS, 0)
      visit(STACK_HIGH, end, ZEROS, 0)
      return
    }
    visit(0, STACK_LOW, at, GRAIN)
    visit(STACK_HIGH, known, at + STACK_HIGH, GRAIN)
    visit(known, end, ZEROS, 0)
  }
}
