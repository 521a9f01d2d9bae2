// Frames that this side writes: a growing stretch of memory, filled at its end and emptied at its start.
//
// The hottest code there is: a message is copied once, from the sender's memory to the receiver's buffer.

import type { Address } from './address.ts'
import { areWithin, type FrameCursor, type Frames, HEADER_BYTES } from './frame.ts'
import { givePlace, PLACE_BYTES, places, takePlace } from './places.ts'

const SMALLEST = PLACE_BYTES
const SHORT = 256 // bytes; below it a loop is faster than `set`, which makes an object first
const LARGEST_KEPT = 128 * 1024 // bytes; larger buffers are not kept for reuse
const POOLED = 2 * 1024 * 1024 // bytes of all that are kept

/** Bytes, and two more views of the same ones. */
type Memory = Pick<typeof places, 'bytes' | 'view' | 'words'>

const memoryOf = (capacity: number): Memory => {
  const bytes = new Uint8Array(capacity)
  return { bytes, view: new DataView(bytes.buffer), words: new Int32Array(bytes.buffer) }
}

export class FrameBuffer implements Frames {
  bytes!: Uint8Array
  view!: DataView
  #words!: Int32Array
  start = 0
  end = 0
  #from = 0 // where its stretch of the memory begins
  #limit = 0 // where it ends
  readonly #place: number // where it lies while that is large enough; 0: there is none
  #own: Memory | null // else

  /** `capacity` in bytes, a multiple of 4. */
  constructor(capacity = SMALLEST, place = 0) {
    this.#place = place
    this.#own = place === 0 ? memoryOf(capacity) : null
    this.#use(this.#own ?? places, place)
  }

  /** A small one in a place, when there is one left. */
  static small(): FrameBuffer {
    return new FrameBuffer(SMALLEST, takePlace())
  }

  /** Whether it lies in a place. */
  get isInPlace(): boolean {
    return this.#from !== 0
  }

  /** Bytes of memory of its own. */
  get ownBytes(): number {
    return this.#own?.bytes.length ?? 0
  }

  get size(): number {
    return this.end - this.start
  }

  clear(): void {
    if (this.#from !== this.#place) this.#use(places, this.#place)
    this.start = this.#from
    this.end = this.#from
  }

  /** Its place is for others. It must not be used any more. */
  close(): void {
    if (this.#place !== 0) givePlace(this.#place)
  }

  #use({ bytes, view, words }: Memory, from: number): void {
    this.bytes = bytes
    this.view = view
    this.#words = words
    this.#from = from
    this.#limit = from === 0 ? bytes.length : from + PLACE_BYTES
    this.start = from
    this.end = from
  }

  /** Appends a frame whose topic and payload are those of the frame under `from`. */
  forward(kind: number, tag: number, name: Address, from: FrameCursor): void {
    const topic = from.topicEnd - from.nameEnd
    const payload = from.payloadEnd - from.topicEnd
    const at = this.#open(kind, 0, tag, name.length, topic, payload, 0)
    name.writeTo(this.#words, at >> 2)
    this.#copy(from, from.nameEnd, from.payloadEnd, at + name.length)
  }

  /** Appends a frame with an address as its name. */
  post(kind: number, flag: number, tag: number, name: Address, topic: Uint8Array, payload: Uint8Array): void {
    const at = this.#open(kind, flag, tag, name.length, topic.length, payload.length, 0)
    name.writeTo(this.#words, at >> 2)
    this.bytes.set(topic, at + name.length)
    this.bytes.set(payload, at + name.length + topic.length)
  }

  /** Appends a frame of any parts. */
  write(kind: number, flag: number, tag: number, name: Uint8Array, topic: Uint8Array, payload: Uint8Array, credit = 0): void {
    const at = this.#open(kind, flag, tag, name.length, topic.length, payload.length, credit)
    this.bytes.set(name, at)
    this.bytes.set(topic, at + name.length)
    this.bytes.set(payload, at + name.length + topic.length)
  }

  /** Appends whole frames as they are. */
  append(frames: Frames, start = frames.start, end = frames.end): void {
    if (this.end + end - start > this.#limit) this.#grow(end - start)
    this.bytes.set(frames.bytes.subarray(start, end), this.end)
    this.end += end - start
  }

  /** Writes a header and zeros the padding; returns where the name belongs. */
  #open(kind: number, flag: number, tag: number, name: number, topic: number, payload: number, credit: number): number {
    const size = (HEADER_BYTES + name + topic + payload + 3) & ~3
    if (this.end + size > this.#limit) this.#grow(size)
    const at = this.end
    const words = this.#words
    const word = at >> 2
    words[((at + size) >> 2) - 1] = 0
    words[word] = payload
    words[word + 1] = kind | (flag << 8) | (name << 16)
    words[word + 2] = tag
    words[word + 3] = topic | (credit << 16)
    this.end = at + size
    return at + HEADER_BYTES
  }

  #copy(from: Frames | FrameCursor, start: number, end: number, to: number): void {
    if (end - start >= SHORT) {
      this.bytes.set(from.bytes.subarray(start, end), to)
      return
    }
    const source = from.view
    const target = this.view
    let at = start
    for (const last = end - 8; at <= last; at += 8, to += 8) target.setBigInt64(to, source.getBigInt64(at, true), true) // V8 makes no BigInt
    for (; at < end; at++, to++) target.setUint8(to, source.getUint8(at))
  }

  /** Makes room for so many bytes that there is none for. */
  #grow(size: number): void {
    const from = this.#from
    const capacity = this.#limit - from
    const used = this.end - this.start
    if (this.start - from >= capacity >> 1 && used + size <= capacity) {
      this.bytes.copyWithin(from, this.start, this.end)
    } else {
      const waiting = this.bytes.subarray(this.start, this.end) // in a place, or in what is too small
      let larger = Math.max(capacity * 2, this.ownBytes)
      while (larger < used + size) larger *= 2
      if (this.#own?.bytes.length !== larger) this.#own = memoryOf(larger)
      this.#use(this.#own!, 0)
      this.bytes.set(waiting)
    }
    this.start = this.#from
    this.end = this.#from + used
  }
}

/** Empty buffers to be used again, so that an idle process owns none. */
export class BufferPool {
  #last: FrameBuffer | null = null // the warmest one, without the cost of an array
  readonly #free: FrameBuffer[] = []
  #bytes = 0 // that #free have of their own

  take(): FrameBuffer {
    const last = this.#last
    if (last !== null) {
      this.#last = null
      return last
    }
    const buffer = this.#free.pop()
    if (buffer === undefined) return FrameBuffer.small()
    this.#bytes -= buffer.ownBytes
    return buffer
  }

  /** The next one, when it lies in a place. */
  takePlace(): FrameBuffer | null {
    const buffer = this.take()
    if (buffer.isInPlace) return buffer
    this.give(buffer)
    return null
  }

  give(buffer: FrameBuffer): void {
    const { ownBytes } = buffer
    if (ownBytes > LARGEST_KEPT || this.#bytes + ownBytes > POOLED) {
      buffer.close()
      return
    }
    buffer.clear()
    if (this.#last === null) {
      this.#last = buffer
    } else {
      this.#free.push(buffer)
      this.#bytes += ownBytes
    }
  }
}

/** A copy that outlives the memory it is made of. Frames whose bounds lie stay as they are, to be found out by who reads them. */
export const copyFrames = (frames: Frames): Frames => {
  if (!areWithin(frames)) return frames
  const copy = new FrameBuffer(Math.max(SMALLEST, (frames.end - frames.start + 3) & ~3))
  copy.append(frames)
  return copy
}
