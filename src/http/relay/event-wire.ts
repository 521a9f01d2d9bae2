// An answer of server-sent events as a wire (HTML, 9.2): the topic is the name of the event, texts are its data as they are, anything else as JSON.
//
//   ready { stream_pid, message_topic, metadata }   first, when it has no target: to be told to whoever is to send
//   done { reason }                                 last
//
//   W1 It ends `idle_timeout` after its last event, and `hard_timeout` after these were said.
//   W2 What the client has not taken waits in one piece, and is written when it takes more; one that takes none in time is cut (exchange.ts).

import type { Clock } from '../../clock.ts'
import type { Fields } from '../../registry/entry.ts'
import type { Head } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { durationIn } from './duration.ts'
import { type Ending, jsonOf, type Wire } from './wire.ts'

const LINE = /\r\n|\r|\n/
const OURS: Head['headers'] = [
  ['Content-Type', 'text/event-stream'],
  ['Cache-Control', 'no-cache'],
  ['X-Accel-Buffering', 'no'], // proxies hold back what they may collect
]
const TIMEOUTS = ['idle_timeout', 'hard_timeout'] as const

const eventOf = (name: string, text: string): string =>
  `event: ${name}\n${text
    .split(LINE)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`

const textOf = (data: unknown): string => {
  if (data instanceof Uint8Array) return Buffer.from(data).toString('base64')
  return typeof data === 'string' ? data : jsonOf(data)
}

export class EventWire implements Wire {
  readonly name = 'sse'
  readonly isTwoWay = false
  readonly #exchange: Exchange
  readonly #clock: Clock
  readonly #forget = { idle_timeout: () => {}, hard_timeout: () => {} }
  #idle: (() => () => void) | null = null
  #waiting: Uint8Array[] = []
  #unsent = 0
  #isOpen = false
  #writing: Promise<void> | null = null

  constructor(exchange: Exchange, clock: Clock) {
    this.#exchange = exchange
    this.#clock = clock
  }

  get unsentBytes(): number {
    return this.#unsent
  }

  open(hello: Fields | null): void {
    const said = this.#exchange.answer.draft?.headers.filter(([name]) => name.toLowerCase() !== 'x-sse-relay') ?? []
    const names = new Set(said.map(([name]) => name.toLowerCase()))
    this.#isOpen = true
    this.#exchange.answer.begin({ status: 200, headers: [...said, ...OURS.filter(([name]) => !names.has(name.toLowerCase()))] })
    if (hello) this.#write(eventOf('ready', jsonOf(hello)))
    else this.beat()
  }

  control(config: Fields, end: (reason: string) => void): void {
    for (const name of TIMEOUTS) {
      const ms = durationIn(config, name)
      if (ms === null) continue
      this.#forget[name]()
      const arm = (): (() => void) => (ms > 0 ? this.#clock.setTimer(ms, () => end(name.replace('_', ' '))) : () => {})
      this.#forget[name] = arm()
      if (name === 'idle_timeout') this.#idle = arm
    }
  }

  say(topic: string, data: unknown): void {
    this.#write(eventOf(topic.replaceAll(/[\r\n]/g, ' '), textOf(data)))
    if (!this.#idle) return
    this.#forget.idle_timeout()
    this.#forget.idle_timeout = this.#idle()
  }

  beat(): void {
    this.#write(': ping\n\n')
  }

  close({ status, reason }: Ending, isTaken: boolean): void {
    for (const name of TIMEOUTS) this.#forget[name]()
    if (!this.#isOpen) return void this.#exchange.answer.refuse(status, reason)
    if (!isTaken) return void this.#exchange.answer.cut()
    this.#write(eventOf('done', jsonOf({ reason })))
    void this.#writing?.then(() => this.#exchange.answer.end())
  }

  #write(text: string): void {
    const bytes = Buffer.from(text)
    this.#waiting.push(bytes)
    this.#unsent += bytes.length
    this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const bytes = Buffer.concat(this.#waiting)
        this.#waiting = []
        await this.#exchange.answer.write(bytes)
        await this.#exchange.answer.flush()
        this.#unsent -= bytes.length
      }
    } catch {
      this.#exchange.answer.cut() // the client is gone, or does not take it
    } finally {
      this.#writing = null
    }
  }
}
