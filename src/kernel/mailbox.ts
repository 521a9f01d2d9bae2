// What waits for one process, oldest first: messages, replies, events, the start. There is no other way in.
//
//   M1. Never more messages, nor more bytes of messages, than the limits allow. What the process has taken in but not received is `held`
//       and counts as messages: who reads its inbox into a heap is no way around the limit. Besides there is what was handed over and not
//       read yet, one batch at most.
//   M2. Replies, events and the start always get in: a process bounds their number by what it asks and whom it watches, and whoever
//       delivers them makes sure that no more bytes wait than its memory could hold. Answers nobody waits for (`push`: tickers,
//       subscriptions) are refused like messages; cancels, which anybody may cause, once twice as much waits as messages may take.
//   M3. Whoever sends to one process is heard in the order of sending.
//   M4. An empty mailbox owns no buffer.

import type { Address } from './address.ts'
import { singly } from './bundle.ts'
import { type FrameCursor, type Frames, frameBytes, frameKind, HEADER_BYTES, MESSAGE, MESSAGES, messagesIn, REPLY, START } from './frame.ts'
import type { BufferPool, FrameBuffer } from './frame-buffer.ts'
import { PLACE_BYTES } from './places.ts'

/** What a full mailbox does: refuse and say so, make room by forgetting the oldest message, or forget the new one. */
export type MailboxPolicy = 'refuse' | 'drop-oldest' | 'drop-newest'
export type MailboxLimits = { readonly messages: number; readonly bytes: number; readonly policy: MailboxPolicy }

/** What became of a message. `displaced`: taken, and older ones lost for it. `large`: will never fit. */
export type Admission = 'taken' | 'displaced' | 'full' | 'dropped' | 'large'

/** How long a message covered by credit may be, with its header and the sender's pid. Longer ones must ask. */
const CREDIT_BYTES = 4096
const MOST_CREDIT = 2048 // messages
const SPARE_EVENTS = 64
const SCARCE_BYTES = 64 * 1024 // with less room than this everybody must ask

export const defaultMailbox: MailboxLimits = { messages: 10_000, bytes: 8 * 1024 * 1024, policy: 'refuse' }

export class Mailbox {
  readonly #limits: MailboxLimits
  readonly #pool: BufferPool
  #buffer: FrameBuffer | null = null
  #things = 0 // messages and signals
  #messages = 0
  #messageBytes = 0
  #held = 0
  #onlyFrom: Address | null = null

  constructor(limits: MailboxLimits, pool: BufferPool) {
    this.#limits = limits
    this.#pool = pool
  }

  get isEmpty(): boolean {
    return this.#things === 0
  }

  /** Messages waiting, the held ones included. */
  get messages(): number {
    return this.#messages + this.#held
  }

  /** Messages the process has taken in and not received, as its body says after each step. */
  set held(count: number) {
    this.#held = Math.max(0, count)
  }

  /** Bytes of messages waiting, headers included. */
  get messageBytes(): number {
    return this.#messageBytes
  }

  /** Who sent all that waits, or what was taken last, when it is one frame of messages; null when it is more, or not known. */
  get onlyFrom(): Address | null {
    return this.#onlyFrom
  }

  /** How many more messages of up to CREDIT_BYTES certainly get in; 0 when nearly full. */
  get credit(): number {
    const { messages, bytes, policy } = this.#limits
    if (policy !== 'refuse') return MOST_CREDIT
    const room = bytes - this.#messageBytes
    if (room < SCARCE_BYTES) return 0
    const most = room < MOST_CREDIT * CREDIT_BYTES ? (room / CREDIT_BYTES) | 0 : MOST_CREDIT
    return Math.max(0, Math.min(most, messages - this.messages))
  }

  /** Takes the topic and payload under `from` as a message from `sender`. */
  forward(sender: Address, from: FrameCursor): Admission {
    const isOnly = this.#things === 0
    const admission = this.#admit((HEADER_BYTES + sender.length + from.payloadEnd - from.nameEnd + 3) & ~3)
    if (admission === 'taken' || admission === 'displaced') this.#open(isOnly ? sender : null).forward(MESSAGE, 0, sender, from)
    return admission
  }

  /** Takes a sound bundle as it is when all of it certainly fits. Else its messages have to come one by one. */
  forwardAll(sender: Address, from: FrameCursor): boolean {
    const size = (HEADER_BYTES + sender.length + from.payloadEnd - from.nameEnd + 3) & ~3
    if (this.#limits.policy !== 'refuse' || this.#isFullFor(size, from.tag)) return false
    const buffer = this.#open(this.#things === 0 ? sender : null)
    this.#add(from.tag, size)
    buffer.forward(MESSAGES, from.tag, sender, from)
    return true
  }

  /** A place for one message, to come back with `arrived`: when nothing waits here, and whatever fits into it gets in. Else null. */
  offer(): FrameBuffer | null {
    const isFree = this.#buffer === null && this.#limits.policy === 'refuse' && !this.#isFullFor(PLACE_BYTES, 1)
    return isFree ? this.#pool.takePlace() : null
  }

  /** What `offer` gave comes back, with a message from `sender` in it that takes so many bytes, or with none. */
  arrived(buffer: FrameBuffer, sender: Address, size: number): void {
    if (size === 0) {
      this.#pool.give(buffer)
      return
    }
    buffer.end += size
    this.#buffer = buffer
    this.#onlyFrom = sender
    this.#add(1, size)
  }

  /** Takes a message from the host's side. */
  message(sender: Address, topic: Uint8Array, payload: Uint8Array): Admission {
    const admission = this.#admit((HEADER_BYTES + sender.length + topic.length + payload.length + 3) & ~3)
    if (admission === 'taken' || admission === 'displaced') this.#open().post(MESSAGE, 0, 0, sender, topic, payload)
    return admission
  }

  /** Takes one whole frame that was kept for this process elsewhere, whatever the limits: who keeps it bounds it. */
  accept(frame: Frames): void {
    this.#open().append(frame)
    if (frameKind(frame.view, frame.start) === MESSAGE) this.#add(1, frame.end - frame.start)
    else this.#things++
  }

  /** Takes a reply, an event or a start, whatever the limits. */
  signal(kind: number, flag: number, tag: number, name: Address, topic: Uint8Array, payload: Uint8Array): void {
    this.#open().post(kind, flag, tag, name, topic, payload)
    this.#things++
  }

  /** Bytes of all that waits. */
  get waitingBytes(): number {
    return this.#buffer?.size ?? 0
  }

  /** Whether a reply of so many bytes gets in that the process did not bound itself. */
  hasRoomFor(bytes: number): boolean {
    return this.#things < this.#limits.messages && this.waitingBytes + HEADER_BYTES + bytes <= this.#limits.bytes
  }

  /** Whether one more event gets in that the process did not bring about itself. */
  hasRoomForEvent(payload: Uint8Array): boolean {
    const { messages, bytes } = this.#limits
    return this.#things < 2 * messages + SPARE_EVENTS && this.waitingBytes + payload.length <= 2 * bytes + SCARCE_BYTES
  }

  /** Shows what waits, oldest first and in place, until `visit` says that it has seen enough. */
  look(visit: (frame: FrameCursor) => boolean): void {
    if (this.#buffer === null) return
    for (const frame of singly(this.#buffer)) if (!visit(frame)) return
  }

  /** Moves the oldest frames to `into`, where they stay until `settle`: at most so many messages and signals, at least one frame. */
  take(into: Frames, most: number, maxBytes: number): void {
    const buffer = this.#buffer
    if (buffer === null) {
      into.start = 0
      into.end = 0
      return
    }
    if (into.bytes !== buffer.bytes) {
      into.bytes = buffer.bytes
      into.view = buffer.view
    }
    into.start = buffer.start
    if (this.#things <= most && buffer.size <= maxBytes) {
      buffer.start = buffer.end
      this.#things = 0
      this.#messages = 0
      this.#messageBytes = 0
    } else {
      this.#takeSome(buffer, most, maxBytes)
    }
    into.end = buffer.start
  }

  /** The taken frames have been read: their memory may be used again. */
  settle(): void {
    if (this.#things > 0 || this.#buffer === null) return
    this.#pool.give(this.#buffer)
    this.#buffer = null
  }

  /** For new code under the same pid: forgets replies to the old code, keeps the rest, and puts `start` first. */
  restart(pid: Address, entry: Uint8Array, args: Uint8Array, seed = 0): void {
    const old = this.#buffer
    this.#buffer = null
    this.#things = 0
    this.#held = 0
    this.signal(START, 0, seed, pid, entry, args)
    if (old === null) return
    for (let at = old.start; at < old.end; at += frameBytes(old.view, at)) {
      if (frameKind(old.view, at) === REPLY) continue
      this.#open().append(old, at, at + frameBytes(old.view, at))
      this.#things += messagesIn(old.view, at) || 1
    }
    this.#pool.give(old)
  }

  /** Forgets everything. */
  clear(): void {
    this.#things = 0
    this.#messages = 0
    this.#messageBytes = 0
    this.#held = 0
    this.settle()
  }

  /** Where one more frame goes. `onlyFrom`: whose it is when it is the only one. */
  #open(onlyFrom: Address | null = null): FrameBuffer {
    this.#onlyFrom = onlyFrom
    this.#buffer ??= this.#pool.take()
    return this.#buffer
  }

  #admit(size: number): Admission {
    const { messages, bytes, policy } = this.#limits
    let admission: Admission = 'taken'
    if (this.#isFullFor(size, 1)) {
      if (size > bytes) return 'large'
      if (policy === 'refuse') return 'full'
      if (policy === 'drop-newest' || this.#held >= messages) return 'dropped'
      while (this.#isFullFor(size, 1)) this.#dropOldest()
      admission = 'displaced'
    }
    this.#add(1, size)
    return admission
  }

  #isFullFor(size: number, messages: number): boolean {
    return this.messages + messages > this.#limits.messages || this.#messageBytes + size > this.#limits.bytes
  }

  #add(messages: number, size: number): void {
    this.#things += messages
    this.#messages += messages
    this.#messageBytes += size
  }

  #takeSome(buffer: FrameBuffer, most: number, maxBytes: number): void {
    const first = buffer.start
    for (let taken = 0; taken < most && this.#things > 0; ) {
      const size = frameBytes(buffer.view, buffer.start)
      const messages = messagesIn(buffer.view, buffer.start)
      taken += messages || 1
      if (buffer.start > first && (taken > most || buffer.start - first + size > maxBytes)) return
      this.#left(messages, size)
      buffer.start += size
    }
  }

  // Signals before the oldest message move over it: they are few, and their order stays. Who forgets the oldest takes no bundles.
  #dropOldest(): void {
    const buffer = this.#buffer!
    let at = buffer.start
    while (frameKind(buffer.view, at) !== MESSAGE) at += frameBytes(buffer.view, at)
    const size = frameBytes(buffer.view, at)
    buffer.bytes.copyWithin(buffer.start + size, buffer.start, at)
    buffer.start += size
    this.#left(1, size)
  }

  /** `messages`: 0 for a signal. */
  #left(messages: number, size: number): void {
    this.#things -= messages || 1
    if (messages === 0) return
    this.#messages -= messages
    this.#messageBytes -= size
  }
}
