// WebSockets that processes open: connected where requests may go, read as fast as somebody takes what came, and closed with their process.
//
//   W1 A connection goes to an address that was allowed (see reach.ts); an answer that leads elsewhere is none.
//   W2 What came and was not taken is bounded in messages and bytes: then no more is read, and the other side waits.
//   W3 A process has at most MOST_OPEN of them.

import type { Clock } from '../../clock.ts'
import { Kind, WippyError } from '../../error.ts'
import { isFields } from '../../registry/entry.ts'
import { parseDuration } from '../../registry/units.ts'
import { webSocketUrl } from '../../service/outgoing.ts'
import type { Permits } from '../../service/permit.ts'
import type { Call, Caller, Operation, Service } from '../../service/service.ts'
import { pinned } from './client.ts'
import { noOverlay, readHeaders } from './outgoing.ts'
import { type Lookup, reach } from './reach.ts'
import { Socket, type SocketOptions } from './socket.ts'

const MOST_OPEN = 64
const DIAL_MS = 30_000
const SHORTEST_MS = 1_000 // apps write 3 and mean seconds
const LONGEST_DIAL_MS = 300_000
const LONGEST_WAIT_MS = 24 * 3_600_000
const MOST_MESSAGES = 10_000
const LARGEST_MESSAGE = 4 * 1024 ** 2

const invalid = (message: string): WippyError => new WippyError('WEBSOCKET_ARGUMENT', Kind.Invalid, message, { retryable: false })

const closed = (): WippyError => new WippyError('WEBSOCKET_CLOSED', Kind.Unavailable, 'the WebSocket is closed', { retryable: false })

const count = (value: unknown, usual: number, most: number, name: string): number => {
  if (value === undefined || value === null || value === 0) return usual
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return Math.min(value, most)
  throw invalid(`${name} is a whole number`)
}

/** Milliseconds; `usual` for none. */
const time = (value: unknown, usual: number, most: number, name: string): number => {
  const ms = typeof value === 'string' ? Math.min(parseDuration(value), most) : count(value, usual, most, name)
  return ms === 0 ? 0 : Math.max(ms, SHORTEST_MS)
}

const optionsOf = (given: unknown): Omit<SocketOptions, 'lookup' | 'clock'> => {
  const options = isFields(given) ? given : {}
  const { protocols = [], dial_timeout: dial, channel_capacity: capacity, read_limit: limit, compression } = options
  const { read_timeout: read, write_timeout: write, compression_threshold: threshold } = options
  if (!Array.isArray(protocols) || !protocols.every((name) => typeof name === 'string' && /^[!#$%&'*+\-.^_`|~\w]{1,100}$/.test(name))) {
    throw invalid('protocols are a list of names')
  }
  return {
    headers: Object.fromEntries(readHeaders(options)),
    protocols,
    dialMs: time(dial, DIAL_MS, LONGEST_DIAL_MS, 'dial_timeout') || DIAL_MS,
    mostMessages: count(capacity, 32, MOST_MESSAGES, 'channel_capacity'),
    mostBytes: count(limit, LARGEST_MESSAGE, LARGEST_MESSAGE, 'read_limit'),
    compressFrom: ['disabled', 0, undefined].includes(compression as string)
      ? null
      : count(threshold, 0, LARGEST_MESSAGE, 'compression_threshold'),
    readMs: time(read, 0, LONGEST_WAIT_MS, 'read_timeout'),
    writeMs: time(write, 0, LONGEST_WAIT_MS, 'write_timeout'),
  }
}

export type SocketsOptions = { readonly permits: Permits; readonly lookup: Lookup; readonly clock: Clock }

export class Sockets {
  readonly #options: SocketsOptions
  readonly #open = new WeakMap<Caller, Map<number, Socket>>()
  #last = 0

  constructor(options: SocketsOptions) {
    this.#options = options
  }

  get service(): Service {
    const send: Operation = async (call) => {
      const [, data, isBinary] = call.args
      await this.#of(call).send(data instanceof Uint8Array ? data : String(data), isBinary === true)
      return [true]
    }
    const next: Operation = async (call) => {
      const message = await this.#of(call).next()
      return message === null ? [null] : [message.type, message.data]
    }
    const ping: Operation = async (call) => {
      await this.#of(call).ping()
      return [true]
    }
    const close: Operation = async (call) => {
      const [number, code, reason] = call.args
      await this.#open
        .get(call.caller)
        ?.get(Number(number))
        ?.close(Number(code ?? 1000), String(reason ?? ''))
      return [true]
    }
    return {
      name: 'websocket',
      operations: {
        'websocket.connect': (call) => this.#connect(call),
        'websocket.send': send,
        'websocket.next': next,
        'websocket.ping': ping,
        'websocket.close': close,
      },
    }
  }

  async #connect({ caller, target, args: [given] }: Call): Promise<readonly unknown[]> {
    const { permits, lookup, clock } = this.#options
    noOverlay(caller)
    const url = webSocketUrl(target)
    const options = optionsOf(given)
    const own = this.#open.get(caller) ?? this.#begin(caller)
    const number = ++this.#last
    const demand = (address: string): void => permits.need(caller, { action: 'http_client.private_ip', resource: address })
    const targets = await reach(url.hostname, lookup, demand)
    if (this.#open.get(caller) !== own) throw closed() // it has ended meanwhile
    if (own.size >= MOST_OPEN) {
      throw new WippyError('WEBSOCKET_BUSY', Kind.RateLimited, `a process has at most ${MOST_OPEN} WebSockets`, { retryable: true })
    }
    const socket = new Socket(url, { ...options, clock, lookup: pinned(targets) })
    own.set(number, socket)
    socket.ended.then(() => own.delete(number))
    await socket.opened
    return [number]
  }

  #of({ caller, args: [number] }: Call): Socket {
    const socket = this.#open.get(caller)?.get(Number(number))
    if (socket) return socket
    throw closed()
  }

  #begin(caller: Caller): Map<number, Socket> {
    const own = new Map<number, Socket>()
    this.#open.set(caller, own)
    caller.onEnd(() => {
      this.#open.delete(caller)
      for (const socket of own.values()) socket.cut()
    })
    return own
  }
}
