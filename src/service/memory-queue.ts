// A queue in memory: in order, bounded, gone with the node.
//
//   M1 A message is in one place: waiting, with a consumer, waiting to be tried again, or in the queue for those that failed too often.
//   M2 What is tried again comes after what waits, each time later, and not for ever.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { Ring } from '../kernel/ring.ts'

export type Headers = Readonly<Record<string, string | number | boolean>>

export type Message = {
  readonly id: string
  /** A payload of one value. */
  readonly body: Uint8Array
  readonly headers: Headers
  /** How often it was tried in vain. */
  readonly attempts: number
}

export type QueueLimits = {
  readonly maxLength: number
  readonly maxBytes: number
  readonly maxAttempts: number
}

const RETRY_MS = { first: 100, longest: 30_000 } as const

/** Of body and headers. */
const sizeOf = ({ body, headers }: Message): number =>
  Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + (typeof value === 'string' ? value.length : 8), body.length)

export class MemoryQueue {
  limits: QueueLimits
  /** Called when there may be something to take. */
  wake: () => void = () => {}
  readonly #clock: Clock
  #waiting = new Ring<Message>() // not a set: its first element is found behind all that went before it
  readonly #later = new Map<Message, () => void>()
  #length = 0 // all that is here or with a consumer
  #bytes = 0
  #isClosed = false

  constructor(clock: Clock, limits: QueueLimits) {
    this.#clock = clock
    this.limits = limits
  }

  get length(): number {
    return this.#length
  }

  /** Throws QUEUE_FULL. */
  add(message: Message): void {
    const { maxLength, maxBytes } = this.limits
    if (this.#length >= maxLength || this.#bytes + sizeOf(message) > maxBytes) {
      const hint = 'Let consumers keep up, or raise driver_options.memory.max_length.'
      throw new WippyError(
        'QUEUE_FULL',
        Kind.RateLimited,
        `the queue is full: it takes ${maxLength} messages of ${maxBytes} bytes together`,
        { retryable: true, hint },
      )
    }
    this.#length++
    this.#bytes += sizeOf(message)
    this.#waiting.push(message)
    this.wake()
  }

  /** The next message, for a consumer that says later what became of it. */
  take(): Message | undefined {
    return this.#waiting.size > 0 ? this.#waiting.shift() : undefined
  }

  /** It was done, or moved elsewhere. */
  remove(message: Message): void {
    this.#length--
    this.#bytes -= sizeOf(message)
  }

  /** It was in vain; it comes again later. */
  retry(message: Message): void {
    if (this.#isClosed) return
    const again = { ...message, attempts: message.attempts + 1 }
    const forget = this.#clock.setTimer(Math.min(RETRY_MS.first * 2 ** message.attempts, RETRY_MS.longest), () => {
      this.#later.delete(again)
      this.#waiting.push(again)
      this.wake()
    })
    this.#later.set(again, forget)
  }

  close(): void {
    this.#isClosed = true
    for (const forget of this.#later.values()) forget()
    this.#later.clear()
    this.#waiting = new Ring()
  }
}
