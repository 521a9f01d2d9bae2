// The ways into a mailbox: what processes send each other, and what the host sends them.
//
// Whoever gets something wakes. What cannot be delivered is answered when its sender waits for an answer, and counted when not.

import { WippyError } from '../error.ts'
import { type Pid, parsePid } from '../pid.ts'
import type { Abroad } from './abroad.ts'
import { Address, NOBODY } from './address.ts'
import { isSound, singles } from './bundle.ts'
import { mailboxFull, messageTooLarge, processNotFound, replyTooLarge, reservedTopic, unresolved } from './failure.ts'
import { EVENT, FrameCursor, type Frames, MESSAGE, MESSAGES, REPLY, setCredit } from './frame.ts'
import type { Admission } from './mailbox.ts'
import type { Names } from './names.ts'
import type { Observer } from './observer.ts'
import { type EncodeError, endedBy, failed, TRUE, textPayload } from './payload.ts'
import type { Post } from './post.ts'
import type { Process } from './process.ts'
import type { ProcessTable } from './process-table.ts'
import type { Texts } from './texts.ts'

const AT = 0x40 // topics that begin with it are the runtime's own
const CREDITED = 4 // senders per inbox whose mailboxes are looked at
const SMALL_REPLY = 4096 // bytes; there is always room for those
const LOOKED_AT = 16 // frames per inbox; who comes later is asked, or has written before

/** Whether a process may send to a pid. Asked for every message, and for everybody who is shown credit. */
export interface SendGuard {
  allows(from: Process, to: Pid): boolean
  /** What the sender is told of a message that was refused. */
  refusal(from: Process, to: Pid): WippyError
}

export type DeliveryOptions = {
  /** This node's name; empty when it has none. */
  readonly node: string
  readonly encodeError: EncodeError
  readonly observer: Observer
  readonly abroad: Abroad | null
  readonly sends: SendGuard | null
}

type DeliveryParts = DeliveryOptions & {
  readonly table: ProcessTable
  readonly names: Names
  readonly texts: Texts
  /** Something has arrived for it. */
  readonly wake: (process: Process) => void
}

/** A sender of an inbox, and what of its mailbox is not promised yet. */
type Peer = { process: Process | null; room: number }

const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)
export const PID_EXIT = encoder.encode('pid.exit')
export const LINK_DOWN = encoder.encode('pid.link.down')
const CANCEL = encoder.encode('pid.cancel')

export class Delivery {
  /** Set once, before the first durable process. */
  post: Post | null = null
  readonly #options: DeliveryOptions
  readonly #sends: SendGuard | null
  readonly #table: ProcessTable
  readonly #names: Names
  readonly #texts: Texts
  readonly #wake: (process: Process) => void
  readonly #inbox = new FrameCursor()
  readonly #peers = Array.from({ length: CREDITED }, (): Peer => ({ process: null, room: 0 }))

  constructor(parts: DeliveryParts) {
    this.#options = parts
    this.#sends = parts.sends
    this.#table = parts.table
    this.#names = parts.names
    this.#texts = parts.texts
    this.#wake = parts.wake
  }

  /** Performs the SEND under `frame`. */
  send(from: Process, frame: FrameCursor): void {
    const to = this.#table.named(frame)
    if (isReserved(frame)) this.#refuse(from, frame, 'TOPIC_RESERVED', reservedTopic)
    else if (to === null) this.#sendByName(from, frame)
    else this.#sendTo(from, to, frame)
  }

  /** Performs the SENDS under `frame`. False when it is malformed. */
  sendAll(from: Process, frame: FrameCursor): boolean {
    if (!isSound(frame)) return false
    const to = this.#table.named(frame)
    const isPlain = to !== null && to.commit === null && this.maySend(from, to.pid, frame)
    if (isPlain && to.mailbox.forwardAll(from.address, frame)) this.#wake(to)
    else for (const single of singles(frame)) this.send(from, single)
    return true
  }

  /** Whether `send` would let the SEND under `frame` go to `to`. */
  maySend(from: Process, to: Pid, frame: FrameCursor): boolean {
    return !isReserved(frame) && this.#sends?.allows(from, to) !== false
  }

  /** A message from the host's side. `to` is a pid or a registered name, `from` may be empty. Throws what a sender would be answered. */
  message(from: Pid | '', to: string, topic: string | Uint8Array, payload: Uint8Array): void {
    const pid = this.resolve(to)
    if (pid === null) throw unresolved(to)
    const bytes = typeof topic === 'string' ? encoder.encode(topic) : topic
    if (this.#isPosted(pid)) {
      this.#inBackground(this.post!.message(from, pid, bytes, payload), from, pid)
      return
    }
    const process = this.find(pid)
    const admission = process.mailbox.message(from === '' ? NOBODY : new Address(from), bytes, payload)
    if (admission === 'full') throw mailboxFull()
    if (admission === 'large') throw messageTooLarge()
    if (admission !== 'taken') this.#options.observer.dropped(from as Pid, pid, 'MAILBOX_FULL')
    if (admission !== 'dropped') this.#wake(process)
  }

  /** Answers an ask. It always gets in, or REPLY_TOO_LARGE does in its place; nobody hears it once the process that asked has ended or runs other code. */
  reply(process: Process, tag: number, ok: boolean, values: Uint8Array): void {
    if (process.state === 'ended') return
    const { mailbox } = process
    if (fits(process, values)) mailbox.signal(REPLY, ok ? 1 : 0, tag, NOBODY, NOTHING, values)
    else mailbox.signal(REPLY, 0, tag, NOBODY, NOTHING, failed(this.#options.encodeError(replyTooLarge(values.length))))
    this.#wake(process)
  }

  /** Answers an ask with an error. */
  fail(process: Process, tag: number, error: WippyError): void {
    this.reply(process, tag, false, failed(this.#options.encodeError(error)))
  }

  /** One of many answers to one ask. False when the mailbox is full or the process gone. */
  push(process: Process, tag: number, values: Uint8Array): boolean {
    if (process.state === 'ended' || !process.mailbox.hasRoomFor(values.length)) return false
    this.reply(process, tag, true, values)
    return true
  }

  /** Asks a process to end. Whether it does is its own decision. Throws PROCESS_NOT_FOUND. */
  cancel(to: Pid, reason: string, from: Pid | '' = ''): void {
    const payload = textPayload(reason)
    if (this.#isPosted(to)) this.#inBackground(this.post!.cancel(from, to, payload), from, to)
    else this.#cancel(this.find(to), from, payload)
  }

  #cancel(to: Process, from: Pid | '', payload: Uint8Array): void {
    if (to.mailbox.hasRoomForEvent(payload)) this.event(to, CANCEL, from === '' ? NOBODY : new Address(from), false, payload)
    else this.#options.observer.dropped(from as Pid, to.pid, 'MAILBOX_FULL') // it has been told often enough
  }

  /** A whole frame that was kept for a process elsewhere. */
  hand(to: Process, frame: Frames): void {
    if (to.state === 'ended') return
    to.mailbox.accept(frame)
    this.#wake(to)
  }

  /** An event; topics are PID_EXIT and LINK_DOWN. Always gets in; of how somebody ended perhaps nothing but that there was no room for it. */
  event(to: Process, topic: Uint8Array, from: Address, ok: boolean, payload: Uint8Array): void {
    if (fits(to, payload)) to.mailbox.signal(EVENT, ok ? 1 : 0, 0, from, topic, payload)
    else to.mailbox.signal(EVENT, 0, 0, from, topic, endedBy(this.#options.encodeError(replyTooLarge(payload.length))))
    this.#wake(to)
  }

  /** The pid that a PID text or a registered name stands for, dead or alive; null when it is neither. */
  resolve(text: string): Pid | null {
    return parsePid(text) === null ? (this.#names.lookup(text) ?? null) : (text as Pid)
  }

  /** A process that is alive; throws PROCESS_NOT_FOUND. */
  find(pid: Pid): Process {
    const process = this.#table.find(pid)
    if (process === null) throw processNotFound(pid)
    return process
  }

  /**
   * Writes into the inbox how many more messages those who wrote will certainly take from `process` in this step: each frame of a sender is
   * worth half of the room that is left, so that all of them together are not worth more than there is. Answers who has credit, when
   * the inbox is one frame.
   */
  grantCredit(process: Process, inbox: Frames): Process | null {
    const from = process.mailbox.onlyFrom
    const only = from === null ? null : from.process
    if (only === null || only.state === 'ended' || only.serial < 0) {
      this.#grantEach(process, inbox)
      return null
    }
    const credit = this.#roomAt(only, process) >> 1
    if (credit === 0) return null
    setCredit(inbox.view, inbox.start, credit)
    return only
  }

  #grantEach(process: Process, inbox: Frames): void {
    const frame = this.#inbox.over(inbox)
    const peers = this.#peers
    let known = 0
    for (let seen = 0; seen < LOOKED_AT && frame.next(); seen++) {
      if ((frame.kind !== MESSAGE && frame.kind !== MESSAGES && frame.kind !== REPLY) || frame.nameStart === frame.nameEnd) continue
      let i = 0
      while (i < known && !peers[i]!.process?.address.isAt(frame.view, frame.nameStart, frame.nameEnd)) i++
      if (i === CREDITED) return
      const peer = peers[i]!
      if (i === known) {
        known++
        peer.process = this.#table.named(frame)
        peer.room = this.#roomAt(peer.process, process)
      }
      const credit = peer.room >> 1
      peer.room -= credit
      if (credit > 0) setCredit(frame.view, frame.at, credit)
    }
  }

  #roomAt(peer: Process | null, sender: Process): number {
    return peer === null || peer.commit !== null || this.#sends?.allows(sender, peer.pid) === false ? 0 : peer.mailbox.credit
  }

  #sendTo(from: Process, to: Process, frame: FrameCursor): void {
    if (this.#sends !== null && this.#isDenied(this.#sends, from, to.pid, frame)) return
    if (to.commit !== null && this.post !== null) {
      this.#post(from, to.pid, frame)
      return
    }
    const admission = to.mailbox.forward(from.address, frame)
    if (admission !== 'taken' && !this.#settled(from, to, frame, admission)) return
    this.#wake(to)
    if (frame.tag === 0) return
    from.mailbox.signal(REPLY, 1, frame.tag, to.address, NOTHING, TRUE)
    this.#wake(from)
  }

  /** What to do about a full mailbox. Whether the message is in. */
  #settled(from: Process, to: Process, frame: FrameCursor, admission: Admission): boolean {
    if (admission === 'full') this.#refuse(from, frame, 'MAILBOX_FULL', mailboxFull)
    else if (admission === 'large') this.#refuse(from, frame, 'MESSAGE_TOO_LARGE', messageTooLarge)
    else this.#options.observer.dropped(from.pid, to.pid, 'MAILBOX_FULL')
    if (admission === 'dropped' && frame.tag !== 0) this.reply(from, frame.tag, true, TRUE)
    return admission === 'displaced'
  }

  #sendByName(from: Process, frame: FrameCursor): void {
    const text = this.#texts.of(frame.bytes, frame.nameStart, frame.nameEnd)
    const pid = this.resolve(text)
    const to = pid === null ? null : this.#table.find(pid)
    if (to !== null) this.#sendTo(from, to, frame)
    else if (pid === null) this.#refuse(from, frame, 'NAME_UNRESOLVED', () => unresolved(text))
    else if (this.post?.owns(pid)) this.#sendPosted(from, pid, frame)
    else this.#sendAbroad(from, pid, frame)
  }

  #sendPosted(from: Process, to: Pid, frame: FrameCursor): void {
    if (this.#sends === null || !this.#isDenied(this.#sends, from, to, frame)) this.#post(from, to, frame)
  }

  #post(from: Process, to: Pid, { bytes, nameEnd, topicEnd, payloadEnd, tag }: FrameCursor): void {
    this.post!.send(from, to, bytes.slice(nameEnd, topicEnd), bytes.slice(topicEnd, payloadEnd), tag)
  }

  /** Whether what is for `pid` has to be written down first. */
  #isPosted(pid: Pid): boolean {
    const process = this.#table.find(pid)
    return process === null ? this.post?.owns(pid) === true : process.commit !== null && this.post !== null
  }

  #inBackground(work: Promise<void>, from: Pid | '', to: Pid): void {
    work.catch((error) => this.#options.observer.dropped(from as Pid, to, error instanceof WippyError ? error.code : 'POST_FAILED'))
  }

  #sendAbroad(from: Process, to: Pid, frame: FrameCursor): void {
    const { node, abroad } = this.#options
    if (abroad === null || parsePid(to)?.node === node) {
      this.#refuse(from, frame, 'PROCESS_NOT_FOUND', () => processNotFound(to))
    } else if (this.#sends === null || !this.#isDenied(this.#sends, from, to, frame)) {
      const { bytes, nameEnd, topicEnd, payloadEnd, tag } = frame
      abroad.message(from, to, bytes.slice(nameEnd, topicEnd), bytes.slice(topicEnd, payloadEnd), tag)
    }
  }

  #isDenied(sends: SendGuard, from: Process, to: Pid, frame: FrameCursor): boolean {
    if (sends.allows(from, to)) return false
    const refusal = sends.refusal(from, to)
    this.#refuse(from, frame, refusal.code, () => refusal)
    return true
  }

  #refuse(from: Process, frame: FrameCursor, code: string, error: () => WippyError): void {
    if (frame.tag !== 0) this.fail(from, frame.tag, error())
    else this.#options.observer.dropped(from.pid, this.#texts.of(frame.bytes, frame.nameStart, frame.nameEnd), code)
  }
}

/** Whether no more bytes wait with these than the memory of a process could hold. What a journal has must get in. */
const fits = ({ commit, mailbox, limits }: Process, payload: Uint8Array): boolean =>
  commit !== null || payload.length < SMALL_REPLY || mailbox.waitingBytes + payload.length <= limits.memoryBytes

const isReserved = ({ bytes, nameEnd, topicEnd }: FrameCursor): boolean => topicEnd > nameEnd && bytes[nameEnd] === AT
