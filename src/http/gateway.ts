// A running `http.service`: an open port, and who answers on it.
//
//   G1 What a change of its entry can leave as it is stays: limits and times hold for the next request, another address or certificate for
//      the next connection.
//   G2 What has begun on an address or under settings that were exchanged ends there, for as long as `drain` says; then it is cut.
//   G3 Stopping takes no more connections and waits for what is under way.

import type { IncomingMessage } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../clock.ts'
import type { WippyError } from '../error.ts'
import type { Supervised } from '../kernel/supervisor.ts'
import { Exchange } from './exchange.ts'
import { type Answerer, Generation } from './generation.ts'
import { Listener } from './listener.ts'
import { Room } from './room.ts'
import type { ServerSettings } from './server-entry.ts'

export type GatewayOptions = {
  readonly settings: ServerSettings
  /** Open at its address already, or null. */
  readonly listener: Listener | null
  readonly clock: Clock
  /** Answers a request; resolves when nothing works on it any more. */
  readonly answer: (exchange: Exchange, settings: ServerSettings) => Promise<void>
  /** Hears of each request that it had no room for, or for its body. */
  readonly refused?: (why: 'requests' | 'bodies') => void
  /** Hears where it listens. */
  readonly opened: (url: string) => void
  /** Makes an error that says which entry it is about. */
  readonly blame: (error: WippyError) => WippyError
  readonly report: (error: unknown) => void
}

/** What a connection is given when it begins. */
const fixed = ({ limits: { headerBytes }, timeouts: { headerMs, readMs, idleMs }, tls }: ServerSettings) => [
  headerBytes,
  headerMs,
  readMs,
  idleMs,
  tls,
]

/** How many hosts a request names. Node takes the first, others the last: where two readers differ, somebody gets what is another's. */
const hostsOf = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.reduce((count, name, at) => (at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host' ? count + 1 : count), 0)

export class Gateway implements Supervised {
  readonly #options: GatewayOptions
  #settings: ServerSettings
  #ready: Listener | null // opened for the first start
  #listener: Listener | null = null
  #generation: Generation | null = null
  readonly #draining = new Set<Promise<void>>()
  readonly #old = new Set<Generation>()
  readonly #room: Room
  #active = 0
  #run = 0 // of its starts, so that one that was given up opens nothing

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#room = new Room(options.settings.limits.bodiesBytes, () => options.refused?.('bodies'))
    this.#ready = options.listener
  }

  get isOpen(): boolean {
    return this.#listener !== null
  }

  /** Whether other settings need another address to be open. */
  wantsAddress(settings: ServerSettings): boolean {
    return this.isOpen && !isDeepStrictEqual(settings.address, this.#settings.address)
  }

  /** Takes in other settings; `listener` is open at their address, where it is another one. */
  exchange(settings: ServerSettings, listener: Listener | null): void {
    const before = this.#settings
    this.#settings = settings
    this.#room.most = settings.limits.bodiesBytes
    if (this.#listener === null) {
      listener?.close()
      if (!isDeepStrictEqual(before.address, settings.address)) this.#unready()
      return
    }
    if (listener) {
      this.#listener.close()
      this.#listener = listener
    }
    if (listener || !isDeepStrictEqual(fixed(before), fixed(settings))) this.#renew()
    this.#listener.connections = settings.limits.connections
    if (listener) this.#options.opened(this.#url)
  }

  async start(): Promise<void> {
    const run = ++this.#run
    const listener = this.#ready ?? (await this.#open())
    if (run !== this.#run) return listener.close() // it was stopped meanwhile
    this.#ready = null
    this.#listener = listener
    this.#listener.connections = this.#settings.limits.connections
    this.#renew()
    this.#options.opened(this.#url)
  }

  async stop(): Promise<void> {
    this.#run++
    this.#listener?.close()
    this.#listener = null
    if (this.#generation) this.#retire(this.#generation)
    this.#generation = null
    await Promise.all(this.#draining)
  }

  kill(): void {
    this.#run++
    this.#listener?.close()
    this.#listener = null
    this.#unready()
    for (const generation of this.#old) generation.cut()
    this.#generation?.cut()
    this.#generation = null
  }

  /** Gives up the address it was to start with. */
  #unready(): void {
    this.#ready?.close()
    this.#ready = null
  }

  async #open(): Promise<Listener> {
    try {
      return await Listener.open(this.#settings.address, this.#options.report)
    } catch (error) {
      throw this.#options.blame(error as WippyError)
    }
  }

  get #url(): string {
    const { host, port } = this.#listener!.address
    const name = ['::', '0.0.0.0', ''].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
    return `${this.#settings.tls ? 'https' : 'http'}://${name}:${port}`
  }

  #renew(): void {
    const before = this.#generation
    const generation = new Generation(this.#settings, this.#answer)
    this.#generation = generation
    this.#listener!.serve(generation.accept)
    if (before) this.#retire(before)
  }

  #retire(generation: Generation): void {
    this.#old.add(generation)
    const draining = generation.drain(this.#options.clock, this.#settings.timeouts.drainMs).finally(() => {
      this.#old.delete(generation)
      this.#draining.delete(draining)
    })
    this.#draining.add(draining)
  }

  readonly #answer: Answerer = (request, response, onDrain) => {
    const settings = this.#settings
    const { limits, timeouts } = settings
    response.on('error', () => {}) // its close says the same
    const { clock } = this.#options
    const exchange = new Exchange({ request, response, clock, limits, room: this.#room, timeouts, onDrain })
    if (hostsOf(request) > 1) exchange.answer.refuse(400, 'a request is for one host', [['Connection', 'close']])
    else if (this.#active >= limits.requests) {
      this.#options.refused?.('requests')
      exchange.answer.refuse(503, 'too many requests', [['Retry-After', '1']])
    } else if (exchange.body.length > limits.bodyBytes) exchange.answer.refuse(413, 'the body is too large')
    else void this.#work(exchange, settings)
  }

  /** Counts as active until its client has all of it, and its handler has ended. */
  async #work(exchange: Exchange, settings: ServerSettings): Promise<void> {
    this.#active++
    const closed = new Promise<void>((resolve) => exchange.answer.onClose(resolve))
    try {
      await this.#options.answer(exchange, settings)
    } catch (error) {
      this.#options.report(error)
      if (exchange.answer.isBegun) exchange.answer.cut()
      else exchange.answer.refuse(500, 'internal error')
    }
    exchange.body.leave()
    if (!exchange.isRelayed) await closed
    this.#active--
  }
}
