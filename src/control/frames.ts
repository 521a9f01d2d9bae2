// Messages on a stream: u32 length (big endian), then that many bytes. Nothing is believed: a length beyond the limit ends the stream.

import { Kind, WippyError } from '../error.ts'

const HEAD = 4

/** The bytes of one message, ready to be written. */
export const framed = (body: Uint8Array): Uint8Array => {
  const frame = new Uint8Array(HEAD + body.length)
  new DataView(frame.buffer).setUint32(0, body.length)
  frame.set(body, HEAD)
  return frame
}

/** Puts messages together from the pieces a stream comes in. Holds at most one message of `limit` bytes and one piece. */
export class FrameReader {
  /** Of one message, in bytes; may be raised. */
  limit: number
  #pieces: Uint8Array[] = []
  #size = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes that are held at present. */
  get held(): number {
    return this.#size
  }

  /** The messages that are whole now. Throws CONTROL_FRAME; nothing can be read after that. */
  push(piece: Uint8Array): Uint8Array[] {
    this.#pieces.push(piece)
    this.#size += piece.length
    const bodies: Uint8Array[] = []
    while (this.#size >= HEAD) {
      const bytes = this.#joined()
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
      if (length > this.limit) {
        throw new WippyError('CONTROL_FRAME', Kind.Invalid, `a message of ${length} bytes, more than ${this.limit}`, { retryable: false })
      }
      if (this.#size < HEAD + length) break
      bodies.push(bytes.subarray(HEAD, HEAD + length))
      this.#pieces = [bytes.subarray(HEAD + length)]
      this.#size -= HEAD + length
    }
    return bodies
  }

  /** Joined only when a head has to be read or everything is there, so that many small pieces are not copied again and again. */
  #joined(): Uint8Array {
    const [first] = this.#pieces
    if (this.#pieces.length > 1 && first!.length >= HEAD) {
      const length = new DataView(first!.buffer, first!.byteOffset).getUint32(0)
      if (length <= this.limit && this.#size < HEAD + length) return first!
    }
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)]
    return this.#pieces[0]!
  }
}
