// The body of a request.
//
//   B1 It is counted while it is read: what is larger than the server allows is not read to its end.
//   B2 What is wanted whole takes room of the server's until `leave`: where there is none left, it is not read to its end either.
//   B3 Who waits for a word that it may send its body hears it when somebody wants to read.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Kind, WippyError } from '../error.ts'
import type { Room } from './room.ts'

export const gone = (): WippyError => new WippyError('HTTP_GONE', Kind.Unavailable, 'the client is gone', { retryable: false })

const tooLarge = (most: number): WippyError =>
  new WippyError('HTTP_BODY_TOO_LARGE', Kind.Invalid, `request body too large: more than ${most} bytes`, { retryable: false })

const noRoom = (most: number): WippyError =>
  new WippyError('HTTP_BODIES_FULL', Kind.Unavailable, `the server holds as many bodies as it may: ${most} bytes`, { retryable: true })

/** What the server answers where a handler says nothing of a body that it could not have. */
export type Refusal = readonly [status: number, message: string, headers?: readonly (readonly [name: string, value: string])[]]

const TOO_LARGE: Refusal = [413, 'the body is too large']
const NO_ROOM: Refusal = [503, 'too many bodies', [['Retry-After', '1']]]

export type BodyOptions = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Bytes that the server allows. */
  readonly most: number
  readonly room: Room
}

export class Body {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #most: number
  readonly #room: Room
  #isTaken = false
  #refusal: Refusal | null = null
  #isHeld: boolean
  #roomBytes = 0
  #isLeft = false

  constructor({ request, response, most, room }: BodyOptions) {
    this.#request = request
    this.#response = response
    this.#most = most
    this.#room = room
    this.#isHeld = request.headers.expect?.toLowerCase() === '100-continue'
  }

  /** Bytes, as the client says; -1 when it does not. */
  get length(): number {
    const { 'content-length': length, 'transfer-encoding': encoding } = this.#request.headers
    if (length !== undefined) return Number(length)
    return encoding === undefined ? 0 : -1
  }

  /** Why it could not be had, when that is for the server to say. */
  get refusal(): Refusal | null {
    return this.#refusal
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

  /** All of it. Throws as `take`, HTTP_BODY_TOO_LARGE when it has more than `most` bytes, HTTP_BODIES_FULL, and HTTP_GONE after `leave`. */
  async whole(most: number): Promise<Uint8Array> {
    const room = this.#room
    const tooMany = (): WippyError => (most <= room.most ? tooLarge(most) : this.#refused(TOO_LARGE, tooLarge(room.most)))
    if (this.length > Math.min(most, room.most)) throw tooMany()
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of this.take()) {
      if (this.#isLeft) throw gone()
      bytes += chunk.length
      if (bytes > Math.min(most, room.most)) throw tooMany()
      if (!room.take(chunk.length)) throw this.#refused(NO_ROOM, noRoom(room.most))
      this.#roomBytes += chunk.length
      chunks.push(chunk)
    }
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  /** Nobody works on the request any more: its bytes are not held, and no more of them are. */
  leave(): void {
    this.#isLeft = true
    this.#room.give(this.#roomBytes)
    this.#roomBytes = 0
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    let bytes = 0
    if (this.length > this.#most) throw this.#refused(TOO_LARGE, tooLarge(this.#most))
    if (this.#isHeld && !this.#response.headersSent) this.#response.writeContinue()
    this.#isHeld = false
    const over = (): void => void this.#request.destroy() // Node lets who reads it wait for ever
    this.#response.once('close', over)
    try {
      for await (const chunk of this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > this.#most) throw this.#refused(TOO_LARGE, tooLarge(this.#most))
        yield chunk
      }
    } catch (error) {
      throw error instanceof WippyError ? error : gone()
    } finally {
      this.#response.off('close', over)
    }
  }

  #refused(refusal: Refusal, error: WippyError): WippyError {
    this.#refusal = refusal
    if (!this.#response.headersSent) this.#response.setHeader('Connection', 'close')
    return error
  }
}
