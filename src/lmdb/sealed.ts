// Bytes with a format number and a checksum around them: what was torn or flipped is noticed, what a newer wippy wrote is not misread.
//
//   format (1 byte) · crc32 of format and payload (4 bytes, big-endian) · payload

import { corrupt, newer } from './fault.ts'

const HEAD = 5

/** zlib is loaded when first used: it takes a start a millisecond. */
const crc32 = (bytes: Uint8Array, start: number): number => process.getBuiltinModule('node:zlib').crc32(bytes, start)

/** `format` is a number from 1 to 255 that says how the payload is written. */
export const seal = (payload: Uint8Array, format: number): Uint8Array => {
  const bytes = Buffer.allocUnsafe(HEAD + payload.length)
  bytes[0] = format
  bytes.writeUInt32BE(crc32(payload, format), 1)
  bytes.set(payload, HEAD)
  return bytes
}

/** The payload. `what` names the record to people. Throws STATE_CORRUPT, or STATE_NEWER for a format above `known`. */
export const unseal = (bytes: Uint8Array, known: number, what: string): Uint8Array => {
  const format = bytes[0] ?? 0
  const payload = bytes.subarray(HEAD)
  const sum = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEAD || crc32(payload, format) !== sum.getUint32(1)) throw corrupt(what, 'its checksum is wrong')
  if (format > known) throw newer(what, 'this record', format, known)
  return payload
}
