// The heads of the embedded engine, and what they are found by.
//
// Where a journal stands is said by its last record; the row of a head is written only when something else of it changes. What is on its way
// to the disk is not yet read: until it is, `newest` knows better than the tables.

import type { Batch, Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Head } from './engine.ts'
import { type Attribute, behind, isByStart, isWanted, type Query, type Traits } from './query.ts'
import { positionOf } from './record.ts'

const FORMAT = 2
const LAST = Number.MAX_SAFE_INTEGER
const HIGHEST = '\u{10ffff}' // no text comes after it
const KEPT = 1000 // heads kept though nothing of them is under way
const AT_ONCE = 1000 // ids looked at before others get their turn
const NOTHING = new Uint8Array(0)

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0
const isSameTraits = (a: Traits, b: Traits): boolean => a === b || isSame(encodeAll([a]), encodeAll([b]))

export class LmdbHeads {
  readonly #log: Table<readonly [id: string, seq: number]>
  readonly #rows: Table<string>
  readonly #active: Table<string>
  readonly #byStatus: Table<readonly [status: string, id: string]>
  readonly #byEntry: Table<readonly [entry: string, id: string]>
  readonly #byStart: Table<readonly [startedMs: number, id: string]>
  readonly #byAttribute: Table<readonly [name: string, value: string, id: string]>
  readonly #newest = new Map<string, Head>() // least recently changed first
  readonly #changes = new Map<string, Promise<unknown>>() // by workflow: the newest change that is not yet read

  constructor(env: Environment, log: Table<readonly [id: string, seq: number]>) {
    this.#log = log
    this.#rows = env.table('workflow.head')
    this.#active = env.table('workflow.active')
    this.#byStatus = env.table('workflow.status')
    this.#byEntry = env.table('workflow.entry')
    this.#byStart = env.table('workflow.start')
    this.#byAttribute = env.table('workflow.attribute')
  }

  /** A head as it will be when all writes are done. */
  newest(id: string): Head | null {
    return this.#newest.get(id) ?? this.stored(id)
  }

  /** A head as it is on the disk. */
  stored(id: string): Head | null {
    const row = this.#rows.get(id)
    if (row === undefined) return null
    const [last] = this.#log.range({ from: [id, LAST], to: [id, 0], reverse: true, limit: 1 })
    return last === undefined ? null : { id, ...positionOf(last.value), active: this.#active.has(id), ...unsealRow(id, row) }
  }

  /** Runs what writes a head. Until it is done `newest` tells of it; when it fails the disk is right. */
  async change(head: Head, write: () => Promise<void>): Promise<void> {
    const { id } = head
    this.#newest.delete(id)
    this.#newest.set(id, head)
    try {
      await this.during(id, write)
    } catch (error) {
      if (this.#newest.get(id) === head) this.#newest.delete(id)
      throw error
    }
    for (const known of this.#newest.keys()) {
      if (this.#newest.size <= KEPT) return
      if (!this.#changes.has(known)) this.#newest.delete(known)
    }
  }

  /** Runs a change that `settled` waits for. */
  async during(id: string, change: () => Promise<void>): Promise<void> {
    const work = change()
    this.#changes.set(id, work)
    try {
      await work
    } finally {
      if (this.#changes.get(id) === work) this.#changes.delete(id)
    }
  }

  /** Resolves when the newest change of a head can be read, or has failed: whoever asked for it hears how it went. */
  async settled(id: string): Promise<void> {
    await this.#changes.get(id)?.catch(() => {})
  }

  /** Writes what differs between two heads of a workflow, beside where its journal stands. */
  put(batch: Batch, head: Head, before: Head | null): void {
    const { id, status, active, traits, card } = head
    const isFound = before !== null && before.status === status && isSameTraits(before.traits, traits)
    if (!isFound || !isSame(before.card, card)) batch.put(this.#rows, id, sealRow(head))
    if (active && !before?.active) batch.put(this.#active, id, NOTHING)
    if (!active && before?.active) batch.remove(this.#active, id)
    if (isFound) return
    if (before) this.#unlist(batch, before)
    batch.put(this.#byStatus, [status, id], NOTHING)
    batch.put(this.#byEntry, [traits.entry, id], NOTHING)
    batch.put(this.#byStart, [traits.startedMs, id], NOTHING)
    for (const [name, value] of traits.attributes) batch.put(this.#byAttribute, [name, value, id], NOTHING)
  }

  /** Removes a head and all that it is found by. */
  remove(batch: Batch, id: string): void {
    const head = this.newest(id)
    if (head) this.#unlist(batch, head)
    batch.remove(this.#rows, id)
    batch.remove(this.#active, id)
  }

  /** Forgets what it knows beside the disk. */
  forget(id: string): void {
    this.#newest.delete(id)
  }

  /** Ids that are active, in order, behind `after`. */
  *active(after: string): Generator<string> {
    for (const id of this.#active.keys({ from: after })) if (id !== after) yield id
  }

  async list(query: Query): Promise<Head[]> {
    const found: Head[] = []
    let seen = 0
    for (const id of this.#ids(query)) {
      const head = this.stored(id)
      if (head !== null && isWanted(query, head)) found.push(head)
      if (found.length >= query.limit) break
      if (++seen % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    return found
  }

  /** Ids in the order of the answer, from the index that serves the query best. */
  *#ids(query: Query): Generator<string> {
    const { status, entry, attributes, startedUntilMs = LAST, after = '' } = query
    const [attribute] = attributes ?? []
    if (isByStart(query)) {
      const { startedMs, id } = behind(query)
      for (const key of this.#byStart.keys({ from: [startedMs, id], to: [startedUntilMs, ''] }))
        if (key[1] !== id || key[0] !== startedMs) yield key[1]
    } else if (attribute) {
      const [name, value] = attribute
      for (const [, , id] of this.#byAttribute.keys({ from: [name, value, after], to: [name, value, HIGHEST] })) if (id !== after) yield id
    } else if (entry !== undefined) {
      for (const [, id] of this.#byEntry.keys({ from: [entry, after], to: [entry, HIGHEST] })) if (id !== after) yield id
    } else if (status !== undefined) {
      for (const [, id] of this.#byStatus.keys({ from: [status, after], to: [status, HIGHEST] })) if (id !== after) yield id
    } else {
      for (const id of this.#rows.keys({ from: after })) if (id !== after) yield id
    }
  }

  #unlist(batch: Batch, { id, status, traits }: Head): void {
    batch.remove(this.#byStatus, [status, id])
    batch.remove(this.#byEntry, [traits.entry, id])
    batch.remove(this.#byStart, [traits.startedMs, id])
    for (const [name, value] of traits.attributes) batch.remove(this.#byAttribute, [name, value, id])
  }
}

type Row = Pick<Head, 'status' | 'traits' | 'card'>

const sealRow = ({ status, traits: { entry, startedMs, attributes }, card }: Row): Uint8Array =>
  seal(encodeAll([status, entry, startedMs, attributes, card]), FORMAT)

const unsealRow = (id: string, bytes: Uint8Array): Row => {
  const [status, entry, startedMs, attributes, card] = decodeAll(unseal(bytes, FORMAT, `the head of workflow "${id}"`)) as [
    string,
    string,
    number,
    Attribute[],
    Uint8Array,
  ]
  return { status, traits: { entry, startedMs, attributes }, card }
}
