// Dictionaries of Zstandard (RFC 8878, 5): what small texts of one kind have in common, so that it need not be in each.
//
//   magic · id · tables of Huffman and FSE · three offsets · content
//
// Those that are made here have the tables that everybody has who has no dictionary; what they are good for is their content.

const MAGIC = 0xec30a437
/**
 * A code for literals as texts and JSON have them, with a word for each of the 256, which older readers want; and the default distributions of
 * offsets, lengths of matches and lengths of literals (3.1.1.3.2.2).
 */
const TABLES = Buffer.concat([
  Buffer.from(
    '3f10a022643ac3300cc3300cc3300cc3300c23623c37b4a5c8b1a5dcb6a18d76daae6ccc16f136207a368ae5020fc76209d1d3d3cffe7d8dd450c7cdf0300604',
    'hex',
  ),
  Buffer.from('2084104266464444444424490200', 'hex'),
  Buffer.from('2114c418638c2184104208218410420821444444444444444424090000', 'hex'),
  Buffer.from('5110638c31c618630c21c4186366668646920400', 'hex'),
])
const OFFSETS = Buffer.from([1, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0])
const HEAD = 8 + TABLES.length + OFFSETS.length // bytes before the content
const LEAST_CONTENT = 8 // as far back as the offsets point
const PIECE = 6 // bytes that are looked for together
const SEGMENT = 64 // bytes that are taken together
const BUCKETS = 1 << 20
const PASSES = 8
/** Alphabets of the three tables, and how exact they may be. */
const FSE = [
  { symbols: 32, log: 8 },
  { symbols: 53, log: 9 },
  { symbols: 36, log: 9 },
] as const

/** How many bytes the table of FSE at `at` has (4.1.1); null when it is none. */
const tableLength = (
  bytes: Uint8Array,
  at: number,
  { symbols, log }: { readonly symbols: number; readonly log: number },
): number | null => {
  let bit = 0
  const take = (count: number): number => {
    let value = 0
    for (let n = 0; n < count; n++, bit++) value |= (((bytes[at + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) << n
    return value
  }
  const exact = take(4) + 5
  if (exact > log) return null
  let left = (1 << exact) + 1
  for (let symbol = 0; left > 1; symbol++) {
    if (symbol >= symbols || at + (bit >> 3) >= bytes.length) return null
    const bits = 32 - Math.clz32(left)
    const few = (1 << bits) - 1 - left
    let value = take(bits - 1)
    if (value >= few) {
      value |= take(1) << (bits - 1)
      if (value >= 1 << (bits - 1)) value -= few
    }
    left -= Math.abs(value - 1)
    if (value !== 1) continue
    for (let more = 3; more === 3; symbol += more) more = take(2)
  }
  return left === 1 ? (bit + 7) >> 3 : null
}

/** What a dictionary says of itself; null when it is none. */
export const inspectDictionary = (bytes: Uint8Array): { readonly id: number; readonly contentSize: number } | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 16 || view.getUint32(0, true) !== MAGIC) return null
  const id = view.getUint32(4, true)
  const weights = bytes[8]!
  let at = 9 + (weights < 128 ? weights : (weights - 126) >> 1)
  for (const table of FSE) {
    const length = tableLength(bytes, at, table)
    if (length === null) return null
    at += length
  }
  const contentSize = bytes.length - at - OFFSETS.length
  if (id === 0 || contentSize < LEAST_CONTENT) return null
  const offsets = [0, 4, 8].map((offset) => view.getUint32(at + offset, true))
  return offsets.every((offset) => offset > 0 && offset <= contentSize) ? { id, contentSize } : null
}

const bucketOf = (bytes: Uint8Array, at: number): number => {
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8)
  return ((Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 12) & (BUCKETS - 1)
}

type Segment = { readonly at: number; readonly score: number }

/** The segment between two places that has most of what comes again. */
const best = (counts: Uint32Array, buckets: Uint32Array, from: number, to: number): Segment => {
  const wide = SEGMENT - PIECE + 1
  const worth = (at: number): number => Math.max(0, (counts[buckets[at]!] ?? 0) - 1)
  let score = 0
  let found: Segment = { at: from, score: 0 }
  for (let at = from; at < to; at++) {
    score += worth(at)
    if (at - from >= wide) score -= worth(at - wide)
    if (score > found.score) found = { at: Math.max(from, at - wide + 1), score }
  }
  return found
}

/** What samples have in common, at most `most` bytes; the best of it last, where it is cheapest to point at. */
const contentOf = (samples: readonly Uint8Array[], most: number): Buffer => {
  const all = Buffer.concat(samples)
  const places = Math.max(0, all.length - PIECE + 1)
  const [counts, buckets] = [new Uint32Array(BUCKETS), new Uint32Array(places)]
  for (let at = 0; at < places; at++) {
    buckets[at] = bucketOf(all, at)
    counts[buckets[at]!]!++
  }
  const stretch = Math.max(SEGMENT, Math.floor(all.length / Math.max(1, Math.floor(most / SEGMENT))))
  const segments: Segment[] = []
  for (let pass = 0, hasMore = true; pass < PASSES && hasMore; pass++) {
    hasMore = false
    for (let from = 0; from < places && (segments.length + 1) * SEGMENT <= most; from += stretch) {
      const segment = best(counts, buckets, from, Math.min(places, from + stretch))
      if (segment.score === 0) continue
      hasMore = true
      segments.push(segment)
      for (let at = segment.at; at < Math.min(places, segment.at + SEGMENT - PIECE + 1); at++) counts[buckets[at]!] = 0
    }
  }
  if (segments.length === 0) return all.subarray(-most) // nothing comes twice
  return Buffer.concat(segments.sort((a, b) => a.score - b.score).map(({ at }) => all.subarray(at, at + SEGMENT)))
}

/** A dictionary of at most `size` bytes for texts like these; null when there is too little of them. */
export const trainDictionary = (samples: readonly Uint8Array[], size: number, id: number): Uint8Array | null => {
  const content = contentOf(samples, size - HEAD)
  if (content.length < LEAST_CONTENT) return null
  const head = Buffer.alloc(8)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt32LE(id, 4)
  return Buffer.concat([head, TABLES, OFFSETS, content])
}
