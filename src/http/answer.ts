// The answer to one request.
//
//   A1 It begins once; after that neither status nor headers change.
//   A2 What is small is held back until more follows or it ends, so that it leaves whole, with its length.
//   A3 Writing waits for the client, piece by piece; a client that takes no piece in time loses its connection.

import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { type Body, gone } from './body.ts'
import { HEADER_NAME, HEADER_VALUE, OWN_HEADERS } from './header.ts'
import { detached, type Upgrade, upgradeOf } from './upgrade.ts'

const HELD = 16 * 1024 // bytes
const MOST_HEADERS = 200
const PIECE = 64 * 1024 // bytes that a client takes at once
const NOTHING = new Uint8Array(0)

/** What of an answer comes before its body. */
export type Head = { readonly status: number; readonly headers: readonly (readonly [name: string, value: string])[] }

/** The way of the bytes of an answer; replaced by who encodes them. */
export type Encoder = {
  all(bytes: Uint8Array): Promise<Uint8Array>
  some(bytes: Uint8Array): Promise<Uint8Array>
  last(): Promise<Uint8Array>
}

export type AnswerOptions = {
  readonly response: ServerResponse
  /** Of its request. */
  readonly method: string
  readonly body: Body
  readonly clock: Clock
  /** In which the client takes a piece. */
  readonly writeMs: number
}

const begun = (): WippyError => new WippyError('HTTP_BEGUN', Kind.Invalid, 'the answer has begun: its head is sent', { retryable: false })

const invalid = (message: string): WippyError => new WippyError('HTTP_HEAD_INVALID', Kind.Invalid, message, { retryable: false })

export class Answer {
  /** Chooses how the answer is encoded, when its head is known. */
  encoding: ((head: Head) => Encoder | null) | null = null
  readonly #options: AnswerOptions
  #status: number | null = null // said by the handler, until the answer begins
  readonly #named = new Map<string, readonly [name: string, value: string]>()
  #head: Head | null = null
  #length: number | null = null // of its body, before it is encoded
  #held: Uint8Array[] = []
  #heldBytes = 0
  #isSent = false
  #isEnded = false
  #encoder: Encoder | null = null
  #last: Promise<void> = Promise.resolve()

  constructor(options: AnswerOptions) {
    this.#options = options
  }

  get isBegun(): boolean {
    return this.#head !== null
  }

  /** 0 until it begins. */
  get status(): number {
    return this.#head?.status ?? 0
  }

  /** What a handler has said of its answer; null when it has said nothing. */
  get draft(): Head | null {
    if (this.#status === null && this.#named.size === 0) return null
    return { status: this.#status ?? 200, headers: [...this.#named.values()] }
  }

  get isGone(): boolean {
    const { response } = this.#options
    return response.destroyed && !response.writableFinished
  }

  /** A header, whatever the handler says later. Nothing, once its head is sent. */
  setHeader(name: string, value: string): void {
    if (!this.#isSent) this.#options.response.setHeader(name, value)
  }

  /** A short answer of the server itself. */
  refuse(status: number, message: string, headers: Head['headers'] = []): void {
    if (this.isBegun) return
    if (this.#options.body.isOpen) this.setHeader('Connection', 'close')
    this.#send(status, [['Content-Type', 'text/plain; charset=utf-8'], ...headers], Buffer.from(`${message}\n`))
  }

  /** An answer of the server itself, as JSON. */
  json(status: number, value: unknown): void {
    if (!this.isBegun) this.#send(status, [['Content-Type', 'application/json']], Buffer.from(JSON.stringify(value)))
  }

  /** An answer of the server itself, without a body. */
  empty(status: number): void {
    if (!this.isBegun) this.#send(status, [], NOTHING)
  }

  /** Says that the answer depends on a header of the request. */
  addVary(name: string): void {
    const known = String(this.#options.response.getHeader('Vary') ?? '')
    this.setHeader('Vary', known === '' ? name : `${known}, ${name}`)
  }

  /** The handler's status. Throws HTTP_BEGUN, HTTP_HEAD_INVALID. */
  say(status: number): void {
    if (this.#head) throw begun()
    if (!Number.isInteger(status) || status < 200 || status > 599) throw invalid(`${status} is no status of an answer`)
    this.#status = status
  }

  /** A header of the handler, in place of one of that name. Throws HTTP_BEGUN, HTTP_HEAD_INVALID. */
  name(name: string, value: string): void {
    if (this.#head) throw begun()
    if (!HEADER_NAME.test(name)) throw invalid(`"${name.slice(0, 100)}" is no name of a header`)
    if (!HEADER_VALUE.test(value)) throw invalid(`the value of header "${name}" has characters that no header can have`)
    if (this.#named.size >= MOST_HEADERS && !this.#named.has(name.toLowerCase()))
      throw invalid(`an answer has at most ${MOST_HEADERS} headers`)
    this.#named.set(name.toLowerCase(), [name, value])
  }

  /** Begins an answer of the server itself; `length`: bytes of its body, when they are known. */
  begin(head: Head, length: number | null = null): void {
    if (this.#head) throw begun()
    this.#length = length
    this.#head = head
  }

  /** More of the body, behind what came before. Resolves when the client can take more. Throws HTTP_GONE. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#write(bytes))
  }

  /** Sends what is held back. Throws HTTP_GONE. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#flush())
  }

  /** Ends the answer. */
  end(): Promise<void> {
    return this.#inTurn(() => this.#end())
  }

  /** Whether its connection can become a WebSocket. */
  get isUpgrade(): boolean {
    return !this.isBegun && upgradeOf(this.#options.response) !== undefined
  }

  /** Gives its connection away, in place of an answer. Only when `isUpgrade`. */
  takeOver(): Upgrade {
    const { response } = this.#options
    this.#head = { status: 101, headers: [] }
    this.#isEnded = true
    return detached(response, upgradeOf(response)!)
  }

  /** Cuts the connection: the answer cannot be ended as it began. */
  cut(): void {
    this.#isEnded = true
    this.#options.response.destroy()
  }

  /** Calls `fn` when the client has all of the answer, or is gone. */
  onClose(fn: () => void): void {
    this.#options.response.once('close', fn)
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.isGone) throw gone()
    this.#head ??= this.draft ?? { status: 200, headers: [] }
    const isFirst = this.#heldBytes === 0 && !this.#isSent
    if (isFirst || (!this.#isSent && this.#heldBytes + bytes.length <= HELD)) {
      this.#held.push(bytes)
      this.#heldBytes += bytes.length
      return
    }
    await this.#flush()
    await this.#put(this.#encoder ? await this.#encoder.some(bytes) : bytes)
  }

  async #flush(): Promise<void> {
    if (this.#isEnded) return
    if (this.isGone) throw gone()
    if (!this.#isSent) {
      this.#sendHead(this.#length)
      this.#options.response.flushHeaders()
    }
    if (this.#heldBytes === 0) return
    const bytes = this.#takeHeld()
    await this.#put(this.#encoder ? await this.#encoder.some(bytes) : bytes)
  }

  async #end(): Promise<void> {
    this.#head ??= this.draft
    if (this.#isEnded || !this.#head) return
    this.#isEnded = true
    const { response } = this.#options
    if (this.isGone) return
    try {
      if (this.#isSent) {
        if (this.#encoder) await this.#put(await this.#encoder.last())
        response.end()
      } else await this.#endWhole(this.#takeHeld())
      await this.#taken()
    } catch {
      response.destroy() // the client is gone, or does not take it
    }
  }

  async #endWhole(bytes: Uint8Array): Promise<void> {
    const { response } = this.#options
    this.#sendHead(bytes.length)
    const encoded = this.#encoder ? await this.#encoder.all(bytes) : bytes
    const isBare = [204, 304].includes(this.#head!.status)
    if (this.#options.method === 'HEAD' && this.#length !== null) response.setHeader('Content-Length', this.#length)
    else if (this.#options.method !== 'HEAD' && !isBare) response.setHeader('Content-Length', encoded.length)
    if (encoded.length <= PIECE) return void response.end(encoded)
    await this.#put(encoded)
    response.end()
  }

  #send(status: number, headers: Head['headers'], bytes: Uint8Array): void {
    this.#head = { status, headers }
    this.#held = [bytes]
    this.#heldBytes = bytes.length
    void this.end()
  }

  /** `whole`: bytes of the body, when they are known. */
  #sendHead(whole: number | null): void {
    const { response } = this.#options
    this.#head ??= this.draft ?? { status: 200, headers: [] }
    const { status, headers } = this.#head
    response.statusCode = status
    if (this.#options.body.isHeld) response.setHeader('Connection', 'close') // it may send its body all the same
    for (const [name, value] of headers) if (!OWN_HEADERS.has(name.toLowerCase())) response.setHeader(name, value)
    const known: Head['headers'] = whole === null ? headers : [...headers, ['content-length', String(whole)]]
    this.#encoder = this.encoding?.({ status, headers: known }) ?? null
    if (this.#length !== null && !this.#encoder && status !== 304) response.setHeader('Content-Length', this.#length)
    this.#isSent = true
  }

  #takeHeld(): Uint8Array {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { response } = this.#options
    for (let at = 0; at < bytes.length; at += PIECE) {
      if (this.isGone) throw gone()
      if (!response.write(bytes.subarray(at, at + PIECE))) await this.#until('drain')
    }
  }

  /** Resolves when the system has all of the answer. */
  #taken(): Promise<void> {
    return this.#options.response.writableFinished ? Promise.resolve() : this.#until('finish')
  }

  #until(event: 'drain' | 'finish'): Promise<void> {
    const { response, clock, writeMs } = this.#options
    return new Promise((resolve, reject) => {
      const done = (): void => {
        forget()
        response.off(event, done).off('close', lost)
        resolve()
      }
      const lost = (): void => {
        forget()
        response.off(event, done)
        reject(gone())
      }
      const forget = clock.setTimer(writeMs, () => response.destroy())
      response.once(event, done).once('close', lost)
    })
  }
}
