// What processes are subscribed to: each under the tag of its ask, until it is closed or its process ends.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { encode, encodeAll } from '../msgpack.ts'
import type { BusEvent } from './events.ts'
import type { Call, Caller } from './service.ts'

const MOST = 256 // of one process
const RETRY_MS = 100 // between two attempts to tell who missed something

const refused = (code: string, kind: Kind, message: string, hint: string): WippyError =>
  new WippyError(code, kind, message, { hint, retryable: false })

export class Subscriptions {
  readonly #of = new WeakMap<Caller, Map<number, () => void>>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Has `listen` begin one whose events go to who asked; what that returns ends it. Throws EVENTS_TOO_MANY, EVENTS_TAG_TAKEN. */
  open({ caller, tag }: Pick<Call, 'caller' | 'tag'>, listen: (hear: (event: BusEvent) => void) => () => void): void {
    const own = this.#of.get(caller) ?? this.#begin(caller)
    if (own.has(tag)) throw refused('EVENTS_TAG_TAKEN', Kind.Invalid, 'this tag has a subscription already', 'Report it.')
    if (own.size >= MOST)
      throw refused(
        'EVENTS_TOO_MANY',
        Kind.RateLimited,
        `more than ${MOST} subscriptions`,
        'Close subscriptions that are no longer needed.',
      )
    const forwarding = new Forwarding(caller, tag, this.#clock)
    const end = listen((event) => forwarding.hear(event))
    own.set(tag, () => {
      end()
      forwarding.end()
    })
  }

  /** Ends one, if there is such a one. */
  close(caller: Caller, tag: unknown): void {
    const own = this.#of.get(caller)
    own?.get(tag as number)?.()
    own?.delete(tag as number)
  }

  #begin(caller: Caller): Map<number, () => void> {
    const own = new Map<number, () => void>()
    this.#of.set(caller, own)
    caller.onEnd(() => {
      for (const end of own.values()) end()
      own.clear()
    })
    return own
  }
}

const encoded = new WeakMap<BusEvent, Uint8Array>()

/** An event as who missed none is told of it: made once, for all who hear it. */
const bytesOf = (event: BusEvent): Uint8Array => {
  const known = encoded.get(event)
  if (known !== undefined) return known
  const { system, kind, path, data = null } = event
  const bytes = encodeAll([system, kind, path, data, 0])
  encoded.set(event, bytes)
  return bytes
}

/** The same for who missed so many: the number is the last of its values. */
const after = (missed: number, event: Uint8Array): Uint8Array =>
  missed === 0 ? event : Buffer.concat([event.subarray(0, -1), encode(missed)])

const LONGEST_COUNT = 9 // bytes
const NOTHING = encodeAll([null, null, null, null, 0])

/** Sends events to one process, counting what its mailbox does not take: that it is told as soon as there is room again. */
class Forwarding {
  readonly #caller: Caller
  readonly #tag: number
  readonly #clock: Clock
  #missed = 0
  #forget: (() => void) | null = null

  constructor(caller: Caller, tag: number, clock: Clock) {
    this.#caller = caller
    this.#tag = tag
    this.#clock = clock
  }

  hear(event: BusEvent): void {
    if (this.#push(bytesOf(event))) this.#missed = 0
    else this.#missed++
    if (this.#missed > 0) this.#forget ??= this.#clock.setTimer(RETRY_MS, () => this.#tell())
  }

  end(): void {
    this.#forget?.()
  }

  #push(event: Uint8Array): boolean {
    if (this.#missed > 0 && !this.#caller.hasRoomFor(event.length + LONGEST_COUNT)) return false
    return this.#caller.push(this.#tag, after(this.#missed, event))
  }

  #tell(): void {
    this.#forget = null
    if (this.#missed === 0 || this.#push(NOTHING)) this.#missed = 0
    else this.#forget = this.#clock.setTimer(RETRY_MS, () => this.#tell())
  }
}
