// One WebAssembly instance: a memory, and the views the host reads it through. Which process it holds is the pool's business.
//
// Everything read from the memory is the process's own word (hostile): each offset is checked before it is used.

import type { Exports } from './abi.ts'
import { PAGE } from './abi.ts'
import type { Image } from './image.ts'

export class Instance {
  readonly exports: Exports
  /** The two calls of every step, taken out of `exports` once. */
  readonly step: Exports['step']
  readonly reserve: Exports['reserve']
  bytes: Uint8Array
  words: Int32Array
  view: DataView

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports
    this.step = this.exports.step
    this.reserve = this.exports.reserve
    const { buffer } = this.exports.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.view = new DataView(buffer)
  }

  get pages(): number {
    return this.exports.memory.buffer.byteLength / PAGE
  }

  /** Fetches the views again if the memory has grown: growth detaches them. */
  refresh(): void {
    if (this.bytes.length !== 0) return
    const { buffer } = this.exports.memory
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.view = new DataView(buffer)
  }

  /** Makes the memory equal to an image. */
  load(image: Image): void {
    const missing = image.pages - this.pages
    if (missing > 0) {
      this.exports.memory.grow(missing)
      this.refresh()
    }
    image.restore(this.bytes)
  }
}
