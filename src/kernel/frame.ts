// The form in which everything enters and leaves a process: frames, back to back, little endian, the same in both directions.
//
//   u32 payload length | u8 kind | u8 flag | u16 name length | u32 tag | u16 topic length | u16 credit
//   name bytes, topic bytes, payload bytes, zeros up to a multiple of 4
//
// Payloads are msgpack arrays that nobody here reads. Frames on their way out lie in memory that a hostile process owns:
//   F1. A cursor never looks outside the bytes it was given; a length that lies stops it, with `malformed` set.
//   F2. Moving a cursor allocates nothing.

/** Frames in place: `bytes` and `view` are the same memory; what counts lies between `start` and `end`. */
export type Frames = { bytes: Uint8Array; view: DataView; start: number; end: number }

export const HEADER_BYTES = 16

// Into a process.
export const MESSAGE = 1 // name = sender's pid
export const REPLY = 2 // tag = the ask's; flag 1 = ok; name = receiver's pid when it answers a SEND
export const EVENT = 3 // topic = `pid.exit`, `pid.link.down` or `pid.cancel`; name = from
export const START = 4 // name = own pid, topic = entry id, tag = seed of its random numbers, payload = arguments of main
export const LOAD = 5 // name = chunk's name, topic = role: only while an entry's image is made
export const QUERY = 6 // name = query, payload = its arguments: only on a copy of a memory; the answer is an EXIT
export const RENAME = 7 // name = own pid from now on: a copy of a process that goes on beside it
export const MESSAGES = 8 // tag = how many, payload = all of them: bundle.ts

// Out of a process.
export const SEND = 16 // name = pid or registered name; tag 0 = no answer
export const ASK = 17 // name = operation, topic = target; tag 0 = no answer
export const EXIT = 18 // flag 1 = ok; payload = [value, error]
export const SENDS = 19 // covered by credit, no answer; tag = how many, payload = all of them: bundle.ts

/** Length of the frame at `at`, padding included. Only for frames this side wrote: nothing is checked. */
export const frameBytes = (view: DataView, at: number): number =>
  (HEADER_BYTES + view.getUint32(at, true) + view.getUint16(at + 6, true) + view.getUint16(at + 12, true) + 3) & ~3

/** Kind of the frame at `at`. */
export const frameKind = (view: DataView, at: number): number => view.getUint8(at + 4)

/** Messages in the frame at `at`. */
export const messagesIn = (view: DataView, at: number): number => {
  const kind = frameKind(view, at)
  return kind === MESSAGE ? 1 : kind === MESSAGES ? view.getUint32(at + 8, true) : 0
}

/** Overwrites the credit of the frame at `at`. */
export const setCredit = (view: DataView, at: number, credit: number): void => view.setUint16(at + 14, credit, true)

const nothing = new Uint8Array(0)
const EMPTY: Frames = { bytes: nothing, view: new DataView(nothing.buffer), start: 0, end: 0 }

/** A range to be filled in: what `Mailbox.take` writes its batch to. */
export const noFrames = (): Frames => ({ ...EMPTY })

/** Whether the bounds lie in the memory. */
export const areWithin = ({ bytes, start, end }: Frames): boolean => start >= 0 && start <= end && end <= bytes.length

/** Stands on one frame after the other and says where its parts lie in `bytes`. */
export class FrameCursor {
  bytes: Uint8Array = EMPTY.bytes
  view: DataView = EMPTY.view
  at = 0
  kind = 0
  flag = 0
  tag = 0
  credit = 0
  nameStart = 0
  nameEnd = 0 // the topic starts here
  topicEnd = 0 // the payload starts here
  payloadEnd = 0
  /** Whether the last `next` met a frame that cannot be. */
  malformed = false
  #next = 0
  #end = 0

  /** Stands before the first of `frames`. */
  over(frames: Frames): this {
    if (this.bytes !== frames.bytes) {
      this.bytes = frames.bytes
      this.view = frames.view
    }
    this.malformed = !areWithin(frames)
    this.#next = this.malformed ? 0 : frames.start
    this.#end = this.malformed ? 0 : frames.end
    return this
  }

  /** Moves to the next frame. False after the last one, and for ever at a malformed one. */
  next(): boolean {
    const at = this.#next
    const left = this.#end - at
    if (left < HEADER_BYTES) {
      this.malformed ||= left !== 0
      return false
    }
    const view = this.view
    const payload = view.getUint32(at, true)
    const what = view.getUint32(at + 4, true)
    const rest = view.getUint32(at + 12, true)
    const nameEnd = HEADER_BYTES + (what >>> 16)
    const topicEnd = nameEnd + (rest & 0xffff)
    if (payload > left || ((topicEnd + payload + 3) & ~3) > left) {
      this.malformed = true
      return false
    }
    this.at = at
    this.kind = what & 0xff
    this.flag = (what >>> 8) & 0xff
    this.tag = view.getUint32(at + 8, true)
    this.credit = rest >>> 16
    this.nameStart = at + HEADER_BYTES
    this.nameEnd = at + nameEnd
    this.topicEnd = at + topicEnd
    this.payloadEnd = at + topicEnd + payload
    this.#next = at + ((topicEnd + payload + 3) & ~3)
    return true
  }
}
