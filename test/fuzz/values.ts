// Bytes and values at random, with a liking for those that lie at an end of something.

import type { Random } from '../support/random.ts'

const HEADS = [0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff]

/** Bytes, of which many are heads of msgpack. */
export const bytesFrom = (random: Random, most: number): Uint8Array =>
  Uint8Array.from({ length: random.below(most) }, () => (random.next() < 0.4 ? random.of(HEADS) : random.below(256)))

const TEXTS = ['', 'a', 'key', '__proto__', 'constructor', 'toString', 'then', '\0', '\u2028', 'é', '😀', 'x'.repeat(300), 'app:main']
const NUMBERS = [0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300, Number.NaN, Number.POSITIVE_INFINITY]

/** A value that can be sent, nested so deep at most. */
export const valueFrom = (random: Random, depth: number): unknown => {
  const kind = random.below(depth > 0 ? 8 : 6)
  if (kind === 0) return null
  if (kind === 1) return random.next() < 0.5
  if (kind === 2) return random.of(NUMBERS)
  if (kind === 3) return random.of(TEXTS)
  if (kind === 4) return BigInt(Math.floor((random.next() - 0.5) * 2 ** 53)) * 1024n
  if (kind === 5) return bytesFrom(random, 20)
  if (kind === 6) return Array.from({ length: random.below(5) }, () => valueFrom(random, depth - 1))
  return new Map(Array.from({ length: random.below(5) }, () => [random.of(TEXTS), valueFrom(random, depth - 1)]))
}
