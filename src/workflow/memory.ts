// The engine of tests, and the model of the others: what it answers is right by being obvious.

import { mailboxFull } from '../kernel/failure.ts'
import {
  type Claimed,
  type Effects,
  type Engine,
  type Head,
  hasEnded,
  type Mail,
  MOST_MAIL,
  type News,
  type Timer,
  type Waiting,
  workflowNotFound,
} from './engine.ts'
import { PARTITIONS, type Partitions, partitionOf } from './partition.ts'
import { behind, isByStart, isWanted, type Query } from './query.ts'
import { type Position, type Sealed, samePosition } from './record.ts'

type Kept = {
  head: Head
  readonly log: Uint8Array[]
  /** The number of the first record. */
  first: number
  readonly mail: Map<number, Uint8Array>
  readonly timers: Map<number, number>
  readonly pages: Map<string, Uint8Array>
  lastMail: number
}

type Lease = { node: string | null; turns: number; untilMs: number }

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export class MemoryEngine implements Engine {
  readonly #workflows = new Map<string, Kept>()
  readonly #codes = new Map<string, Uint8Array>()
  readonly #leases = Array.from({ length: PARTITIONS }, (): Lease => ({ node: null, turns: 0, untilMs: 0 }))
  readonly #nodes = new Map<string, number>() // until when each is there
  readonly #hearers = new Set<(news: News) => void>()
  readonly #nowMs: () => number

  /** Several nodes may share one; leases run by its clock. */
  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean> {
    return this.#append(id, before, [record], effects)
  }

  adopt(id: string, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    return this.#append(id, null, records, effects)
  }

  async #append(id: string, before: Position | null, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    const record = records.at(-1)!
    const kept = this.#workflows.get(id)
    if (before === null ? kept !== undefined : kept === undefined || !samePosition(kept.head, before)) return false
    const { status, active, traits, card } = effects
    const head: Head = { id, epoch: record.epoch, seq: record.seq, hash: record.hash, status, active, traits, card }
    const own: Kept = kept ?? { head, log: [], first: records[0]!.seq, mail: new Map(), timers: new Map(), pages: new Map(), lastMail: 0 }
    own.head = head
    for (const { bytes } of records) own.log.push(bytes)
    this.#workflows.set(id, own)
    for (const n of effects.taken) own.mail.delete(n)
    for (const { to, frame } of effects.mail) {
      const receiver = this.#workflows.get(to)
      if (receiver && !hasEnded(receiver.head.status)) receiver.mail.set(++receiver.lastMail, frame)
    }
    for (const tag of effects.cleared) own.timers.delete(tag)
    for (const { tag, dueMs } of effects.timers) own.timers.set(tag, dueMs)
    if (hasEnded(status)) {
      own.mail.clear()
      own.timers.clear()
    }
    for (const hash of effects.pages.drop) own.pages.delete(hash)
    for (const [hash, bytes] of effects.pages.put) own.pages.set(hash, bytes)
    if (active) this.#tell({ kind: 'waiting', id })
    for (const { to } of effects.mail) this.#tell({ kind: 'waiting', id: to })
    if (status !== 'running') this.#tell({ kind: 'ended', id })
    return true
  }

  async head(id: string): Promise<Head | null> {
    return this.#workflows.get(id)?.head ?? null
  }

  async read(id: string, from: number, limit: number): Promise<Uint8Array[]> {
    const { log = [], first = 1 } = this.#workflows.get(id) ?? {}
    const at = Math.max(from - first, 0)
    return log.slice(at, at + limit)
  }

  async forget(id: string, seq: number): Promise<void> {
    const kept = this.#workflows.get(id)
    if (!kept || kept.head.seq < seq || seq <= kept.first) return
    kept.log.splice(0, seq - kept.first)
    kept.first = seq
  }

  async post(id: string, frame: Uint8Array): Promise<number> {
    const kept = this.#workflows.get(id)
    if (!kept || hasEnded(kept.head.status)) throw workflowNotFound(id)
    if (kept.mail.size >= MOST_MAIL) throw mailboxFull()
    kept.mail.set(++kept.lastMail, frame)
    this.#tell({ kind: 'waiting', id })
    return kept.lastMail
  }

  async room(id: string): Promise<number> {
    const kept = this.#workflows.get(id)
    return !kept || hasEnded(kept.head.status) ? 0 : Math.max(0, MOST_MAIL - kept.mail.size)
  }

  async mail(id: string, after: number, limit: number): Promise<Mail[]> {
    const all = [...(this.#workflows.get(id)?.mail ?? [])].map(([n, frame]) => ({ n, frame }))
    return all.filter(({ n }) => n > after).slice(0, limit)
  }

  async due(untilMs: number, limit: number, parts: Partitions): Promise<Timer[]> {
    return this.#allTimers()
      .filter(({ id, dueMs }) => dueMs <= untilMs && parts.has(partitionOf(id)))
      .slice(0, limit)
  }

  async nextDue(afterMs: number, parts: Partitions): Promise<number | null> {
    return this.#allTimers().find(({ id, dueMs }) => dueMs > afterMs && parts.has(partitionOf(id)))?.dueMs ?? null
  }

  async timers(id: string): Promise<Timer[]> {
    return this.#allTimers().filter((timer) => timer.id === id)
  }

  async waiting(after: string, limit: number, parts: Partitions): Promise<Waiting[]> {
    return [...this.#workflows]
      .filter(([id, { head, mail }]) => (head.active || mail.size > 0) && compare(id, after) > 0 && parts.has(partitionOf(id)))
      .map(([id, { mail }]) => ({ id, mail: mail.size > 0 }))
      .sort((a, b) => compare(a.id, b.id))
      .slice(0, limit)
  }

  async list(query: Query): Promise<Head[]> {
    const all = [...this.#workflows.values()].map(({ head }) => head).filter((head) => isWanted(query, head))
    const { startedMs, id } = isByStart(query) ? behind(query) : { startedMs: 0, id: query.after ?? '' }
    const order = (a: Head['traits'], b: Pick<Head['traits'], 'startedMs'>): number => (isByStart(query) ? a.startedMs - b.startedMs : 0)
    return all
      .filter((head) => (order(head.traits, { startedMs }) || compare(head.id, id)) > 0)
      .sort((a, b) => order(a.traits, b.traits) || compare(a.id, b.id))
      .slice(0, query.limit)
  }

  async page(id: string, hash: string): Promise<Uint8Array | null> {
    return this.#workflows.get(id)?.pages.get(hash) ?? null
  }

  async putCode(hash: string, bytes: Uint8Array): Promise<void> {
    this.#codes.set(hash, bytes)
  }

  async code(hash: string): Promise<Uint8Array | null> {
    return this.#codes.get(hash) ?? null
  }

  async codes(after: string, limit: number): Promise<string[]> {
    return [...this.#codes.keys()]
      .filter((hash) => compare(hash, after) > 0)
      .sort(compare)
      .slice(0, limit)
  }

  async removeCode(hash: string): Promise<void> {
    this.#codes.delete(hash)
  }

  async remove(id: string, at?: Position): Promise<boolean> {
    const kept = this.#workflows.get(id)
    if (at && (!kept || !samePosition(kept.head, at))) return false
    this.#workflows.delete(id)
    return true
  }

  async claim(node: string, ttlMs: number): Promise<Claimed> {
    const now = this.#nowMs()
    if (!this.#nodes.has(node)) this.#tell({ kind: 'leases' })
    this.#nodes.set(node, now + ttlMs)
    for (const [name, untilMs] of this.#nodes) if (untilMs < now) this.#nodes.delete(name)
    const share = Math.ceil(PARTITIONS / this.#nodes.size)
    const own = this.#leases.filter((lease) => lease.node === node)
    const free = this.#leases.filter((lease) => lease.node !== node && (lease.node === null || lease.untilMs < now))
    for (const lease of free.slice(0, Math.max(share - own.length, 0))) {
      lease.node = node
      lease.turns++
      own.push(lease)
    }
    for (const lease of own) lease.untilMs = now + ttlMs
    const held = new Map(this.#leases.flatMap((lease, part) => (lease.node === node ? [[part, lease.turns] as const] : [])))
    const others = this.#leases.filter((lease) => lease.node !== null && lease.node !== node).map(({ untilMs }) => untilMs - now)
    return { held, share, othersMs: others.length === 0 ? null : Math.min(...others), isAlone: false }
  }

  async release(node: string, parts: Partitions, leaves: boolean): Promise<void> {
    for (const part of parts) if (this.#leases[part]?.node === node) this.#leases[part].node = null
    if (leaves) this.#nodes.delete(node)
    this.#tell({ kind: 'leases' })
  }

  async others(node: string): Promise<ReadonlySet<string>> {
    const now = this.#nowMs()
    return new Set([...this.#nodes].filter(([name, untilMs]) => name !== node && untilMs >= now).map(([name]) => name))
  }

  watch(hear: (news: News) => void): () => void {
    this.#hearers.add(hear)
    return () => void this.#hearers.delete(hear)
  }

  async close(): Promise<void> {}

  #tell(news: News): void {
    for (const hear of this.#hearers) hear(news)
  }

  #allTimers(): Timer[] {
    const all = [...this.#workflows].flatMap(([id, { timers }]) => [...timers].map(([tag, dueMs]) => ({ id, tag, dueMs })))
    return all.sort((a, b) => a.dueMs - b.dueMs || compare(a.id, b.id) || a.tag - b.tag)
  }
}
