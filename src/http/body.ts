// The body of a request.
//
//   B1 It is counted while it is read: what is larger than the server allows is not read to its end.
//   B2 Who waits for a word that it may send its body hears it when somebody wants to read.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Kind, WippyError } from '../error.ts'

export const gone = (): WippyError => new WippyError('HTTP_GONE', Kind.Unavailable, 'the client is gone', { retryable: false })

const tooLarge = (most: number): WippyError =>
  new WippyError('HTTP_BODY_TOO_LARGE', Kind.Invalid, `request body too large: more than ${most} bytes`, { retryable: false })

export class Body {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #most: number
  #isTaken = false
  #isTooLarge = false
  #isHeld: boolean

  /** `most`: bytes that the server allows. */
  constructor(request: IncomingMessage, response: ServerResponse, most: number) {
    this.#request = request
    this.#response = response
    this.#most = most
    this.#isHeld = request.headers.expect?.toLowerCase() === '100-continue'
  }

  /** Bytes, as the client says; -1 when it does not. */
  get length(): number {
    const { 'content-length': length, 'transfer-encoding': encoding } = this.#request.headers
    if (length !== undefined) return Number(length)
    return encoding === undefined ? 0 : -1
  }

  /** Whether it was more than the server allows. */
  get isTooLarge(): boolean {
    return this.#isTooLarge
  }

  /** Whether it is there, or may still come, on the connection: another request cannot follow it before it is read. */
  get isOpen(): boolean {
    return this.length !== 0 && !this.#request.complete
  }

  /** Whether the client waits for a word that it may send it. */
  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Its bytes, once. Throws HTTP_BODY_TAKEN; reading throws HTTP_BODY_TOO_LARGE, HTTP_GONE. */
  take(): AsyncGenerator<Uint8Array> {
    if (this.#isTaken) throw new WippyError('HTTP_BODY_TAKEN', Kind.Invalid, 'the body has been read', { retryable: false })
    this.#isTaken = true
    return this.#read()
  }

  /** All of it. Throws as `take`, and HTTP_BODY_TOO_LARGE when it has more than `most` bytes. */
  async whole(most: number): Promise<Uint8Array> {
    if (this.length > most) throw tooLarge(most)
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of this.take()) {
      bytes += chunk.length
      if (bytes > most) throw tooLarge(most)
      chunks.push(chunk)
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    if (this.length > this.#most) throw this.#refused()
    if (this.#isHeld && !this.#response.headersSent) this.#response.writeContinue()
    this.#isHeld = false
    const over = (): void => void this.#request.destroy() // Node lets who reads it wait for ever
    this.#response.once('close', over)
    try {
      for await (const chunk of this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > this.#most) throw this.#refused()
        yield chunk
      }
    } catch (error) {
      throw error instanceof WippyError ? error : gone()
    } finally {
      this.#response.off('close', over)
    }
  }

  #refused(): WippyError {
    this.#isTooLarge = true
    if (!this.#response.headersSent) this.#response.setHeader('Connection', 'close')
    return tooLarge(this.#most)
  }
}
