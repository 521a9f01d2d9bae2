// One record of a journal as bytes; the same on every engine.
//
//   R1 Each record names the hash of the one before it: a record that is missing, exchanged or altered breaks the chain.
//   R2 The checksum at the end covers all bytes before it: a torn tail or a flipped bit is refused, never read.
//   R3 A record says everything a step was given and everything it wanted: replaying it needs nothing else.
//
// Layout, little endian:
//   u16 magic · u8 version · u8 kind · u32 epoch · u32 seq · 16 bytes hash of the record before · 16 bytes hash of the code
//   f64 now · f64 fuel spent · u32 fuel given · u8 verdict · 3 zeros · u32 input · u32 output · u32 mailed
//   input bytes · output bytes · mailed × u32 · u32 crc32

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Kind, WippyError } from '../error.ts'
import type { Verdict } from '../kernel/body.ts'

const MAGIC = 0x4a57
const VERSION = 1
const HEAD = 80
const TAIL = 4
const HASH_BYTES = 16

/**
 * `start`: a run begins, `input` says with what. `own`: another node goes on. `step`: one step. `end`: somebody outside ended it.
 * `pause`: it takes no step before `resume`; `input` has its timers. `note`: what became of an attempt at what it asked for.
 * `fork`: up to here it is the journal of another one; `input` says whose.
 */
export const RecordKind = { start: 1, own: 2, step: 3, end: 4, pause: 5, resume: 6, note: 7, fork: 8 } as const
const LAST_KIND = RecordKind.fork
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

const VERDICTS: readonly Verdict[] = ['wait', 'again', 'exit', 'fault']

/** What a record says. Of kinds other than `step` only `input` counts, besides the place in the chain. */
export type Content = {
  readonly kind: RecordKind
  /** Hash of the program that ran. */
  readonly code: Uint8Array
  readonly nowMs: number
  readonly fuel: number
  readonly spent: number
  readonly verdict: Verdict
  /** Of a step: the frames that went in. */
  readonly input: Uint8Array
  /** The frames that came out. */
  readonly output: Uint8Array
  /** Tags of the sends in `output` that became mail of other journals with this record. */
  readonly mailed: readonly number[]
}

/** Where a journal stands: the last record. */
export type Position = { readonly epoch: number; readonly seq: number; readonly hash: Uint8Array }

/** A record with its place, ready to be appended. */
export type Sealed = Position & { readonly bytes: Uint8Array }
export type Parsed = Position & Content & { readonly previous: Uint8Array }

/** What stands before the first record. */
export const ORIGIN: Position = { epoch: 0, seq: 0, hash: new Uint8Array(HASH_BYTES) }

export const hashOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest().subarray(0, HASH_BYTES)

export const samePosition = (a: Position, b: Position): boolean =>
  a.epoch === b.epoch && a.seq === b.seq && Buffer.compare(a.hash, b.hash) === 0

/** Where a journal stands behind a record. The record is not checked. */
export const positionOf = (bytes: Uint8Array): Position => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { epoch: view.getUint32(4, true), seq: view.getUint32(8, true), hash: hashOf(bytes) }
}

/** The record that follows `before`, written by the owner of `epoch`. */
export const seal = (before: Position, epoch: number, content: Content): Sealed => {
  const { input, output, mailed } = content
  const bytes = Buffer.alloc(HEAD + input.length + output.length + mailed.length * 4 + TAIL)
  bytes.writeUInt16LE(MAGIC, 0)
  bytes[2] = VERSION
  bytes[3] = content.kind
  bytes.writeUInt32LE(epoch, 4)
  bytes.writeUInt32LE(before.seq + 1, 8)
  bytes.set(before.hash, 12)
  bytes.set(content.code, 28)
  bytes.writeDoubleLE(content.nowMs, 44)
  bytes.writeDoubleLE(content.spent, 52)
  bytes.writeUInt32LE(content.fuel, 60)
  bytes[64] = VERDICTS.indexOf(content.verdict)
  bytes.writeUInt32LE(input.length, 68)
  bytes.writeUInt32LE(output.length, 72)
  bytes.writeUInt32LE(mailed.length, 76)
  bytes.set(input, HEAD)
  bytes.set(output, HEAD + input.length)
  let at = HEAD + input.length + output.length
  for (const tag of mailed) at = bytes.writeUInt32LE(tag, at)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at)
  return { bytes, epoch, seq: before.seq + 1, hash: hashOf(bytes) }
}

/** Reads a record. Throws JOURNAL_CORRUPT, or JOURNAL_NEWER for a version this wippy does not know. `what` names it to people. */
export const parse = (raw: Uint8Array, what: string): Parsed => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const { length } = bytes
  if (length < HEAD + TAIL || crc32(bytes.subarray(0, length - TAIL)) !== bytes.readUInt32LE(length - TAIL))
    throw corrupt(what, 'its checksum is wrong')
  if (bytes.readUInt16LE(0) !== MAGIC) throw corrupt(what, 'it is no record of a journal')
  if (bytes[2] !== VERSION) throw newer(what, bytes[2]!)
  const input = HEAD + bytes.readUInt32LE(68)
  const output = input + bytes.readUInt32LE(72)
  const count = bytes.readUInt32LE(76)
  const kind = bytes[3] as RecordKind
  const verdict = VERDICTS[bytes[64]!]
  if (output + count * 4 + TAIL !== length || kind < 1 || kind > LAST_KIND || verdict === undefined)
    throw corrupt(what, 'its parts do not fit')
  return {
    kind,
    epoch: bytes.readUInt32LE(4),
    seq: bytes.readUInt32LE(8),
    hash: hashOf(bytes),
    previous: bytes.subarray(12, 28),
    code: bytes.subarray(28, 44),
    nowMs: bytes.readDoubleLE(44),
    spent: bytes.readDoubleLE(52),
    fuel: bytes.readUInt32LE(60),
    verdict,
    input: bytes.subarray(HEAD, input),
    output: bytes.subarray(input, output),
    mailed: Array.from({ length: count }, (_, i) => bytes.readUInt32LE(output + i * 4)),
  }
}

/** What stands before the first record that is kept of a journal: earlier runs may have been forgotten. Throws JOURNAL_CORRUPT. */
export const originOf = (id: string, first: Uint8Array | undefined): Position => {
  if (first === undefined) return ORIGIN
  const { kind, seq, epoch, previous } = parse(first, `the first record of workflow "${id}"`)
  if (seq === 1) return ORIGIN
  if (kind !== RecordKind.start) throw corrupt(`the journal of workflow "${id}"`, `it begins with record ${seq}, which begins no run`)
  return { epoch, seq: seq - 1, hash: previous }
}

/** Reads a stretch of a journal, from the record after `before` on. Throws JOURNAL_CORRUPT where the chain breaks. */
export const parseChain = (id: string, before: Position, records: readonly Uint8Array[]): Parsed[] => {
  let last = before
  return records.map((bytes) => {
    const what = `record ${last.seq + 1} of workflow "${id}"`
    const record = parse(bytes, what)
    if (record.seq !== last.seq + 1 || record.epoch < last.epoch || Buffer.compare(record.previous, last.hash) !== 0)
      throw corrupt(what, 'it does not follow the one before it')
    last = record
    return record
  })
}

const corrupt = (what: string, why: string): WippyError =>
  new WippyError('JOURNAL_CORRUPT', Kind.Internal, `${what} is damaged: ${why}`, {
    retryable: false,
    hint: 'Nothing was appended behind it. Restore the journal from a backup, or terminate the workflow.',
  })

export const forgotten = (id: string, seq: number, first: number): WippyError =>
  new WippyError('WORKFLOW_RECORD', Kind.NotFound, `record ${seq} of workflow "${id}" is not kept any more`, {
    retryable: false,
    hint: `Its journal begins with record ${first}: runs that were over long ago are forgotten (workflow.retention.ended).`,
  })

const newer = (what: string, version: number): WippyError =>
  new WippyError('JOURNAL_NEWER', Kind.Invalid, `${what} has version ${version}, and this wippy knows ${VERSION}`, {
    retryable: false,
    hint: 'It was written by a newer wippy: update this one.',
  })
