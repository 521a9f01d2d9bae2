// Entries, changes and versions as bytes: msgpack, sealed with a format number and a checksum.
//
//   entry     [kind, meta, data] [file, path, base, line, column, sources] or nil, one after the other: two entries that say the same,
//             written at different places, differ only behind the first value
//   change    [which of KINDS, entry or nil, before or nil]; entries are records of their own inside
//   version   [parent, author, time, message, whether it is a baseline, number of changes]

import { isAbsolute, relative, resolve } from 'node:path'
import { seal, unseal } from '../lmdb/sealed.ts'
import { decode, encode, encodeAll } from '../msgpack.ts'
import { type Change, same } from './change.ts'
import { type Entry, type Fields, makeEntry, type Origin } from './entry.ts'
import type { Version } from './history.ts'

const FORMAT = 1
const HEAD = 5 // of a seal
const KINDS = ['entry.create', 'entry.update', 'entry.delete'] as const

export class Records {
  readonly #root: string

  /** Paths below `root` are written relative to it, so that an app may move. */
  constructor(root: string) {
    this.#root = root
  }

  entry(entry: Entry | null): Uint8Array {
    if (!entry) return seal(new Uint8Array(0), FORMAT)
    const said = encode([entry.kind, entry.meta, entry.data])
    return seal(Buffer.concat([said, encode(this.#place(entry.origin))]), FORMAT)
  }

  /** Throws STATE_CORRUPT or STATE_NEWER. */
  readEntry(id: string, bytes: Uint8Array): Entry | null {
    const payload = unseal(bytes, FORMAT, `entry "${id}"`)
    if (payload.length === 0) return null
    // Both values as the elements of one array: its head is all that is missing.
    const [said, place] = decode(Buffer.concat([TWO, payload])) as [[string, Fields, unknown], unknown[] | null]
    const [kind, meta, data] = said
    return makeEntry({ id, kind, meta, data, origin: this.#origin(place) })
  }

  /** Whether a record says what an entry says, wherever either was written. */
  says(bytes: Uint8Array, entry: Entry | null): boolean {
    if (!entry || bytes.length === HEAD) return !entry && bytes.length === HEAD
    const said = encode([entry.kind, entry.meta, entry.data])
    if (Buffer.compare(said, bytes.subarray(HEAD, HEAD + said.length)) === 0) return true
    const other = this.readEntry(entry.id, bytes)
    return other !== null && same(other, entry)
  }

  change({ kind, entry, before }: Change): Uint8Array {
    const after = kind === 'entry.delete' ? null : this.entry(entry)
    return seal(encodeAll([entry.id, KINDS.indexOf(kind), after, before && this.entry(before)]), FORMAT)
  }

  readChange(bytes: Uint8Array): Change {
    const [id, at, after, before] = decode(unseal(bytes, FORMAT, 'a change')) as [string, number, Uint8Array | null, Uint8Array | null]
    const was = before && this.readEntry(id, before)
    return { kind: KINDS[at]!, entry: (after ? this.readEntry(id, after) : was)!, before: was }
  }

  version({ parent, author, time, message, baseline }: Version, changes: number): Uint8Array {
    return seal(encodeAll([parent, author, time, message, baseline === true, changes]), FORMAT)
  }

  readVersion(id: number, bytes: Uint8Array): { readonly version: Version; readonly changes: number } {
    const payload = decode(unseal(bytes, FORMAT, `version ${id}`))
    const [parent, author, time, message, baseline, changes] = payload as [number | null, string, number, string, boolean, number]
    return { version: { id, parent, author, time, message, ...(baseline && { baseline }) }, changes }
  }

  #place(origin: Origin | null): unknown {
    if (!origin) return null
    const { file, path, base, line, column, sources } = origin
    return [file, this.#inside(path), this.#inside(base), line, column, [...sources]]
  }

  #origin(place: unknown[] | null): Origin | null {
    if (!place) return null
    const [file, path, base, line, column, sources] = place as [string, string, string, number, number, [string, string][]]
    const [whole, root] = [resolve(this.#root, path), resolve(this.#root, base)]
    return Object.freeze({ file, path: whole, base: root, line, column, spots: new Map(), sources: new Map(sources) })
  }

  #inside(path: string): string {
    const short = relative(this.#root, path)
    return short.startsWith('..') || isAbsolute(short) ? path : short
  }
}

const TWO = Uint8Array.of(0x92)
