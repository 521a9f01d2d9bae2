// The hot instances of a thread. A process that runs needs one; a process that waits keeps it until another needs it more.
//
//   P1 An instance belongs to at most one tenant. It is overwritten as a whole before the next tenant sees it (V5).
//   P2 When all are taken, the tenant that ran longest ago is asked to leave (`evict`), and takes its image with it.
//   P3 An instance whose memory grew beyond what is worth keeping is dropped: WebAssembly memories never shrink.

import { PAGE } from './abi.ts'
import { Instance } from './instance.ts'

export interface Tenant {
  /** Takes the image out of the instance; called only between steps. */
  evict(): void
}

export type PoolLimits = {
  /** Instances alive at once. V8 gives each 8 GiB of address space, and the collector slows down with their number. */
  readonly hot: number
  /** Larger memories are dropped after use, in bytes. */
  readonly keptBytes: number
}

export const defaultPool: PoolLimits = { hot: 256, keptBytes: 2 * 1024 * 1024 }

/** A place in the pool; a ring in order of use. */
class Slot {
  readonly instance: Instance
  tenant: Tenant | null = null
  before: Slot = this
  after: Slot = this

  constructor(instance: Instance) {
    this.instance = instance
  }
}

export type { Slot }

export class Pool {
  readonly #module: WebAssembly.Module
  readonly #limits: PoolLimits
  readonly #free: Slot[] = []
  #newest: Slot | null = null // its `after` is the oldest
  #alive = 0

  constructor(module: WebAssembly.Module, limits: PoolLimits = defaultPool) {
    this.#module = module
    this.#limits = limits
  }

  /** Instances that exist now. */
  get alive(): number {
    return this.#alive
  }

  /** An instance for `tenant`; what its memory holds is undefined. */
  acquire(tenant: Tenant): Slot {
    let slot = this.#free.pop()
    if (slot === undefined && this.#alive >= this.#limits.hot && this.#newest !== null) {
      this.#newest.after.tenant!.evict()
      slot = this.#free.pop()
    }
    if (slot === undefined) {
      slot = new Slot(new Instance(this.#module))
      this.#alive++
    }
    slot.tenant = tenant
    this.#insert(slot)
    return slot
  }

  /** Marks a slot as the one used last. */
  touch(slot: Slot): void {
    if (this.#newest === slot) return
    this.#remove(slot)
    this.#insert(slot)
  }

  /** Takes a slot back. The tenant must have what it wants of it. */
  release(slot: Slot): void {
    slot.tenant = null
    this.#remove(slot)
    if (slot.instance.pages * PAGE > this.#limits.keptBytes) this.#alive--
    else this.#free.push(slot)
  }

  #insert(slot: Slot): void {
    const newest = this.#newest
    if (newest === null) {
      slot.before = slot
      slot.after = slot
    } else {
      slot.before = newest
      slot.after = newest.after
      newest.after.before = slot
      newest.after = slot
    }
    this.#newest = slot
  }

  #remove(slot: Slot): void {
    if (slot.after === slot) this.#newest = null
    else {
      slot.before.after = slot.after
      slot.after.before = slot.before
      if (this.#newest === slot) this.#newest = slot.before
    }
    slot.before = slot
    slot.after = slot
  }
}
