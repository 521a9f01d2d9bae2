// The embedded engine: one node, one folder. Writes that wait for the disk are written together; none is acknowledged before it is there.
//
// The node owns the folder alone, so a comparison with what it knows and the write that follows cannot be torn apart.

import { mailboxFull } from '../kernel/failure.ts'
import type { Batch, Environment } from '../lmdb/environment.ts'
import type { Table } from '../lmdb/table.ts'
import {
  type Claimed,
  type Effects,
  type Engine,
  type Head,
  hasEnded,
  type Mail,
  type Timer,
  type Waiting,
  workflowNotFound,
} from './engine.ts'
import { LmdbHeads } from './lmdb-heads.ts'
import { LmdbMail } from './lmdb-mail.ts'
import { ALL, PARTITIONS, type Partitions, partitionOf } from './partition.ts'
import type { Query } from './query.ts'
import { type Position, type Sealed, samePosition } from './record.ts'

const LAST = Number.MAX_SAFE_INTEGER
const HIGHEST = '\u{10ffff}' // no text comes after it
const REMOVED = 1000 // records removed at once
const NOTHING = new Uint8Array(0)

export class LmdbEngine implements Engine {
  readonly #env: Environment
  readonly #log: Table<readonly [id: string, seq: number]>
  readonly #timerTable: Table<readonly [dueMs: number, id: string, tag: number]>
  readonly #timersOf: Table<readonly [id: string, tag: number, dueMs: number]>
  readonly #pages: Table<readonly [id: string, hash: string]>
  readonly #codes: Table<string>
  readonly #heads: LmdbHeads
  readonly #mail: LmdbMail
  readonly #removed = new Set<string>() // workflows whose removal is under way
  readonly #leaving = new Set<string>() // programs whose removal is on its way to the disk

  /** `env` stays the caller's to close. */
  constructor(env: Environment) {
    this.#env = env
    this.#log = env.table('workflow.log')
    this.#timerTable = env.table('workflow.timer')
    this.#timersOf = env.table('workflow.timersof')
    this.#pages = env.table('workflow.page')
    this.#codes = env.table('workflow.code')
    this.#heads = new LmdbHeads(env, this.#log)
    this.#mail = new LmdbMail(env)
  }

  append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean> {
    return this.#append(id, before, [record], effects)
  }

  adopt(id: string, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    return this.#append(id, null, records, effects)
  }

  async #append(id: string, before: Position | null, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    const known = this.#heads.newest(id)
    const isElsewhere = before === null ? known !== null : known === null || !samePosition(known, before)
    if (isElsewhere || this.#removed.has(id)) {
      await this.#heads.settled(id)
      return false
    }
    const { status, active, traits, card } = effects
    const record = records.at(-1)!
    const head: Head = { id, epoch: record.epoch, seq: record.seq, hash: record.hash, status, active, traits, card }
    const receivers: string[] = []
    try {
      await this.#heads.change(head, () =>
        this.#env.write((batch) => {
          for (const { seq, bytes } of records) batch.put(this.#log, [id, seq], bytes)
          this.#heads.put(batch, head, known)
          this.#writeMail(batch, id, effects, receivers)
          this.#writeTimers(batch, id, effects)
          if (hasEnded(status)) this.#clear(batch, id, effects)
          for (const hash of effects.pages.drop) batch.remove(this.#pages, [id, hash])
          for (const [hash, bytes] of effects.pages.put) batch.put(this.#pages, [id, hash], bytes)
        }),
      )
    } finally {
      for (const receiver of receivers) this.#mail.leave(receiver)
    }
    return true
  }

  async head(id: string): Promise<Head | null> {
    return this.#heads.stored(id)
  }

  async read(id: string, from: number, limit: number): Promise<Uint8Array[]> {
    return [...this.#log.range({ from: [id, from], to: [id, LAST], limit })].map(({ value }) => value)
  }

  async forget(id: string, seq: number): Promise<void> {
    if ((this.#heads.newest(id)?.seq ?? 0) >= seq) await this.#forget(id, seq)
  }

  async post(id: string, frame: Uint8Array): Promise<number> {
    const head = this.#heads.newest(id)
    if (head === null || hasEnded(head.status)) throw workflowNotFound(id)
    if (this.#mail.room(id) === 0) throw mailboxFull()
    let n = 0
    try {
      await this.#env.write((batch) => {
        n = this.#mail.put(batch, id, frame)
      })
      return n
    } finally {
      this.#mail.leave(id)
    }
  }

  async room(id: string): Promise<number> {
    const head = this.#heads.newest(id)
    return head === null || hasEnded(head.status) ? 0 : this.#mail.room(id)
  }

  async mail(id: string, after: number, limit: number): Promise<Mail[]> {
    return this.#mail.read(id, after, limit)
  }

  async due(untilMs: number, limit: number, parts: Partitions): Promise<Timer[]> {
    const keys = this.#timerTable.keys({ from: [0, '', 0], to: [Math.floor(untilMs) + 0.5, '', 0] })
    return first(keys, ([, id]) => parts.has(partitionOf(id)), limit).map(([dueMs, id, tag]) => ({ id, tag, dueMs }))
  }

  async nextDue(afterMs: number, parts: Partitions): Promise<number | null> {
    const keys = this.#timerTable.keys({ from: [Math.floor(afterMs) + 0.5, '', 0] })
    const [next] = first(keys, ([, id]) => parts.has(partitionOf(id)), 1)
    return next ? next[0] : null
  }

  async timers(id: string): Promise<Timer[]> {
    const all = [...this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })].map(([, tag, dueMs]) => ({ id, tag, dueMs }))
    return all.sort((a, b) => a.dueMs - b.dueMs || a.tag - b.tag)
  }

  async waiting(after: string, limit: number, parts: Partitions): Promise<Waiting[]> {
    const isMeant = (id: string): boolean => parts.has(partitionOf(id))
    const ids = new Set([...first(this.#heads.active(after), isMeant, limit), ...first(this.#mail.receivers(after), isMeant, limit)])
    const sorted = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).slice(0, limit)
    return sorted.map((id) => ({ id, mail: this.#mail.read(id, 0, 1).length > 0 }))
  }

  async list(query: Query): Promise<Head[]> {
    return this.#heads.list(query)
  }

  async page(id: string, hash: string): Promise<Uint8Array | null> {
    return this.#pages.get([id, hash]) ?? null
  }

  async putCode(hash: string, bytes: Uint8Array): Promise<void> {
    if (!this.#codes.has(hash) || this.#leaving.has(hash)) await this.#env.write((batch) => batch.put(this.#codes, hash, bytes))
  }

  async code(hash: string): Promise<Uint8Array | null> {
    return this.#codes.get(hash) ?? null
  }

  async codes(after: string, limit: number): Promise<string[]> {
    return [...this.#codes.keys({ from: after, limit: limit + 1 })].filter((hash) => hash !== after).slice(0, limit)
  }

  async removeCode(hash: string): Promise<void> {
    this.#leaving.add(hash)
    try {
      await this.#env.write((batch) => batch.remove(this.#codes, hash))
    } finally {
      this.#leaving.delete(hash)
    }
  }

  async remove(id: string, at?: Position): Promise<boolean> {
    const head = this.#heads.newest(id)
    if (at && (head === null || !samePosition(head, at))) return false
    this.#removed.add(id) // from here on nobody appends
    try {
      await this.#heads.during(id, () => this.#remove(id))
      return true
    } finally {
      this.#removed.delete(id)
      this.#heads.forget(id)
    }
  }

  /** Who owns the folder has everything, for good. */
  async claim(): Promise<Claimed> {
    return { held: new Map([...ALL].map((part) => [part, 1])), share: PARTITIONS, othersMs: null, isAlone: true }
  }

  async release(): Promise<void> {}

  async others(): Promise<ReadonlySet<string>> {
    return new Set()
  }

  watch(): () => void {
    return () => {}
  }

  async close(): Promise<void> {}

  async #forget(id: string, seq: number): Promise<void> {
    const oldest = () => [...this.#log.keys({ from: [id, 0], to: [id, seq], limit: REMOVED })]
    for (let keys = oldest(); keys.length > 0; keys = oldest()) {
      await this.#env.write((batch) => {
        for (const key of keys) batch.remove(this.#log, key)
      })
    }
  }

  async #remove(id: string): Promise<void> {
    await this.#forget(id, this.#heads.stored(id)?.seq ?? LAST)
    await this.#env.write((batch) => {
      this.#heads.remove(batch, id)
      this.#mail.remove(batch, id)
      for (const key of this.#log.keys({ from: [id, 0], to: [id, LAST] })) batch.remove(this.#log, key)
      for (const key of this.#pages.keys({ from: [id, ''], to: [id, HIGHEST] })) batch.remove(this.#pages, key)
      for (const [, tag, dueMs] of this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })) this.#removeTimer(batch, id, tag, dueMs)
    })
  }

  #writeMail(batch: Batch, id: string, { mail, taken }: Effects, receivers: string[]): void {
    this.#mail.take(batch, id, taken)
    for (const { to, frame } of mail) {
      const receiver = this.#heads.newest(to)
      if (receiver === null || hasEnded(receiver.status)) continue
      this.#mail.put(batch, to, frame)
      receivers.push(to)
    }
  }

  #writeTimers(batch: Batch, id: string, { timers, cleared }: Effects): void {
    const remove = (tag: number): void => {
      const keys = this.#timersOf.keys({ from: [id, tag, 0], to: [id, tag + 1, 0] })
      for (const [, , dueMs] of keys) this.#removeTimer(batch, id, tag, dueMs)
    }
    for (const tag of cleared) remove(tag)
    for (const [tag, dueMs] of new Map(timers.map((timer) => [timer.tag, timer.dueMs]))) {
      remove(tag)
      batch.put(this.#timerTable, [dueMs, id, tag], NOTHING)
      batch.put(this.#timersOf, [id, tag, dueMs], NOTHING)
    }
  }

  #removeTimer(batch: Batch, id: string, tag: number, dueMs: number): void {
    batch.remove(this.#timerTable, [dueMs, id, tag])
    batch.remove(this.#timersOf, [id, tag, dueMs])
  }

  /** Mail and timers of what has ended: those that are stored, and those written a moment ago. */
  #clear(batch: Batch, id: string, { timers }: Effects): void {
    this.#mail.clear(batch, id)
    for (const [, tag, dueMs] of this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })) this.#removeTimer(batch, id, tag, dueMs)
    for (const { tag, dueMs } of timers) this.#removeTimer(batch, id, tag, dueMs)
  }
}

const first = <T>(all: Iterable<T>, isMeant: (one: T) => boolean, limit: number): T[] => {
  const found: T[] = []
  for (const one of all) {
    if (isMeant(one) && found.push(one) === limit) break
  }
  return found
}
