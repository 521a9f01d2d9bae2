// A workflow as one file: its journal, its programs, what waits for it. Needs nothing else to be looked at, replayed or gone on with.
//
//   A1 A file that is torn or altered is refused: by its length, by its hash, and record by record as in any journal.
//   A2 Checkpoints stay behind: they belong to one build of the runtime, and the journal says the same.
//
// Layout: "wippy workflow\n" · u8 version · u32 bytes behind the head, little endian · 32 bytes sha256 of them · gzip of a msgpack map

import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Kind, WippyError } from '../error.ts'
import { decode, encode } from '../msgpack.ts'
import { type Card, cardOf } from './card.ts'
import { type Engine, type Head, MOST_MAIL } from './engine.ts'
import { noticed } from './notice.ts'
import { programHash } from './programs.ts'
import { forgotten, originOf, type Parsed, parseChain, RecordKind, type Sealed } from './record.ts'

const MAGIC = Buffer.from('wippy workflow\n')
const VERSION = 1
const SIZE_AT = MAGIC.length + 1
const HASH_AT = SIZE_AT + 4
const HEAD = HASH_AT + 32
const PAGE = 500
const MOST_BYTES = 256 * 1024 ** 2 // unpacked
const ATTEMPTS = 10

export type Archive = {
  readonly id: string
  readonly status: string
  readonly card: Card
  readonly records: readonly Sealed[]
  /** Frames that wait for it. */
  readonly mail: readonly Uint8Array[]
  readonly timers: readonly { readonly tag: number; readonly dueMs: number }[]
  /** By their hashes: those its runs name and that are still stored. */
  readonly programs: ReadonlyMap<string, Uint8Array>
}

type Stored = Omit<Archive, 'records' | 'programs' | 'card'> & {
  readonly card: Uint8Array
  readonly records: readonly Uint8Array[]
  readonly programs: readonly (readonly [hash: string, bytes: Uint8Array])[]
}

/** Everything of a workflow, as it is at one moment. Throws ARCHIVE_LARGE, ARCHIVE_MOVING, JOURNAL_CORRUPT. */
export const archiveOf = async (engine: Engine, head: Head): Promise<Archive> => {
  let at = head
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const mail = await engine.mail(at.id, 0, MOST_MAIL)
    const timers = await engine.timers(at.id)
    const after = await engine.head(at.id)
    if (after === null || after.seq === at.seq) {
      const records = await journalOf(engine, at.id, at.seq)
      const programs = await programsOf(engine, records)
      const own = { id: at.id, status: at.status, card: cardOf(at.card), records, programs }
      return { ...own, mail: mail.map(({ frame }) => frame), timers: timers.map(({ tag, dueMs }) => ({ tag, dueMs })) }
    }
    at = after
  }
  throw new WippyError('ARCHIVE_MOVING', Kind.Unavailable, `workflow "${head.id}" takes steps faster than it can be read`, {
    retryable: true,
    hint: `Pause it meanwhile: wippy workflow pause ${head.id}`,
  })
}

/** All records that are kept, up to `seq`, checked. Throws ARCHIVE_LARGE, JOURNAL_CORRUPT, WORKFLOW_RECORD. */
export const journalOf = async (engine: Engine, id: string, seq: number): Promise<(Parsed & Sealed)[]> => {
  const all: (Parsed & Sealed)[] = []
  let bytes = 0
  let last = originOf(id, (await engine.read(id, 1, 1))[0])
  if (last.seq >= seq) throw forgotten(id, seq, last.seq + 1)
  while (last.seq < seq) {
    const page = await engine.read(id, last.seq + 1, Math.min(PAGE, seq - last.seq))
    const parsed = parseChain(id, last, page)
    if (parsed.length === 0) throw new WippyError('JOURNAL_CORRUPT', Kind.Internal, `record ${last.seq + 1} of workflow "${id}" is missing`)
    last = parsed.at(-1)!
    for (const [i, record] of parsed.entries()) {
      bytes += page[i]!.length
      if (bytes > MOST_BYTES) throw tooLarge(id)
      all.push({ ...record, bytes: page[i]! })
    }
  }
  return all
}

const programsOf = async (engine: Engine, records: readonly Parsed[]): Promise<Map<string, Uint8Array>> => {
  const programs = new Map<string, Uint8Array>()
  for (const { kind, code } of records) {
    const hash = Buffer.from(code).toString('hex')
    if (kind !== RecordKind.start || programs.has(hash)) continue
    const bytes = await engine.code(hash)
    if (bytes !== null) programs.set(hash, bytes)
  }
  return programs
}

/** The file of an archive: a head with size and checksum, then everything, compressed. */
export const archiveToBytes = ({ card, records, programs, ...rest }: Archive): Uint8Array => {
  const stored: Stored = { ...rest, card: encode(card), records: records.map(({ bytes }) => bytes), programs: [...programs] }
  const packed = gzipSync(encode(stored))
  const head = Buffer.alloc(HEAD)
  MAGIC.copy(head)
  head[MAGIC.length] = VERSION
  head.writeUInt32LE(packed.length, SIZE_AT)
  createHash('sha256').update(packed).digest().copy(head, HASH_AT)
  return Buffer.concat([head, packed])
}

/** Reads a file; `name` is what people call it. Throws ARCHIVE_INVALID, ARCHIVE_NEWER, ARCHIVE_DAMAGED. */
export const archiveFrom = (file: Uint8Array, name: string): Archive => {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  if (bytes.length < HEAD || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw noArchive(name)
  const version = bytes[MAGIC.length]!
  if (version !== VERSION) throw newer(name, version)
  const packed = bytes.subarray(HEAD)
  const size = bytes.readUInt32LE(SIZE_AT)
  if (packed.length < size) throw damaged(name, `it is torn: ${size - packed.length} of ${size} bytes are missing`)
  if (packed.length > size) throw damaged(name, `${packed.length - size} bytes stand behind its end`)
  const isSame = createHash('sha256').update(packed).digest().equals(bytes.subarray(HASH_AT, HEAD))
  if (!isSame) throw damaged(name, 'its checksum is wrong: it was altered')
  return checked(unpacked(packed, name), name)
}

const unpacked = (packed: Uint8Array, name: string): unknown => {
  try {
    return decode(gunzipSync(packed, { maxOutputLength: MOST_BYTES * 2 }))
  } catch {
    throw damaged(name, 'it cannot be unpacked')
  }
}

const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isTimer = (value: unknown): boolean => isMap(value) && isWhole(value.tag) && isWhole(value.dueMs)
const isProgram = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === 'string' && isBytes(value[1])
const areAll = (value: unknown, is: (item: unknown) => boolean): boolean => Array.isArray(value) && value.every(is)

const isStored = (value: unknown): value is Stored =>
  isMap(value) &&
  [value.id, value.status].every((text) => typeof text === 'string') &&
  isBytes(value.card) &&
  areAll(value.records, isBytes) &&
  areAll(value.mail, isBytes) &&
  areAll(value.timers, isTimer) &&
  areAll(value.programs, isProgram)

const isCard = (value: unknown): value is Card =>
  isMap(value) &&
  [value.entry, value.host, value.code].every((text) => typeof text === 'string') &&
  [value.start, value.startedMs].every((number) => typeof number === 'number') &&
  areAll(value.watchers, isMap) &&
  isMap(value.search) &&
  isMap(value.memo)

/** What a checksum does not say: that all parts are there, and belong together. */
const checked = (stored: unknown, name: string): Archive => {
  if (!isStored(stored)) throw damaged(name, 'parts of it are missing')
  const { records: raw, card: bytes, programs: pairs, ...rest } = stored
  const records = parseChain(rest.id, originOf(rest.id, raw[0]), raw).map((record, i) => ({ ...record, bytes: raw[i]! }))
  const card: unknown = decode(bytes)
  if (!isCard(card)) throw damaged(name, 'parts of it are missing')
  const start = records.find(({ seq }) => seq === card.start)
  const isItsStart = start?.kind === RecordKind.start && Buffer.from(start.code).toString('hex') === card.code
  if (!isItsStart) throw damaged(name, 'its journal and what is known of it do not belong together')
  const programs = new Map(pairs)
  for (const [hash, code] of programs) if (programHash(code) !== hash) throw damaged(name, `program ${hash} is another one`)
  if (!programs.has(card.code)) throw damaged(name, 'its program is missing')
  return { ...rest, card, records, programs }
}

/** Puts a workflow into an engine as it is. False when there is one with this id. */
export const unpackInto = async (engine: Engine, { id, status, card, records, programs, mail, timers }: Archive): Promise<boolean> => {
  for (const [hash, bytes] of programs) await engine.putCode(hash, bytes)
  const effects = noticed(status, { ...card, mark: null }, { mail: mail.map((frame) => ({ to: id, frame })), timers })
  return engine.adopt(id, records, effects)
}

const tooLarge = (id: string): WippyError =>
  new WippyError('ARCHIVE_LARGE', Kind.Invalid, `the journal of workflow "${id}" is larger than ${MOST_BYTES} bytes`, { retryable: false })

const noArchive = (name: string): WippyError =>
  new WippyError('ARCHIVE_INVALID', Kind.Invalid, `${name} is no exported workflow`, {
    retryable: false,
    hint: '"wippy workflow export ID -o FILE" writes one.',
  })

const newer = (name: string, version: number): WippyError =>
  new WippyError('ARCHIVE_NEWER', Kind.Invalid, `${name} has version ${version}, and this wippy knows ${VERSION}`, {
    retryable: false,
    hint: 'It was written by a newer wippy: update this one.',
  })

const damaged = (name: string, why: string): WippyError =>
  new WippyError('ARCHIVE_DAMAGED', Kind.Invalid, `${name} is damaged: ${why}`, {
    retryable: false,
    hint: 'Nothing was taken from it. Copy or export it again.',
  })
