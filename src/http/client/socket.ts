// One WebSocket: what comes waits until it is taken, and no more of it than may be.

import type { LookupFunction } from 'node:net'
import { WebSocket } from 'ws'
import { Kind, WippyError } from '../../error.ts'

export type SocketOptions = {
  readonly headers: Readonly<Record<string, string>>
  readonly protocols: readonly string[]
  readonly dialMs: number
  /** Messages that wait to be taken, before no more is read. */
  readonly mostMessages: number
  /** Of one message; more ends the connection. */
  readonly mostBytes: number
  readonly isCompressed: boolean
  readonly lookup: LookupFunction
}

export type SocketMessage = { readonly type: 'text' | 'binary'; readonly data: string | Uint8Array }

const UNSENT_BYTES = 8 * 1024 ** 2
const CLOSE_MS = 5_000 // for the other side to say that it has closed

const failed = (message: string, cause?: unknown): WippyError =>
  new WippyError('WEBSOCKET_FAILED', Kind.Unavailable, message, { retryable: true, cause })

export class Socket {
  readonly #socket: WebSocket
  readonly #options: SocketOptions
  readonly #messages: SocketMessage[] = []
  #bytes = 0
  #taker: ((message: SocketMessage | null) => void) | null = null
  /** Resolves when it can be used. Rejects with WEBSOCKET_FAILED. */
  readonly opened: Promise<void>
  /** Resolves when it is closed and all of it was taken. */
  readonly ended: Promise<void>
  #end: () => void = () => {}
  #isClosed = false

  constructor(url: URL, options: SocketOptions) {
    this.#options = options
    const { headers, protocols, dialMs, mostBytes, isCompressed, lookup } = options
    const socket = new WebSocket(url, [...protocols], {
      headers: { ...headers },
      handshakeTimeout: dialMs,
      maxPayload: mostBytes,
      perMessageDeflate: isCompressed,
      followRedirects: false,
      ...({ lookup, closeTimeout: CLOSE_MS } as object), // passed on to the request, and of ws since 8.18
    })
    this.#socket = socket
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    let why = failed(`no WebSocket at ${url.origin}`)
    this.opened = new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('close', () => reject(why))
    })
    this.opened.catch(() => {}) // whoever connects hears of it; later it means nothing
    socket.on('error', (error) => {
      why = failed(`WebSocket to ${url.origin}: ${error.message}`, error)
    })
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary))
    socket.on('close', () => this.#closed())
  }

  /** Resolves when it is with the system. Throws WEBSOCKET_FAILED, and WEBSOCKET_BUSY when too much is unsent. */
  send(data: string | Uint8Array, isBinary: boolean): Promise<void> {
    if (this.#socket.bufferedAmount > UNSENT_BYTES) {
      throw new WippyError('WEBSOCKET_BUSY', Kind.RateLimited, 'the other side does not take what is sent', { retryable: true })
    }
    return this.#done((told) => this.#socket.send(data, { binary: isBinary }, told))
  }

  ping(): Promise<void> {
    return this.#done((told) => this.#socket.ping(undefined, undefined, told))
  }

  /** The next message; null when it is closed and all of it was taken. Who asks while another one waits gets null. */
  next(): Promise<SocketMessage | null> {
    const message = this.#messages.shift()
    if (message !== undefined) {
      this.#bytes -= message.data.length
      if (!this.#isFull && this.#socket.isPaused) this.#socket.resume()
      return Promise.resolve(message)
    }
    if (this.#isClosed) this.#end()
    if (this.#isClosed || this.#taker !== null) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.#taker = resolve
    })
  }

  /** Begins to close; what has come can still be taken. Throws WEBSOCKET_ARGUMENT. */
  async close(code: number, reason: string): Promise<void> {
    try {
      this.#socket.resume() // else its end is not seen
      this.#socket.close(code, reason)
    } catch (cause) {
      throw new WippyError('WEBSOCKET_ARGUMENT', Kind.Invalid, (cause as Error).message, { retryable: false, cause })
    }
  }

  /** Ends it at once. */
  cut(): void {
    this.#messages.length = 0
    this.#socket.terminate()
  }

  get #isFull(): boolean {
    return this.#messages.length >= this.#options.mostMessages || this.#bytes >= this.#options.mostBytes
  }

  #take(data: Buffer, isBinary: boolean): void {
    const message: SocketMessage = isBinary ? { type: 'binary', data } : { type: 'text', data: data.toString() }
    if (this.#taker !== null) {
      this.#taker(message)
      this.#taker = null
      return
    }
    this.#messages.push(message)
    this.#bytes += message.data.length
    if (this.#isFull && this.#socket.readyState === WebSocket.OPEN) this.#socket.pause()
  }

  #closed(): void {
    this.#isClosed = true
    this.#taker?.(null)
    this.#taker = null
    if (this.#messages.length === 0) this.#end()
  }

  #done(act: (told: (error?: Error) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      act((error) => (error ? reject(failed(error.message, error)) : resolve()))
    })
  }
}
