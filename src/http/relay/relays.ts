// Connections that stay open: a handler that ends with the header X-WS-Relay has its connection become a WebSocket, one that ends with
// X-SSE-Relay has its answer go on as server-sent events. Each is a process, which others talk through.

import { WebSocketServer } from 'ws'
import type { Clock } from '../../clock.ts'
import { Host } from '../../kernel/host.ts'
import type { Scheduler } from '../../kernel/scheduler.ts'
import type { Pid } from '../../pid.ts'
import { type Fields, isFields } from '../../registry/entry.ts'
import type { Permit } from '../../service/permit.ts'
import type { Exchange } from '../exchange.ts'
import { EventWire } from './event-wire.ts'
import { Relay } from './relay.ts'
import { SocketWire } from './socket-wire.ts'
import type { Wire } from './wire.ts'

const MOST_OPEN = 10_000
const LARGEST = 1024 ** 2 // bytes of a message of a client

export type RelaysOptions = { readonly scheduler: Scheduler; readonly clock: Clock; readonly permit: Permit; readonly node: string }

export class Relays {
  readonly #options: RelaysOptions
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: LARGEST, perMessageDeflate: false, clientTracking: false })
  readonly #host: Host

  constructor(options: RelaysOptions) {
    this.#options = options
    this.#host = new Host('http:relay', { processes: MOST_OPEN }, options.node)
  }

  /** Makes a WebSocket of the connection that a request came on. `said`: what the handler wrote into the header. */
  take(exchange: Exchange, said: string): void {
    const config = configOf(said)
    if (config === null) return void exchange.answer.refuse(500, 'internal error')
    if (!exchange.answer.isUpgrade) return void exchange.answer.refuse(426, 'this is a WebSocket', [['Upgrade', 'websocket']])
    if (this.#isFull(exchange)) return
    const { request, socket, head } = exchange.answer.takeOver()
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const relay = this.#relay(exchange, config, new SocketWire(client))
      const forget = exchange.onDrain(() => relay.leave())
      client.on('message', (data: Buffer, isBinary: boolean) => relay.received(isBinary ? data : data.toString()))
      client.on('error', () => {}) // its close says the same
      client.on('close', () => {
        forget()
        relay.lost()
      })
    })
  }

  /** Has the answer to a request go on as events; `said` as for `take`. */
  stream(exchange: Exchange, said: string): void {
    const config = configOf(said)
    if (config === null) return void exchange.answer.refuse(500, 'internal error')
    if (exchange.method === 'HEAD') return void exchange.answer.empty(200)
    if (this.#isFull(exchange)) return
    const relay = this.#relay(exchange, config, new EventWire(exchange, this.#options.clock))
    exchange.isRelayed = true
    const forget = exchange.onDrain(() => relay.leave())
    exchange.answer.onClose(() => {
      forget()
      relay.lost()
    })
  }

  #isFull(exchange: Exchange): boolean {
    if (this.#host.alive < MOST_OPEN) return false
    exchange.answer.refuse(503, 'too many connections are kept open', [['Retry-After', '1']])
    return true
  }

  #relay(exchange: Exchange, config: Fields, wire: Wire): Relay {
    const { permit } = this.#options
    const { context, endpoint: entry } = exchange
    const maySend = (to: string): boolean => permit({ pid: '' as Pid, entry, context }, 'process.send', to)
    return new Relay(config, { ...this.#options, host: this.#host, entry, context, maySend, wire })
  }
}

const configOf = (said: string): Fields | null => {
  try {
    const config: unknown = JSON.parse(said)
    return isFields(config) ? config : null
  } catch {
    return null
  }
}
