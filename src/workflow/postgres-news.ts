// What nodes tell each other through PostgreSQL: that something waits for a workflow, that one has ended, that leases change.
//
// It is told after it is durable, many at once, and may be lost: whoever hears looks into the tables, and looks there by itself from time to
// time.

import type pg from 'pg'
import type { News } from './engine.ts'
import { clientFor, cut, type Lanes, type LanesOptions } from './postgres-lanes.ts'

const MOST_BYTES = 7000 // of one notification; PostgreSQL takes up to 8000
const MOST_TOLD = 10_000 // that waits for the database to come back
const EVERY_MS = 5 // told at once
const PING_MS = 5000
const TELL_MS = 5000
const RETRY_MS = 1000

const LETTERS = { waiting: 'w', ended: 'e', leases: 'l' } as const
const KINDS = { w: 'waiting', e: 'ended', l: 'leases' } as const

export class PostgresNews {
  readonly #options: LanesOptions
  readonly #lanes: Lanes
  readonly #channel: string
  readonly #origin: string
  readonly #hearers = new Set<(news: News) => void>()
  readonly #told = new Set<string>() // waits to be told
  #cancelTelling: (() => void) | null = null
  #cancelNext: (() => void) | null = null // the next ping, or the next attempt to listen
  #listener: pg.Client | null = null
  #isListening = false
  #isClosed = false

  /** `origin`: what is told with it is not heard. */
  constructor(options: LanesOptions, lanes: Lanes, { schema, origin }: { readonly schema: string; readonly origin: string }) {
    this.#options = options
    this.#lanes = lanes
    this.#channel = `${schema}_workflow`
    this.#origin = origin
  }

  watch(hear: (news: News) => void): () => void {
    this.#hearers.add(hear)
    if (!this.#isListening) void this.#listen()
    return () => void this.#hearers.delete(hear)
  }

  tell(news: News): void {
    if (news.kind === 'missed' || this.#isClosed) return
    this.#told.add(LETTERS[news.kind] + ('id' in news ? news.id : ''))
    this.#cancelTelling ??= this.#options.clock.setTimer(EVERY_MS, () => void this.flush())
  }

  /** Tells what waits to be told. */
  async flush(): Promise<void> {
    this.#cancelTelling?.()
    this.#cancelTelling = null
    const told = [...this.#told]
    const payloads = payloadsOf(this.#origin, told)
    this.#told.clear()
    if (payloads.length === 0) return
    const tell = (client: pg.Client): Promise<unknown> =>
      client.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [this.#channel, payloads])
    try {
      await this.#lanes.use(tell, TELL_MS)
    } catch {
      if (this.#isClosed || this.#told.size + told.length > MOST_TOLD) return // others find out by looking
      for (const text of told) this.#told.add(text)
      this.#cancelTelling ??= this.#options.clock.setTimer(RETRY_MS, () => void this.flush())
    }
  }

  close(): void {
    this.#isClosed = true
    this.#cancelTelling?.()
    this.#cancelNext?.()
    if (this.#listener !== null) cut(this.#listener)
  }

  async #listen(): Promise<void> {
    this.#isListening = true
    const client = clientFor(this.#options.address, 'wippy workflows, listening')
    this.#listener = client
    client.on('error', () => cut(client)) // and then it ends
    client.on('notification', ({ payload = '' }) => this.#heard(payload))
    try {
      await client.connect()
      client.on('end', () => this.#listenAgain(client))
      await client.query(`LISTEN ${this.#channel}`)
      this.#hear({ kind: 'missed' })
      this.#pingLater(client)
    } catch {
      cut(client)
      this.#listenAgain(client)
    }
  }

  #listenAgain(client: pg.Client): void {
    if (this.#listener !== client || this.#isClosed) return
    this.#listener = null
    this.#next(RETRY_MS, () => void this.#listen())
  }

  /** A connection that is cut somewhere on its way says nothing by itself. */
  #pingLater(client: pg.Client): void {
    this.#next(PING_MS, () => {
      const cancel = this.#options.clock.setTimer(PING_MS, () => cut(client))
      client
        .query('SELECT 1')
        .then(
          () => this.#pingLater(client),
          () => cut(client),
        )
        .finally(cancel)
    })
  }

  #next(ms: number, act: () => void): void {
    this.#cancelNext?.()
    if (!this.#isClosed) this.#cancelNext = this.#options.clock.setTimer(ms, act)
  }

  #heard(payload: string): void {
    const [origin, ...told] = payload.split('\n')
    if (origin === this.#origin) return
    for (const text of told) {
      const kind = KINDS[text[0] as keyof typeof KINDS]
      if (kind === 'leases') this.#hear({ kind })
      else if (kind !== undefined) this.#hear({ kind, id: text.slice(1) })
    }
  }

  #hear(news: News): void {
    for (const hear of this.#hearers) hear(news)
  }
}

/** Texts of one line each, as few notifications as may be. */
const payloadsOf = (origin: string, told: readonly string[]): string[] => {
  const payloads: string[] = []
  let payload = origin
  for (const text of told) {
    if (Buffer.byteLength(payload) + Buffer.byteLength(text) + 1 > MOST_BYTES) {
      payloads.push(payload)
      payload = origin
    }
    payload += `\n${text}`
  }
  return payload === origin ? payloads : [...payloads, payload]
}
