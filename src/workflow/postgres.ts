// The engine of several nodes: journals in PostgreSQL, which compares positions in one statement with the write.
//
// While the database is away, appends wait until it is back, for as long as it takes; what is read waits a while and then fails.

import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Clock } from '../clock.ts'
import { type Claimed, type Effects, type Engine, type Head, type Mail, MOST_MAIL, type News, type Timer, type Waiting } from './engine.ts'
import { type Partitions, partitionOf } from './partition.ts'
import { Lanes, type PostgresAddress } from './postgres-lanes.ts'
import { PostgresNews } from './postgres-news.ts'
import { migrate, schemaName } from './postgres-schema.ts'
import { attributeText, isStorable, PostgresWrites } from './postgres-writes.ts'
import { type Attribute, behind, isByStart, type Query } from './query.ts'
import type { Position, Sealed } from './record.ts'

const READERS = 4 // connections
const WRITERS = 2
const RELEASE_MS = 3000 // patience; what is not released runs out
const READ_MS = 30_000 // patience
const PROGRAMS = 16 // that are not read again
const CODE_KEPT = '1 hour' // what was put lately stays, whoever wants to remove it: somebody is about to name it
const CODE_RENEWED = '10 minutes'
const CODE_KNOWN_MS = 300_000 // for which a program that was put need not be put again

export type PostgresEngineOptions = {
  readonly address: PostgresAddress
  /** The schema of its tables; made when it is missing. */
  readonly schema: string
  readonly clock: Clock
  /** Hears, once, that the database is away, and then that it is back. */
  readonly report: (error: unknown) => void
  readonly restored?: () => void
}

type Row = Readonly<Record<string, unknown>>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const headOf = (row: Row): Head => ({
  id: row.id as string,
  epoch: Number(row.epoch),
  seq: Number(row.seq),
  hash: row.hash as Uint8Array,
  status: row.status as string,
  active: row.active as boolean,
  traits: {
    entry: row.entry as string,
    startedMs: Number(row.started_ms),
    attributes: (row.attributes as string[]).map((text) => JSON.parse(text) as Attribute),
  },
  card: row.card as Uint8Array,
})

export class PostgresEngine implements Engine {
  readonly #schema: string
  readonly #clock: Clock
  readonly #readers: Lanes
  readonly #writers: Lanes
  readonly #writes: PostgresWrites
  readonly #news: PostgresNews
  readonly #codes = new Map<string, number>() // programs that were put, and when
  readonly #nodes = new Set<string>() // that claimed here
  readonly #programs = new Map<string, Uint8Array>() // read last
  #held: ReadonlyMap<number, number> = new Map()

  private constructor({ address, schema, clock, report, restored = () => {} }: PostgresEngineOptions) {
    this.#schema = schemaName(schema)
    this.#clock = clock
    this.#readers = new Lanes({ address, clock, most: READERS })
    this.#writers = new Lanes({ address, clock, most: WRITERS })
    this.#news = new PostgresNews({ address, clock, most: 1 }, this.#readers, { schema: this.#schema, origin: randomUUID() })
    this.#writes = new PostgresWrites({
      lanes: this.#writers,
      most: WRITERS,
      schema: this.#schema,
      wrote: (id, kind) => {
        if (kind === 'ended' || !this.#held.has(partitionOf(id))) this.#news.tell({ kind, id })
      },
      ...{ report, restored },
    })
  }

  /** Connects, and brings the schema to this version. Throws WORKFLOW_STORE_AWAY, _LOGIN, _DATABASE, _NEWER, WORKFLOW_SETTING. */
  static async open(options: PostgresEngineOptions): Promise<PostgresEngine> {
    const engine = new PostgresEngine(options)
    try {
      await engine.#readers.use((client) => migrate(client, engine.#schema), READ_MS)
      return engine
    } catch (error) {
      await engine.close()
      throw error
    }
  }

  append(id: string, before: Position | null, record: Sealed, effects: Effects): Promise<boolean> {
    return this.#writes.append(id, { before, records: [record], effects })
  }

  adopt(id: string, records: readonly Sealed[], effects: Effects): Promise<boolean> {
    return this.#writes.append(id, { before: null, records, effects })
  }

  async head(id: string): Promise<Head | null> {
    if (!isStorable(id)) return null
    const [row] = await this.#rows('SELECT * FROM $.workflow WHERE id = $1', [id])
    return row ? headOf(row) : null
  }

  async read(id: string, from: number, limit: number): Promise<Uint8Array[]> {
    const rows = await this.#rows('SELECT data FROM $.record WHERE id = $1 AND seq >= $2 ORDER BY seq LIMIT $3', [id, from, limit])
    return rows.map(({ data }) => data as Uint8Array)
  }

  async forget(id: string, seq: number): Promise<void> {
    const reaches = 'EXISTS (SELECT FROM $.workflow WHERE id = $1 AND seq >= $2)'
    await this.#rows(`DELETE FROM $.record WHERE id = $1 AND seq < $2 AND ${reaches}`, [id, seq])
  }

  post(id: string, frame: Uint8Array): Promise<number> {
    return this.#writes.post(id, frame)
  }

  async room(id: string): Promise<number> {
    if (!isStorable(id)) return 0
    const [row] = await this.#rows('SELECT greatest($2 - waiting, 0) AS room FROM $.workflow WHERE id = $1 AND NOT ended', [id, MOST_MAIL])
    return row ? Number(row.room) : 0
  }

  async mail(id: string, after: number, limit: number): Promise<Mail[]> {
    const rows = await this.#rows('SELECT n, frame FROM $.mail WHERE id = $1 AND n > $2 ORDER BY n LIMIT $3', [id, after, limit])
    return rows.map(({ n, frame }) => ({ n: Number(n), frame: frame as Uint8Array }))
  }

  async due(untilMs: number, limit: number, parts: Partitions): Promise<Timer[]> {
    const sql = 'SELECT * FROM $.timer WHERE due_ms <= $1 AND part = ANY($2) ORDER BY due_ms, id, tag LIMIT $3'
    return (await this.#rows(sql, [Math.floor(untilMs), [...parts], limit])).map(timerOf)
  }

  async nextDue(afterMs: number, parts: Partitions): Promise<number | null> {
    const sql = 'SELECT due_ms FROM $.timer WHERE due_ms > $1 AND part = ANY($2) ORDER BY due_ms LIMIT 1'
    const [row] = await this.#rows(sql, [Math.floor(afterMs), [...parts]])
    return row ? Number(row.due_ms) : null
  }

  async timers(id: string): Promise<Timer[]> {
    return (await this.#rows('SELECT * FROM $.timer WHERE id = $1 ORDER BY due_ms, tag', [id])).map(timerOf)
  }

  async waiting(after: string, limit: number, parts: Partitions): Promise<Waiting[]> {
    const sql = `SELECT id, waiting > 0 AS mail FROM $.workflow
      WHERE (active OR waiting > 0) AND id > $1 AND part = ANY($2) ORDER BY id LIMIT $3`
    return (await this.#rows(sql, [after, [...parts], limit])).map(({ id, mail }) => ({ id: id as string, mail: mail as boolean }))
  }

  async list(query: Query): Promise<Head[]> {
    const { status, entry, attributes = [], startedFromMs, startedUntilMs, after = '', limit } = query
    const values: unknown[] = [limit]
    const value = (one: unknown): string => `$${values.push(one)}`
    const { startedMs, id } = behind(query)
    const conditions = [
      isByStart(query) ? `(started_ms, id) > (${value(startedMs)}, ${value(id)})` : `id > ${value(after)}`,
      ...(status === undefined ? [] : [`status = ${value(status)}`]),
      ...(entry === undefined ? [] : [`entry = ${value(entry)}`]),
      ...(attributes.length === 0 ? [] : [`attributes @> ${value(attributes.map(attributeText))}::text[]`]),
      ...(startedFromMs === undefined ? [] : [`started_ms >= ${value(startedFromMs)}`]),
      ...(startedUntilMs === undefined ? [] : [`started_ms < ${value(startedUntilMs)}`]),
    ]
    const order = isByStart(query) ? 'started_ms, id' : 'id'
    return (await this.#rows(`SELECT * FROM $.workflow WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT $1`, values)).map(headOf)
  }

  async page(id: string, hash: string): Promise<Uint8Array | null> {
    const [row] = await this.#rows('SELECT data FROM $.page WHERE id = $1 AND hash = $2', [id, hash])
    return row ? (row.data as Uint8Array) : null
  }

  async putCode(hash: string, bytes: Uint8Array): Promise<void> {
    const now = this.#clock.nowMs()
    if (now - (this.#codes.get(hash) ?? Number.NEGATIVE_INFINITY) < CODE_KNOWN_MS) return
    const put = `INSERT INTO $.code VALUES ($1, $2, now()) ON CONFLICT (hash) DO UPDATE SET put_at = now()
      WHERE code.put_at < now() - interval '${CODE_RENEWED}'`
    await this.#rows(put, [hash, bytes])
    this.#codes.set(hash, now)
  }

  async code(hash: string): Promise<Uint8Array | null> {
    const known = this.#programs.get(hash)
    if (known) return known
    const [row] = await this.#rows('SELECT data FROM $.code WHERE hash = $1', [hash])
    if (row === undefined) return null
    this.#programs.set(hash, row.data as Uint8Array)
    for (const oldest of this.#programs.keys()) if (this.#programs.size > PROGRAMS) this.#programs.delete(oldest)
    return row.data as Uint8Array
  }

  async codes(after: string, limit: number): Promise<string[]> {
    const rows = await this.#rows('SELECT hash FROM $.code WHERE hash > $1 ORDER BY hash LIMIT $2', [after, limit])
    return rows.map(({ hash }) => hash as string)
  }

  async removeCode(hash: string): Promise<void> {
    await this.#rows(`DELETE FROM $.code WHERE hash = $1 AND put_at < now() - interval '${CODE_KEPT}'`, [hash])
  }

  async remove(id: string, at?: Position): Promise<boolean> {
    const values = [id, at?.epoch ?? null, at?.seq ?? null, at ? hex(at.hash) : null]
    // sent again when nobody knows what became of it: what is gone by then was removed
    const sql = this.#named('SELECT $.remove($1, $2, $3, $4) OR $5 AND NOT EXISTS (SELECT FROM $.workflow WHERE id = $1) AS done')
    let isAgain = false
    const answer = await this.#writes.alone(id, async (client) => {
      const wasSent = isAgain
      isAgain = true
      const { rows } = await client.query<{ done: boolean }>(sql, [...values, wasSent])
      return rows[0]?.done === true ? 1 : 0
    })
    return answer === 1
  }

  async claim(node: string, ttlMs: number): Promise<Claimed> {
    const sql = this.#named('SELECT $.claim($1, $2) AS claimed')
    const { rows } = await this.#readers.use((client) => client.query(sql, [node, ttlMs]), ttlMs / 2)
    const { share, held, others_ms: othersMs } = rows[0].claimed as { share: number; held: [number, number][]; others_ms: number | null }
    this.#held = new Map(held)
    if (!this.#nodes.has(node)) this.#news.tell({ kind: 'leases' })
    this.#nodes.add(node)
    return { held: this.#held, share, othersMs, isAlone: false }
  }

  async release(node: string, parts: Partitions, leaves: boolean): Promise<void> {
    this.#held = new Map([...this.#held].filter(([part]) => !parts.has(part)))
    const sql = this.#named('SELECT $.release($1, $2, $3)')
    await this.#readers.use((client) => client.query(sql, [node, [...parts], leaves]), RELEASE_MS)
    this.#news.tell({ kind: 'leases' })
    await this.#news.flush()
  }

  async others(node: string): Promise<ReadonlySet<string>> {
    const rows = await this.#rows('SELECT name FROM $.node WHERE name <> $1 AND until >= clock_timestamp()', [node])
    return new Set(rows.map(({ name }) => name as string))
  }

  watch(hear: (news: News) => void): () => void {
    return this.#news.watch(hear)
  }

  async close(): Promise<void> {
    await this.#news.flush()
    this.#news.close()
    await Promise.all([this.#writers.close(), this.#readers.close()])
  }

  /** A statement with the schema in it, instead of `$.`. */
  #named(sql: string): string {
    return sql.replaceAll('$.', `${this.#schema}.`)
  }

  async #rows(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const text = this.#named(sql)
    return (await this.#readers.again((client: pg.Client) => client.query<Row>(text, [...values]), READ_MS)).rows
  }
}

const timerOf = (row: Row): Timer => ({ id: row.id as string, tag: Number(row.tag), dueMs: Number(row.due_ms) })
