// The few payloads the kernel makes itself: msgpack arrays around bytes that somebody else encoded.

import type { WippyError } from '../error.ts'

const ARRAY_1 = 0x91
const ARRAY_2 = 0x92
const NIL = 0xc0

/** One error as one msgpack value. Given by the host: the kernel knows no msgpack library. */
export type EncodeError = (error: WippyError) => Uint8Array

export const NO_VALUES = Uint8Array.of(0x90)
/** `[nil, nil]`: the end of a process that says nothing. */
export const NO_RESULT = Uint8Array.of(ARRAY_2, NIL, NIL)
export const TRUE = Uint8Array.of(ARRAY_1, 0xc3)

/** `[error]`: a failed reply. */
export const failed = (error: Uint8Array): Uint8Array => joined([ARRAY_1], error)

/** `[nil, error]`: the end of a process that did not end itself. */
export const endedBy = (error: Uint8Array): Uint8Array => joined([ARRAY_2, NIL], error)

/** `[text]`: the reason of a cancel. */
export const textPayload = (text: string): Uint8Array => {
  const bytes = new TextEncoder().encode(text)
  const size = bytes.length
  if (size < 32) return joined([ARRAY_1, 0xa0 | size], bytes)
  if (size < 256) return joined([ARRAY_1, 0xd9, size], bytes)
  if (size < 65_536) return joined([ARRAY_1, 0xda, size >> 8, size & 0xff], bytes)
  return joined([ARRAY_1, 0xdb, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff], bytes)
}

const joined = (head: readonly number[], tail: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}
