// The WebSockets of clients: a handler that ends with the header X-WS-Relay has its connection become one, which a process talks through.

import { WebSocketServer } from 'ws'
import type { Clock } from '../../clock.ts'
import { Host } from '../../kernel/host.ts'
import type { Scheduler } from '../../kernel/scheduler.ts'
import type { Pid } from '../../pid.ts'
import { isFields } from '../../registry/entry.ts'
import type { Permit } from '../../service/permit.ts'
import type { Exchange } from '../exchange.ts'
import { Relay } from './relay.ts'

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
    if (config === null) return void exchange.refuse(500, 'internal error')
    if (!exchange.isUpgrade) return void exchange.refuse(426, 'this is a WebSocket', [['Upgrade', 'websocket']])
    if (this.#host.alive >= MOST_OPEN) return void exchange.refuse(503, 'too many WebSockets are open', [['Retry-After', '1']])
    const { permit } = this.#options
    const { context, endpoint: entry } = exchange
    const maySend = (to: string): boolean => permit({ pid: '' as Pid, entry, context }, 'process.send', to)
    const { request, socket, head, onDrain } = exchange.takeOver()
    this.#server.handleUpgrade(request, socket, head, (client) => {
      const relay = new Relay(client, config, { ...this.#options, host: this.#host, entry, context, maySend })
      onDrain(() => relay.leave())
    })
  }
}

const configOf = (said: string): Readonly<Record<string, unknown>> | null => {
  try {
    const config: unknown = JSON.parse(said)
    return isFields(config) ? config : null
  } catch {
    return null
  }
}
