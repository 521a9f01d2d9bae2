// Lua in WebAssembly as a process body: inbox into the memory, one call, outbox read in place.
//
//   V2 Between steps all state is in the memory: the body holds an image when it is cold, an instance when it is hot, never both as truth.
//      On its way in the image is the truth until its last part is laid; on its way out the instance, until the last is taken.
//   V3 The same image and the same inbox, fuel and time give the same step: the same bytes out, the same fuel spent, on any machine.
//   V4 A step that cannot be preempted ends in a trap at the hard bound, and that memory is never run again.
//   What the memory says about itself (addresses, lengths) is checked before it is used.

import type { DurableBody, Fault, Reply, Standing, State, Verdict } from '../kernel/body.ts'
import type { Frames } from '../kernel/frame.ts'
import { places } from '../kernel/places.ts'
import { Verdict as Answer, Field, PAGE, PARDON, Trap } from './abi.ts'
import { Image } from './image.ts'
import type { Instance } from './instance.ts'
import type { Pool, Slot, Tenant } from './pool.ts'
import { WINDOW } from './shelf.ts'
import { standingOf } from './standing.ts'

export type BodyLimits = {
  readonly memoryBytes: number
  /** Fuel below zero at which a step that cannot stop is ended. */
  readonly hardFuel: number
}

const COMPLAINT_BYTES = 64 * 1024
// V8 knows what a constant of this file is, and looks up what another one exports, each time
const { inStart, inCapacity, inEnd, inNext, outStart, outEnd, backlog, fuel: fuelLeft } = Field
const { wait, again, exit } = Answer
const placeBytes = places.bytes

// what `exchange` answers when it wrote a reply (courier.ts)
const LAST_ANSWER = 3
const REPLY_BYTES = 0xfc
const SPENT_SHIFT = 8

export class LuaBody implements DurableBody, Tenant {
  readonly outbox: Frames = { ...nowhere }
  leftAt = -1
  spent = 0
  replied = 0
  backlog = 0
  isBehind = false
  fault: Fault | null = null
  readonly #pool: Pool
  readonly #origin: Image
  readonly #limits: BodyLimits
  readonly #pages: number // that its memory may have
  #image: Image | null // null while hot
  #slot: Slot | null = null
  #laid = 0 // parts of the image that are in the slot
  #taken: Uint8Array[] | null = null // parts of the next image

  /** `origin` is the image of the entry: what a fresh process starts from. */
  constructor(pool: Pool, origin: Image, limits: BodyLimits) {
    this.#pool = pool
    this.#origin = origin
    this.#image = origin
    this.#limits = limits
    this.#pages = limits.memoryBytes / PAGE
  }

  /** Whether an instance is held. */
  get hot(): boolean {
    return this.#image === null
  }

  /** Bytes this process costs beyond its entry while it is cold; null while it is hot. */
  get coldBytes(): number | null {
    return this.#image === null ? null : this.#image === this.#origin ? 0 : this.#image.size
  }

  /** Bytes that its heap has taken of the memory while hot; 0 when cold. */
  get memoryBytes(): number {
    return this.#image === null ? this.#slot!.instance.takenPages * PAGE : 0
  }

  get heldBytes(): number {
    return this.coldBytes ?? this.memoryBytes
  }

  warm(): boolean {
    const image = this.#image
    if (image === null) return true
    try {
      if (this.#slot === null) {
        const inParts = image !== this.#origin && image.size > WINDOW
        const slot = this.#pool.expect(this, inParts)
        if (slot === null) return false
        this.#enter(slot, image)
        if (inParts) return false
      }
      return this.#lay(image)
    } catch {
      this.#giveUp()
      return true // its step tries again, and says why not
    }
  }

  step(inbox: Frames, fuel: number, nowMs: number, reply: Reply | null = null): Verdict {
    this.replied = 0
    if (!this.#isWarm()) return this.#fail('memory', 'the machine has no memory for it')
    const slot = this.#slot!
    const { instance } = slot
    this.#pool.touch(slot)
    this.#taken = null // it stays
    const size = inbox.end - inbox.start
    const { hardFuel } = this.#limits
    let answer: number
    try {
      const at = size === 0 ? 0 : room(instance, size, this.#pages)
      if (at === 0 && size > 0) return this.#fail('memory')
      if (at < 0 || at + size > instance.bytes.length) return this.#fail('trap')
      if (inbox.bytes !== placeBytes || size === 0) {
        if (size > 0) write(instance, at, inbox, size)
        answer = instance.step(size, fuel, hardFuel, this.#pages, nowMs)
      } else if (reply === null || !instance.introduce(reply.from)) {
        answer = instance.courier.deliver(inbox.start, at, size, fuel, hardFuel, this.#pages, nowMs)
      } else {
        answer = instance.courier.exchange(inbox.start, at, size, fuel, hardFuel, this.#pages, nowMs, reply.at)
        if (answer > LAST_ANSWER) return this.#replied(answer)
      }
    } catch (cause) {
      instance.refresh()
      // no more than it may: a damaged memory pays for copies that are larger than it, and refused
      this.spent = Math.min(fuel - instance.exports.fuel.value + instance.exports.debt.value, fuel + this.#limits.hardFuel + PARDON)
      return this.#trapped(instance.exports.fault.value, cause)
    }
    instance.refresh()
    const { words, view, bytes } = instance
    this.spent = fuel - words[fuelLeft]!
    this.backlog = Math.max(0, words[backlog]!)
    this.isBehind = words[inNext] !== words[inEnd]
    const start = words[outStart]!
    const end = start + words[outEnd]!
    const { outbox } = this
    if (outbox.bytes !== bytes) {
      outbox.bytes = bytes
      outbox.view = view
    }
    outbox.start = start
    outbox.end = end
    if (answer === wait) return 'wait'
    if (answer === again) return 'again'
    if (answer === exit) return 'exit'
    return this.#broken()
  }

  evict(): boolean {
    const slot = this.#slot
    if (slot === null) return true
    if (this.#image === null) {
      this.#image = this.#taking(slot)
      if (this.#image === null) return false
    }
    this.#leave(slot)
    return true
  }

  /** The whole state between two steps, as the difference from the entry's image. */
  image(): Image {
    if (this.#image === null) return this.#slot!.instance.capture(this.#origin)
    return this.#image === this.#origin ? new Image(this.#origin, this.#origin.pages, []) : this.#image
  }

  standing(): Standing {
    return standingOf(this.image().unfolded(), this.#origin.flatten())
  }

  /** Goes on from an image that `image` gave, here or elsewhere. */
  restore(state: State): void {
    this.#giveUp()
    this.#image = Image.of(this.#origin, state, WINDOW)
  }

  scrub(): boolean {
    const slot = this.#slot
    if (slot === null || !this.#pool.recycles(slot)) return true
    if (this.#image !== this.#origin) {
      this.#image = this.#origin // nothing in the memory is true any more
      this.#laid = 0
    }
    return slot.instance.resetPart(this.#origin, this.#laid++)
  }

  close(): void {
    const slot = this.#slot
    if (slot !== null) {
      if (this.#pool.keeps(slot)) slot.instance.reset(this.#origin) // now, while the processor has it at hand
      this.#leave(slot)
    }
    this.#image = this.#origin
  }

  /** Whether it is in an instance, after all that is missing was done at once; there may be no memory for one. */
  #isWarm(): boolean {
    try {
      for (let image = this.#image; image !== null; image = this.#image) {
        if (this.#slot === null) this.#enter(this.#pool.acquire(this), image)
        this.#lay(image)
      }
      return true
    } catch (cause) {
      this.#giveUp()
      if (!(cause instanceof RangeError)) throw cause
      return false
    }
  }

  #enter(slot: Slot, image: Image): void {
    this.#slot = slot
    slot.instance.load(this.#origin, image.pages)
  }

  /** Lays so much of the image over its origin as is moved at once; whether that was all. */
  #lay(image: Image): boolean {
    const slot = this.#slot!
    const parts = image === this.#origin ? [] : image.parts
    for (let bytes = 0; this.#laid < parts.length; this.#laid++) {
      const part = parts[this.#laid]!
      bytes += part.length
      if (bytes > WINDOW && bytes > part.length) return false
      slot.instance.lay(part)
    }
    this.#laid = 0
    this.#image = null
    this.#pool.arrived(slot)
    return true
  }

  /** An image, when its last part was taken. An instance that will be used again is emptied at once. */
  #taking(slot: Slot): Image | null {
    const { instance } = slot
    if (this.#pool.keeps(slot)) return instance.vacate(this.#origin)
    this.#taken ??= []
    this.#taken.push(instance.part(this.#origin, this.#taken.length))
    return this.#taken.length < instance.parts ? null : new Image(this.#origin, instance.takenPages, this.#taken)
  }

  #leave(slot: Slot): void {
    this.#slot = null
    this.#laid = 0
    this.#taken = null
    forget(this.outbox)
    this.#pool.release(slot)
  }

  #giveUp(): void {
    if (this.#slot !== null) this.#leave(this.#slot)
  }

  /** All that the step wanted was written to `reply`, and it has read all there was. */
  #replied(answer: number): Verdict {
    this.#slot!.instance.refresh()
    this.replied = answer & REPLY_BYTES
    this.spent = answer >>> SPENT_SHIFT
    this.backlog = 0
    this.isBehind = false
    this.outbox.start = 0
    this.outbox.end = 0
    return 'wait'
  }

  #trapped(trap: number, cause: unknown): Verdict {
    if (trap === Trap.fuel) return this.#fail('fuel')
    if (trap === Trap.memory) return this.#fail('memory')
    if (cause instanceof RangeError) return this.#fail('stack')
    return this.#fail('trap', cause instanceof Error ? cause.message : String(cause))
  }

  #fail(reason: Fault['reason'], message: string = because(reason, this.#limits)): Verdict {
    this.fault = { reason, message }
    forget(this.outbox)
    return 'fault'
  }

  /** The root itself failed: what it left behind is its message. */
  #broken(): Verdict {
    const { instance } = this.#slot!
    try {
      const at = instance.exports.complaint()
      instance.refresh()
      const { words, bytes } = instance
      const length = words[Field.scratch]!
      const inside = at > 0 && length >= 0 && at + length <= bytes.length
      if (inside) return this.#fail('trap', new TextDecoder().decode(bytes.slice(at, at + Math.min(length, COMPLAINT_BYTES))))
    } catch {
      instance.refresh() // it cannot even say why
    }
    return this.#fail('trap', 'no message')
  }
}

const nothing = new Uint8Array(0)
const nowhere: Frames = { bytes: nothing, view: new DataView(nothing.buffer), start: 0, end: 0 }
const forget = (frames: Frames): void => void Object.assign(frames, nowhere)

const mebibytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`
const because = (reason: Fault['reason'], limits: BodyLimits): string => {
  if (reason === 'fuel') return `out of fuel: ran ${limits.hardFuel} units without a point to stop at`
  if (reason === 'memory') return `out of memory: more than ${mebibytes(limits.memoryBytes)}`
  if (reason === 'stack') return 'out of stack'
  return 'the memory of the process is damaged'
}

/** Where the inbox goes: the start of its buffer when all there was read and it is large enough, else where the memory makes room; 0: nowhere. */
const room = (instance: Instance, size: number, pages: number): number => {
  const { words } = instance
  if (words[inNext] === words[inEnd] && size <= words[inCapacity]!) return words[inStart]!
  const at = instance.reserve(size, pages)
  instance.refresh()
  return at
}

const SHORT = 256 // bytes; below it a loop is faster than `set`, which makes an object first
/** Copies frames, whose size is a multiple of 4. */
const write = (instance: Instance, at: number, { bytes, view, start }: Frames, size: number): void => {
  if (size > SHORT) {
    instance.bytes.set(bytes.subarray(start, start + size), at)
    return
  }
  const to = instance.view
  let i = 0
  for (const last = size - 8; i <= last; i += 8) to.setBigInt64(at + i, view.getBigInt64(start + i, true), true) // V8 makes no BigInt
  if (i < size) to.setInt32(at + i, view.getInt32(start + i, true), true)
}
