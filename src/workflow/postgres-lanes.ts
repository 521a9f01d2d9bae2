// So many connections to PostgreSQL, opened when they are needed. Who finds none free waits in line; a connection that broke, or that did not
// answer in time, is never used again.

import pg from 'pg'
import type { Clock } from '../clock.ts'
import type { WippyError } from '../error.ts'
import { closed, isBroken, lost, storeFault } from './postgres-fault.ts'

export type PostgresAddress = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  readonly ssl: boolean | { readonly rejectUnauthorized: boolean; readonly ca?: string }
}

const CONNECT_MS = 5000
const KEEP_ALIVE_MS = 5000
const ATTEMPT_MS = 10_000
const GOODBYE_MS = 1000
const RETRY_MS = [50, 100, 200, 400, 800, 1600] as const

/** A connection that is not open yet. */
export const clientFor = (address: PostgresAddress, name: string): pg.Client =>
  new pg.Client({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.username,
    password: () => address.password, // a function: neither shown nor replaced by what the environment has
    ssl: address.ssl,
    application_name: name,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  })

/** Closes a connection as it is: nobody answers a goodbye on one that broke. */
export const cut = (client: pg.Client): void => {
  ;(client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy()
}

const placeOf = ({ host, port }: PostgresAddress): string => `${host}:${port}`

export type LanesOptions = {
  readonly address: PostgresAddress
  readonly clock: Clock
  /** Connections at most. */
  readonly most: number
}

type Waiting = { readonly enter: () => void; readonly refuse: (error: Error) => void }

export class Lanes {
  readonly #options: LanesOptions
  readonly #where: string
  readonly #idle: pg.Client[] = []
  readonly #clients = new Set<pg.Client>()
  readonly #waiting: Waiting[] = []
  readonly #pauses = new Set<() => void>()
  #taken = 0
  #isClosed = false

  constructor(options: LanesOptions) {
    this.#options = options
    this.#where = placeOf(options.address)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Does one thing on a connection, within `patienceMs`. Throws WORKFLOW_STORE_AWAY: nothing was done, _LOST: nobody knows, and others. */
  async use<T>(work: (client: pg.Client) => Promise<T>, patienceMs: number): Promise<T> {
    await this.#enter()
    let client: pg.Client | null = null
    let fault: WippyError | null = null
    try {
      client = this.#idle.pop() ?? (await this.#open())
      return await this.#within(client, work(client), patienceMs)
    } catch (error) {
      fault = storeFault(error, client !== null, this.#where)
      throw fault
    } finally {
      if (client !== null && (fault === null || !isBroken(fault)) && this.#clients.has(client) && !this.#isClosed) this.#idle.push(client)
      else if (client !== null) this.#drop(client)
      this.#leave()
    }
  }

  /** The same, again and again while the database is away, for what may be done twice. */
  async again<T>(work: (client: pg.Client) => Promise<T>, patienceMs: number): Promise<T> {
    const { clock } = this.#options
    const untilMs = clock.nowMs() + patienceMs
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.use(work, Math.min(patienceMs, ATTEMPT_MS))
      } catch (error) {
        if (!(error as WippyError).retryable || clock.nowMs() >= untilMs) throw error
        await this.pause(attempt)
      }
    }
  }

  /** Waits before one more attempt, longer each time, but never long. Throws WORKFLOW_STORE_CLOSED. */
  async pause(attempt: number): Promise<void> {
    const { clock } = this.#options
    await new Promise<void>((resolve) => {
      if (this.#isClosed) return resolve()
      const end = (): void => {
        cancel()
        this.#pauses.delete(end)
        resolve()
      }
      const cancel = clock.setTimer(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!, end)
      this.#pauses.add(end)
    })
    if (this.#isClosed) throw closed()
  }

  /** Closes all; what is under way on them has an outcome nobody knows. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const end of [...this.#pauses]) end()
    for (const { refuse } of this.#waiting.splice(0)) refuse(closed())
    await Promise.all([...this.#clients].map((client) => this.#leaveInOrder(client)))
  }

  async #open(): Promise<pg.Client> {
    const client = clientFor(this.#options.address, 'wippy workflows')
    client.on('error', () => this.#drop(client)) // whoever uses it hears of it in the query
    client.on('end', () => this.#drop(client))
    await client.connect()
    this.#clients.add(client)
    return client
  }

  #drop(client: pg.Client): void {
    if (!this.#clients.delete(client)) return
    const at = this.#idle.indexOf(client)
    if (at >= 0) this.#idle.splice(at, 1)
    cut(client)
  }

  async #leaveInOrder(client: pg.Client): Promise<void> {
    const cancel = this.#options.clock.setTimer(GOODBYE_MS, () => cut(client))
    await client.end().catch(() => {}) // it is over either way
    cancel()
  }

  #within<T>(client: pg.Client, work: Promise<T>, patienceMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.setTimer(patienceMs, () => {
        reject(lost(`no answer within ${patienceMs} ms`, this.#where))
        this.#drop(client)
      })
      work.then(resolve, reject).finally(cancel)
    })
  }

  #enter(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed())
    if (this.#taken < this.#options.most) {
      this.#taken++
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => this.#waiting.push({ enter: resolve, refuse: reject }))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next.enter()
    else this.#taken--
  }
}
