// The hot instances of a thread. A process that runs needs one; a process that waits keeps it until another needs it more.
//
//   P1 An instance belongs to at most one tenant. Nothing of one tenant is seen by the next (V5).
//   P2 When all are taken, a *guest* leaves first: one that has not run again since it came, and of these the one that ran longest ago.
//      Who runs again while it is hot, or comes back having run later than some resident, is a *resident* itself. So a crowd that runs in turn, each seldom, passes through a few memories that the processor has at hand, and those
//      that run often are left alone.
//   P3 An instance whose memory grew beyond what is worth keeping is dropped: WebAssembly memories never shrink.
//   P4 When the machine gives no memory for one more, those that are there are all there will be.

import { PAGE } from './abi.ts'
import { Instance } from './instance.ts'
import { Shelf } from './shelf.ts'

export interface Tenant {
  /** When it ran last before it had to leave, as the pool counts; negative: it never had to. */
  leftAt: number
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

const GUESTS = 1 / 16 // of all instances: about what fits into the processor's cache

/** A place in the pool, and in one of its rings. */
class Slot {
  readonly instance: Instance
  tenant: Tenant | null = null
  usedAt = 0
  ring: Ring | null = null
  before: Slot = this
  after: Slot = this

  constructor(instance: Instance) {
    this.instance = instance
  }
}

export type { Slot }

/** Slots in order of use. */
class Ring {
  newest: Slot | null = null
  size = 0

  get oldest(): Slot {
    return this.newest!.after
  }

  add(slot: Slot): void {
    this.#insert(slot)
    this.newest = slot
  }

  /** Adds a slot as the one that was used longest ago. */
  addOldest(slot: Slot): void {
    this.#insert(slot)
    this.newest ??= slot
  }

  remove(slot: Slot): void {
    this.size--
    slot.ring = null
    if (slot.after === slot) {
      this.newest = null
      return
    }
    slot.before.after = slot.after
    slot.after.before = slot.before
    if (this.newest === slot) this.newest = slot.before
    slot.before = slot
    slot.after = slot
  }

  #insert(slot: Slot): void {
    this.size++
    slot.ring = this
    const { newest } = this
    if (newest === null) return
    slot.before = newest
    slot.after = newest.after
    newest.after.before = slot
    newest.after = slot
  }
}

export class Pool {
  readonly #module: WebAssembly.Module
  readonly #limits: PoolLimits
  readonly #mostGuests: number
  readonly #mostResidents: number
  readonly #shelf = new Shelf()
  readonly #free: Slot[] = []
  readonly #guests = new Ring()
  readonly #residents = new Ring()
  #most: number // instances at once
  #alive = 0
  #uses = 0

  constructor(module: WebAssembly.Module, limits: PoolLimits = defaultPool) {
    this.#module = module
    this.#limits = limits
    this.#most = limits.hot
    this.#mostGuests = Math.max(1, Math.floor(limits.hot * GUESTS))
    this.#mostResidents = limits.hot - this.#mostGuests
  }

  /** Instances that exist now. */
  get alive(): number {
    return this.#alive
  }

  /** An instance for `tenant`; what its memory holds is undefined. */
  acquire(tenant: Tenant): Slot {
    const slot = this.#free.pop() ?? this.#another()
    slot.tenant = tenant
    slot.usedAt = ++this.#uses
    if (this.#residents.size > 0 && tenant.leftAt > this.#residents.oldest.usedAt) this.#settle(slot)
    else this.#welcome(slot)
    return slot
  }

  /** Marks a slot as the one used last. */
  touch(slot: Slot): void {
    slot.usedAt = ++this.#uses
    const ring = slot.ring!
    if (ring.newest === slot) return
    ring.remove(slot)
    this.#settle(slot)
  }

  /** Whether a slot will be used again when it is released. */
  keeps(slot: Slot): boolean {
    return slot.instance.pages * PAGE <= this.#limits.keptBytes
  }

  /** Takes a slot back. The tenant must have what it wants of it. */
  release(slot: Slot): void {
    slot.tenant = null
    slot.ring!.remove(slot)
    if (this.keeps(slot)) this.#free.push(slot)
    else this.#alive--
  }

  #another(): Slot {
    while (this.#alive >= this.#most && this.#tenants > 0) {
      this.#evict()
      const slot = this.#free.pop()
      if (slot !== undefined) return slot
    }
    try {
      const slot = new Slot(new Instance(this.#module, this.#shelf))
      this.#alive++
      return slot
    } catch (cause) {
      if (this.#tenants === 0) throw cause
      this.#most = this.#alive
      return this.#another()
    }
  }

  get #tenants(): number {
    return this.#guests.size + this.#residents.size
  }

  #evict(): void {
    const guestsFirst = this.#guests.size >= this.#mostGuests || this.#residents.size === 0
    const { tenant, usedAt } = (guestsFirst ? this.#guests : this.#residents).oldest
    tenant!.leftAt = usedAt
    tenant!.evict()
  }

  #welcome(slot: Slot): void {
    this.#guests.add(slot)
    if (this.#guests.size <= this.#mostGuests || this.#residents.size >= this.#mostResidents) return
    const { oldest } = this.#guests
    this.#guests.remove(oldest)
    this.#residents.addOldest(oldest)
  }

  #settle(slot: Slot): void {
    this.#residents.add(slot)
    if (this.#residents.size <= this.#mostResidents) return
    const { oldest } = this.#residents
    this.#residents.remove(oldest)
    this.#guests.add(oldest)
  }
}
