// Frames as somebody looks at them from outside.

import { ASK, EVENT, EXIT, type FrameCursor, MESSAGE, REPLY, SEND, START } from '../kernel/frame.ts'
import { decodeAll } from '../msgpack.ts'

const READ_BYTES = 16 * 1024 // a longer payload is only measured
const KINDS: Readonly<Record<number, string>> = {
  [MESSAGE]: 'message',
  [REPLY]: 'reply',
  [EVENT]: 'event',
  [START]: 'start',
  [SEND]: 'send',
  [ASK]: 'ask',
  [EXIT]: 'exit',
}
const utf8 = new TextDecoder()

export type SeenFrame = {
  readonly kind: string
  /** Whom it is from, or for; of an ask the operation. */
  readonly peer: string
  /** Of an ask the target. */
  readonly topic: string
  /** Joins an ask with its reply; 0: none. */
  readonly tag: number
  readonly bytes: number
  /** Null when it is too long to be read, or cannot be. */
  readonly values: readonly unknown[] | null
}

const valuesOf = (bytes: Uint8Array): unknown[] | null => {
  if (bytes.length > READ_BYTES) return null
  try {
    return decodeAll(bytes)
  } catch {
    return null // whatever a process sends is delivered: that it makes no sense is for its receiver to find out
  }
}

/** The frame under a cursor. Its values are null when they are too long to be decoded, or cannot be. */
export const seenFrame = ({ bytes, kind, tag, nameStart, nameEnd, topicEnd, payloadEnd }: FrameCursor): SeenFrame => ({
  kind: KINDS[kind] ?? String(kind),
  peer: utf8.decode(bytes.subarray(nameStart, nameEnd)),
  topic: utf8.decode(bytes.subarray(nameEnd, topicEnd)),
  tag,
  bytes: payloadEnd - topicEnd,
  values: valuesOf(bytes.subarray(topicEnd, payloadEnd)),
})
