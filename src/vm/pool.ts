// The hot instances of a thread. A process that runs needs one; a process that waits keeps it until another needs it more.
//
//   P1 An instance belongs to at most one tenant. Nothing of one tenant is seen by the next (V5).
//   P2 When all are taken, a *guest* leaves first: one that has not run again since it came, and of these the one that ran longest ago.
//      Who runs again while it is hot, or comes back having run later than some resident, is a *resident* itself. So a crowd that runs in turn, each seldom, passes through a few memories that the processor has at hand, and those
//      that run often are left alone.
//   P3 An instance whose memory grew beyond what is worth keeping is dropped: WebAssembly memories never shrink. Some of those whose process
//      ended are emptied and used again: what is dropped V8 gives back within a collection, while nobody runs.
//   P4 When the machine gives no memory for one more, those that are there are all there will be.
//   P5 What is large leaves and comes part by part: others have their turns in between. Who is stepped while it leaves has not left. One at
//      a time comes so, and keeps its instance. Who is small does not wait for it: while it leaves, the next one that is small leaves first.

import { PAGE } from './abi.ts'
import { Instance } from './instance.ts'
import { Shelf } from './shelf.ts'

export interface Tenant {
  /** When it ran last before it had to leave, as the pool counts; negative: it never had to. */
  leftAt: number
  /** Takes a part of the image out of the instance and leaves it with the last one; whether it has left. Called only between steps. */
  evict(): boolean
}

export type PoolLimits = {
  /** Instances alive at once. V8 gives each 8 GiB of address space, and the collector slows down with their number. */
  readonly hot: number
  /** Larger memories are dropped after use, in bytes. */
  readonly keptBytes: number
}

export const defaultPool: PoolLimits = { hot: 256, keptBytes: 2 * 1024 * 1024 }

const RECYCLED = 64 * 1024 * 1024 // bytes of large memories that are used again, at most
const GUESTS = 1 / 16 // of all instances: about what fits into the processor's cache

/** A place in the pool, and in one of its rings. */
class Slot {
  readonly instance: Instance
  tenant: Tenant | null = null
  usedAt = 0
  recycled = 0 // bytes
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

  oldestThat(suits: (slot: Slot) => boolean): Slot | null {
    if (this.newest === null) return null
    let slot = this.oldest
    while (!suits(slot)) {
      if (slot === this.newest) return null
      slot = slot.after
    }
    return slot
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
  #recycled = 0 // bytes
  #comer: Slot | null = null // whose image is not all there

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

  /** An instance for `tenant`, at once; what its memory holds is undefined. It has to arrive within the call, or to be released. */
  acquire(tenant: Tenant): Slot {
    let slot = this.#find()
    while (slot === null) {
      this.#evict(this.#oldestSmall() ?? this.#oldest() ?? this.#comer!)
      slot = this.#find()
    }
    slot.tenant = tenant
    return slot
  }

  /** The same for a tenant that can wait: null when it has to. One that comes `inParts` may arrive later. */
  expect(tenant: Tenant, inParts: boolean): Slot | null {
    if (inParts && this.#comer !== null) return null
    let slot = this.#find()
    if (slot === null) {
      const oldest = this.#oldest()
      if (oldest === null) return null
      if (!this.#evict(oldest)) {
        const small = inParts ? null : this.#oldestSmall()
        if (small === null) return null
        this.#evict(small)
      }
      slot = this.#find()
    }
    if (slot === null) return null
    slot.tenant = tenant
    slot.usedAt = tenant.leftAt
    if (inParts) this.#comer = slot
    return slot
  }

  /** All of a tenant is in its instance: from now on it may have to leave. */
  arrived(slot: Slot): void {
    if (slot === this.#comer) this.#comer = null
    slot.usedAt = ++this.#uses
    if (this.#residents.size > 0 && slot.tenant!.leftAt > this.#residents.oldest.usedAt) this.#settle(slot)
    else this.#welcome(slot)
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

  /** Whether it would not be, but will be once it is empty. */
  recycles(slot: Slot): boolean {
    const bytes = slot.instance.pages * PAGE
    const all = this.#recycled - slot.recycled + bytes
    if (this.keeps(slot) || all > RECYCLED) return false
    this.#recycled = all
    slot.recycled = bytes
    return true
  }

  /** Takes a slot back. The tenant must have what it wants of it. */
  release(slot: Slot): void {
    slot.tenant = null
    if (slot === this.#comer) this.#comer = null
    slot.ring?.remove(slot)
    if (this.keeps(slot)) this.#free.push(slot)
    else if (slot.recycled > 0 && slot.instance.isEmpty) this.#free.unshift(slot)
    else {
      this.#alive--
      this.#recycled -= slot.recycled
    }
  }

  /** A slot that nobody has; null when somebody must leave first. */
  #find(): Slot | null {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#alive >= this.#most) return null
    try {
      const slot = new Slot(new Instance(this.#module, this.#shelf))
      this.#alive++
      return slot
    } catch (cause) {
      if (this.#alive === 0) throw cause
      this.#most = this.#alive
      return null
    }
  }

  /** Who leaves first (P2) of those that suit; null when none does. */
  #oldest(suits: (slot: Slot) => boolean = () => true): Slot | null {
    const guestsFirst = this.#guests.size >= this.#mostGuests || this.#residents.size === 0
    const [first, second] = guestsFirst ? [this.#guests, this.#residents] : [this.#residents, this.#guests]
    return first.oldestThat(suits) ?? second.oldestThat(suits)
  }

  /** Who leaves first of those that leave at once. */
  #oldestSmall(): Slot | null {
    return this.#oldest((slot) => this.keeps(slot))
  }

  #evict({ tenant, usedAt }: Slot): boolean {
    tenant!.leftAt = usedAt
    return tenant!.evict()
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
