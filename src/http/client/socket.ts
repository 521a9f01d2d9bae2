// One WebSocket: what comes waits until it is taken, and no more of it than may be.

import type { LookupFunction } from 'node:net'
import { WebSocket } from 'ws'
import type { Clock } from '../../clock.ts'
import { Kind, WippyError } from '../../error.ts'

export type SocketOptions = {
  readonly headers: Readonly<Record<string, string>>
  readonly protocols: readonly string[]
  readonly dialMs: number
  /** Messages that wait to be taken, before no more is read. */
  readonly mostMessages: number
  /** Of one message; more ends the connection. */
  readonly mostBytes: number
  /** Null: not at all. */
  readonly compressFrom: number | null
  /** How long it stays open without a message, and how long the other side may take one that is sent; 0: for ever. */
  readonly readMs: number
  readonly writeMs: number
  readonly clock: Clock
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
  #forget: () => void = () => {} // that it waits for a message

  constructor(url: URL, options: SocketOptions) {
    this.#options = options
    const { headers, protocols, dialMs, mostBytes, compressFrom, lookup } = options
    const socket = new WebSocket(url, [...protocols], {
      headers: { ...headers },
      handshakeTimeout: dialMs,
      maxPayload: mostBytes,
      perMessageDeflate: compressFrom === null ? false : { threshold: compressFrom },
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
    socket.on('open', () => this.#await())
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
      if (!this.#isFull && this.#socket.isPaused) {
        this.#socket.resume()
        this.#await()
      }
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

  /** Begins to wait for a message anew; one that does not come in time ends it. */
  #await(): void {
    const { readMs, clock } = this.#options
    this.#forget()
    if (readMs > 0) this.#forget = clock.setTimer(readMs, () => this.#socket.terminate())
  }

  #take(data: Buffer, isBinary: boolean): void {
    this.#await()
    const message: SocketMessage = isBinary ? { type: 'binary', data } : { type: 'text', data: data.toString() }
    if (this.#taker !== null) {
      this.#taker(message)
      this.#taker = null
      return
    }
    this.#messages.push(message)
    this.#bytes += message.data.length
    if (!this.#isFull || this.#socket.readyState !== WebSocket.OPEN) return
    this.#socket.pause()
    this.#forget() // who does not read does not wait
  }

  #closed(): void {
    this.#isClosed = true
    this.#forget()
    this.#taker?.(null)
    this.#taker = null
    if (this.#messages.length === 0) this.#end()
  }

  #done(act: (told: (error?: Error) => void) => void): Promise<void> {
    const { writeMs, clock } = this.#options
    return new Promise((resolve, reject) => {
      const late = (): void => {
        reject(failed(`the other side has not taken it within ${writeMs} ms`))
        this.#socket.terminate()
      }
      const forget = writeMs > 0 ? clock.setTimer(writeMs, late) : () => {}
      act((error) => {
        forget()
        if (error) reject(failed(error.message, error))
        else resolve()
      })
    })
  }
}
