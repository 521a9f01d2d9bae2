// The host half of `uuid`: versions 1, 3, 4, 5 and 7 (RFC 9562).
//
// The time-based ones grow: a clock that stands still or goes back is overtaken by counting on from the last value given out.

import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Service } from './service.ts'

const EPOCH_1582_MS = 12_219_292_800_000 // from 15 October 1582 to 1970
const SEQUENCE = 0x1000 // values of the 12 bits behind a version 7 time

export const uuidService = (clock: Pick<Clock, 'nowMs'>): Service => {
  const v1 = timeBased(clock)
  const v7 = timeOrdered(clock)
  return {
    name: 'uuid',
    operations: {
      'uuid.v1': () => [v1()],
      'uuid.v3': ({ args: [namespace, name] }) => [nameBased(3, 'md5', namespace, name)],
      'uuid.v4': () => [randomUUID()],
      'uuid.v5': ({ args: [namespace, name] }) => [nameBased(5, 'sha1', namespace, name)],
      'uuid.v7': () => [v7()],
    },
  }
}

// Sets version and variant in 16 bytes and writes them with dashes.
const written = (bytes: Buffer, version: number): string => {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4)
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex', 0, 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const timeBased = (clock: Pick<Clock, 'nowMs'>) => {
  const tail = randomBytes(8) // clock sequence, then a random node marked as such
  tail[2] = tail[2]! | 0x01
  let last = 0n
  return (): string => {
    const now = BigInt(Math.floor(clock.nowMs() * 10_000)) + BigInt(EPOCH_1582_MS) * 10_000n // of 100 ns
    last = now > last ? now : last + 1n
    const bytes = Buffer.alloc(16)
    bytes.writeUInt32BE(Number(last & 0xffffffffn), 0)
    bytes.writeUInt16BE(Number((last >> 32n) & 0xffffn), 4)
    bytes.writeUInt16BE(Number((last >> 48n) & 0x0fffn), 6)
    tail.copy(bytes, 8)
    return written(bytes, 1)
  }
}

const timeOrdered = (clock: Pick<Clock, 'nowMs'>) => {
  let last = 0 // milliseconds * SEQUENCE + sequence
  return (): string => {
    const start = Math.floor(clock.nowMs()) * SEQUENCE + randomInt(SEQUENCE / 2)
    last = Math.floor(start / SEQUENCE) > Math.floor(last / SEQUENCE) ? start : last + 1
    const bytes = randomBytes(16)
    bytes.writeUIntBE(Math.floor(last / SEQUENCE), 0, 6)
    bytes.writeUInt16BE(last % SEQUENCE, 6)
    return written(bytes, 7)
  }
}

const nameBased = (version: number, algorithm: string, namespace: unknown, name: unknown): string => {
  if (typeof namespace !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(namespace)) {
    throw new WippyError('UUID_BAD_NAMESPACE', Kind.Invalid, 'invalid namespace UUID', { retryable: false })
  }
  if (typeof name !== 'string' && !(name instanceof Uint8Array)) {
    throw new WippyError('UUID_BAD_NAME', Kind.Invalid, 'namespace and name must be strings', { retryable: false })
  }
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  return written(createHash(algorithm).update(space).update(name).digest(), version)
}
