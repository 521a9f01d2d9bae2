// The embedded engine: one node, one folder. Writes that wait for the disk are written together; none is acknowledged before it is there.
//
// The node owns the folder alone, so a comparison with what it knows and the write that follows cannot be torn apart. What is on its way to
// the disk is not yet read: until it is, `#heads` and `#boxes` know better than the tables.

import { mailboxFull } from '../kernel/failure.ts'
import type { Batch, Environment } from '../lmdb/environment.ts'
import { seal, unseal } from '../lmdb/sealed.ts'
import type { Table } from '../lmdb/table.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { type Effects, type Engine, type Head, hasEnded, type Mail, MOST_MAIL, type Query, type Timer, workflowNotFound } from './engine.ts'
import { type Position, type Sealed, samePosition } from './record.ts'

const FORMAT = 1
const LAST = Number.MAX_SAFE_INTEGER
const HIGHEST = '\u{10ffff}' // no text comes after it
const REMOVED = 1000 // records removed at once
const NOTHING = new Uint8Array(0)

/** Mail of a workflow while writes to it are under way. */
type Box = { last: number; waiting: number; writes: number }

export class LmdbEngine implements Engine {
  readonly #env: Environment
  readonly #headTable: Table<string>
  readonly #log: Table<readonly [id: string, seq: number]>
  readonly #mailTable: Table<readonly [id: string, n: number]>
  readonly #lastMail: Table<string>
  readonly #timerTable: Table<readonly [dueMs: number, id: string, tag: number]>
  readonly #timersOf: Table<readonly [id: string, tag: number, dueMs: number]>
  readonly #active: Table<string>
  readonly #byStatus: Table<readonly [status: string, id: string]>
  readonly #pages: Table<readonly [id: string, hash: string]>
  readonly #codes: Table<string>
  readonly #heads = new Map<string, Head>()
  readonly #underWay = new Map<string, Promise<unknown>>() // by workflow: the newest change of its head that is not yet read
  readonly #removed = new Set<string>() // workflows whose removal is under way
  readonly #leaving = new Set<string>() // programs whose removal is on its way to the disk
  readonly #boxes = new Map<string, Box>()

  /** `env` stays the caller's to close. */
  constructor(env: Environment) {
    this.#env = env
    this.#headTable = env.table('workflow.head')
    this.#log = env.table('workflow.log')
    this.#mailTable = env.table('workflow.mail')
    this.#lastMail = env.table('workflow.lastmail')
    this.#timerTable = env.table('workflow.timer')
    this.#timersOf = env.table('workflow.timersof')
    this.#active = env.table('workflow.active')
    this.#byStatus = env.table('workflow.status')
    this.#pages = env.table('workflow.page')
    this.#codes = env.table('workflow.code')
  }

  append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean> {
    return this.#append(id, before, [record], effects)
  }

  adopt(id: string, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    return this.#append(id, null, records, effects)
  }

  async #append(id: string, before: Position | null, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    const known = this.#head(id)
    const isElsewhere = before === null ? known !== null : known === null || !samePosition(known, before)
    if (isElsewhere || this.#removed.has(id)) {
      await this.#underWay.get(id)?.catch(() => {}) // whoever asked for that write hears how it went
      return false
    }
    const { status, active, card } = effects
    const record = records.at(-1)!
    const head: Head = { id, epoch: record.epoch, seq: record.seq, hash: record.hash, status, active, card }
    this.#heads.set(id, head)
    const touched = new Set<string>()
    try {
      await this.#tracked(id, () =>
        this.#env.write((batch) => {
          for (const { seq, bytes } of records) batch.put(this.#log, [id, seq], bytes)
          batch.put(this.#headTable, id, sealHead(head))
          if (known?.status !== status) {
            if (known) batch.remove(this.#byStatus, [known.status, id])
            batch.put(this.#byStatus, [status, id], NOTHING)
          }
          if (active && !known?.active) batch.put(this.#active, id, NOTHING)
          if (!active && known?.active) batch.remove(this.#active, id)
          this.#writeMail(batch, id, effects, touched)
          this.#writeTimers(batch, id, effects)
          if (hasEnded(status)) this.#clear(batch, id, effects)
          for (const hash of effects.pages.drop) batch.remove(this.#pages, [id, hash])
          for (const [hash, bytes] of effects.pages.put) batch.put(this.#pages, [id, hash], bytes)
        }),
      )
    } finally {
      if (this.#heads.get(id) === head) this.#heads.delete(id)
      for (const box of touched) this.#leave(box)
    }
    return true
  }

  async head(id: string): Promise<Head | null> {
    return this.#stored(id)
  }

  async read(id: string, from: number, limit: number): Promise<Uint8Array[]> {
    return [...this.#log.range({ from: [id, from], to: [id, LAST], limit })].map(({ value }) => value)
  }

  async post(id: string, frame: Uint8Array): Promise<number> {
    const head = this.#head(id)
    if (head === null || hasEnded(head.status)) throw workflowNotFound(id)
    const box = this.#enter(id)
    try {
      if (box.waiting >= MOST_MAIL) throw mailboxFull()
      const n = ++box.last
      box.waiting++
      await this.#env.write((batch) => this.#putMail(batch, id, n, frame))
      return n
    } finally {
      this.#leave(id)
    }
  }

  async mail(id: string, after: number, limit: number): Promise<Mail[]> {
    const what = `mail of workflow "${id}"`
    const range = this.#mailTable.range({ from: [id, after + 1], to: [id, LAST], limit })
    return [...range].map(({ key, value }) => ({ n: key[1], frame: unseal(value, FORMAT, what) }))
  }

  async due(untilMs: number, limit: number): Promise<Timer[]> {
    const keys = this.#timerTable.keys({ from: [0, '', 0], to: [Math.floor(untilMs) + 0.5, '', 0], limit })
    return [...keys].map(([dueMs, id, tag]) => ({ id, tag, dueMs }))
  }

  async nextDue(afterMs: number): Promise<number | null> {
    const [first] = this.#timerTable.keys({ from: [Math.floor(afterMs) + 0.5, '', 0], limit: 1 })
    return first ? first[0] : null
  }

  async timers(id: string): Promise<Timer[]> {
    const all = [...this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })].map(([, tag, dueMs]) => ({ id, tag, dueMs }))
    return all.sort((a, b) => a.dueMs - b.dueMs || a.tag - b.tag)
  }

  async waiting(after: string, limit: number): Promise<string[]> {
    const ids = new Set([...this.#active.keys({ from: after, limit: limit + 1 })].filter((id) => id !== after))
    for (let last = after, left = limit; left > 0; left--) {
      const [next] = this.#mailTable.keys({ from: [last, LAST], limit: 1 })
      if (!next) break
      ids.add(next[0])
      last = next[0]
    }
    return [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).slice(0, limit)
  }

  async list({ status, after = '', limit }: Query): Promise<Head[]> {
    const keys =
      status === undefined
        ? this.#headTable.keys({ from: after, limit: limit + 1 })
        : [...this.#byStatus.keys({ from: [status, after], to: [status, HIGHEST], limit: limit + 1 })].map(([, id]) => id)
    const ids = [...keys].filter((id) => id !== after).slice(0, limit)
    return ids.map((id) => this.#stored(id)).filter((head) => head !== null)
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
    const head = this.#head(id)
    if (at && (head === null || !samePosition(head, at))) return false
    this.#removed.add(id) // from here on nobody appends
    try {
      await this.#tracked(id, () => this.#remove(id))
      return true
    } finally {
      this.#removed.delete(id)
    }
  }

  async close(): Promise<void> {}

  async #tracked<T>(id: string, change: () => Promise<T>): Promise<T> {
    const work = change()
    this.#underWay.set(id, work)
    try {
      return await work
    } finally {
      if (this.#underWay.get(id) === work) this.#underWay.delete(id)
    }
  }

  async #remove(id: string): Promise<void> {
    const oldest = () => [...this.#log.keys({ from: [id, 0], to: [id, this.#stored(id)?.seq ?? LAST], limit: REMOVED })]
    for (let keys = oldest(); keys.length > 0; keys = oldest()) {
      await this.#env.write((batch) => {
        for (const key of keys) batch.remove(this.#log, key)
      })
    }
    const head = this.#stored(id)
    await this.#env.write((batch) => {
      if (head) batch.remove(this.#byStatus, [head.status, id])
      batch.remove(this.#headTable, id)
      batch.remove(this.#active, id)
      batch.remove(this.#lastMail, id)
      for (const key of this.#log.keys({ from: [id, 0], to: [id, LAST] })) batch.remove(this.#log, key)
      for (const key of this.#mailTable.keys({ from: [id, 0], to: [id, LAST] })) batch.remove(this.#mailTable, key)
      for (const key of this.#pages.keys({ from: [id, ''], to: [id, HIGHEST] })) batch.remove(this.#pages, key)
      for (const [, tag, dueMs] of this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })) this.#removeTimer(batch, id, tag, dueMs)
    })
  }

  #head(id: string): Head | null {
    return this.#heads.get(id) ?? this.#stored(id)
  }

  #stored(id: string): Head | null {
    const bytes = this.#headTable.get(id)
    return bytes === undefined ? null : unsealHead(id, bytes)
  }

  #writeMail(batch: Batch, id: string, { mail, taken }: Effects, touched: Set<string>): void {
    for (const n of taken) batch.remove(this.#mailTable, [id, n])
    if (taken.length > 0) {
      const own = this.#boxes.get(id)
      if (own) own.waiting -= taken.filter((n) => this.#mailTable.has([id, n])).length
    }
    for (const { to, frame } of mail) {
      const receiver = this.#head(to)
      if (receiver === null || hasEnded(receiver.status)) continue
      const box = touched.has(to) ? this.#boxes.get(to)! : this.#enter(to)
      touched.add(to)
      box.waiting++
      this.#putMail(batch, to, ++box.last, frame)
    }
  }

  #putMail(batch: Batch, id: string, n: number, frame: Uint8Array): void {
    batch.put(this.#mailTable, [id, n], seal(frame, FORMAT))
    batch.put(this.#lastMail, id, encodeAll([n]))
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
    for (const key of this.#mailTable.keys({ from: [id, 0], to: [id, LAST] })) batch.remove(this.#mailTable, key)
    for (let n = this.#boxes.get(id)?.last ?? 0, left = this.#boxes.get(id)?.writes ?? 0; left > 0; left--, n--) {
      batch.remove(this.#mailTable, [id, n])
    }
    for (const [, tag, dueMs] of this.#timersOf.keys({ from: [id, 0, 0], to: [id, LAST, 0] })) this.#removeTimer(batch, id, tag, dueMs)
    for (const { tag, dueMs } of timers) this.#removeTimer(batch, id, tag, dueMs)
  }

  #enter(id: string): Box {
    let box = this.#boxes.get(id)
    if (box === undefined) {
      const stored = this.#lastMail.get(id)
      const last = stored === undefined ? 0 : Number(decodeAll(stored)[0])
      box = { last, waiting: this.#mailTable.count({ from: [id, 0], to: [id, LAST] }), writes: 0 }
      this.#boxes.set(id, box)
    }
    box.writes++
    return box
  }

  #leave(id: string): void {
    const box = this.#boxes.get(id)
    if (box && --box.writes === 0) this.#boxes.delete(id)
  }
}

const sealHead = ({ epoch, seq, hash, status, active, card }: Head): Uint8Array =>
  seal(encodeAll([epoch, seq, hash, status, active, card]), FORMAT)

const unsealHead = (id: string, bytes: Uint8Array): Head => {
  const [epoch, seq, hash, status, active, card] = decodeAll(unseal(bytes, FORMAT, `the head of workflow "${id}"`)) as [
    number,
    number,
    Uint8Array,
    string,
    boolean,
    Uint8Array,
  ]
  return { id, epoch, seq, hash, status, active, card }
}
