// PostgreSQL as a database: a bounded pool of connections; a transaction has one for itself until it ends.
//
// A connection that was lost, or on which somebody's work was given up, is never used again.

import pg from 'pg'
import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import type { Database, Executed, Executor, Isolation, ResultLimits, Stats, Transaction, TransactionOptions, Work } from './database.ts'
import { badStatement, canceled, ended, unavailable } from './fault.ts'
import { Line, type LineLimits } from './line.ts'
import { Order } from './order.ts'
import { postgresFault } from './postgres-fault.ts'
import { executedOf, parameterTypes, runQuery } from './postgres-query.ts'
import { RowWriter } from './rows.ts'

export type PostgresOptions = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  readonly ssl: boolean | { readonly rejectUnauthorized: boolean; readonly ca?: string }
  /** Settings of each session: `search_path`, `lock_timeout` … */
  readonly settings: Readonly<Record<string, string>>
  readonly applicationName: string
  readonly connectMs: number
  /** How long an idle connection is kept, and how long any. */
  readonly idleMs: number
  readonly lifetimeMs: number
  /** 0: as long as it takes. */
  readonly statementMs: number
  readonly line: LineLimits
  readonly limits: ResultLimits
  readonly clock: Clock
}

// biome-ignore format: a table
const LEVELS: Readonly<Record<Isolation, string | null>> = {
  default: '', read_uncommitted: 'READ UNCOMMITTED', read_committed: 'READ COMMITTED', write_committed: null,
  repeatable_read: 'REPEATABLE READ', serializable: 'SERIALIZABLE',
}

const settingsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ')

/** A connection in somebody's hands. With an error it is closed instead of given back. */
type Held = { readonly client: pg.PoolClient; readonly release: (error?: Error) => void }

export class PostgresDatabase implements Database {
  readonly type = 'postgres'
  readonly #options: PostgresOptions
  readonly #pool: pg.Pool
  readonly #line: Line
  readonly #held = new Set<Held>()

  constructor(options: PostgresOptions) {
    this.#options = options
    this.#line = new Line(options.clock, options.line)
    this.#pool = new pg.Pool({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.username,
      password: () => options.password, // a function: neither shown nor replaced by what the environment has
      ssl: options.ssl,
      application_name: options.applicationName,
      options: settingsOf(options.settings),
      max: options.line.places,
      connectionTimeoutMillis: options.connectMs,
      idleTimeoutMillis: options.idleMs,
      maxLifetimeSeconds: Math.ceil(options.lifetimeMs / 1000),
      keepAlive: true,
      ...(options.statementMs > 0 ? { statement_timeout: options.statementMs } : {}),
    })
    this.#pool.on('error', () => {}) // an idle connection was lost: the pool has let go of it, and makes another when it is needed
  }

  async ping(): Promise<void> {
    await this.execute({ sql: 'SELECT 1', values: [], signal: new AbortController().signal })
  }

  /** A result that becomes too large is not read to its end: its connection is given up. */
  query: Executor['query'] = (work) =>
    this.#borrow(work.signal, (client, giveUp) => {
      const writer = new RowWriter(this.#options.limits)
      return rowsOf(runQuery(client, work.sql, work.values, { writer, full: giveUp }), writer)
    })
  execute: Executor['execute'] = (work) => this.#borrow(work.signal, (client) => executeOn(client, work))
  check: Executor['check'] = async ({ sql, signal }) => void (await this.#borrow(signal, (client) => parameterTypes(client, sql)))

  async begin({ isolation, readOnly, signal }: TransactionOptions): Promise<Transaction> {
    const level = LEVELS[isolation]
    if (level === null) throw badStatement(`PostgreSQL has no isolation level ${isolation}`)
    const held = await this.#hold(signal)
    const how = `${level && ` ISOLATION LEVEL ${level}`}${readOnly ? ' READ ONLY' : ''}`
    try {
      await runQuery(held.client, `BEGIN${how}`, [], null)
    } catch (error) {
      const fault = postgresFault(error, false)
      held.release(fault)
      throw fault
    }
    return new PostgresTransaction(held, this.#options.limits, signal)
  }

  stats(): Stats {
    const { taken, waited, waitedMs } = this.#line
    return { maxOpen: this.#options.line.places, open: this.#pool.totalCount, inUse: taken, waited, waitedMs }
  }

  async close(): Promise<void> {
    this.#line.close()
    for (const { release } of [...this.#held]) release(unavailable('the database has been closed'))
    await this.#pool.end()
  }

  async #hold(signal: AbortSignal): Promise<Held> {
    const leave = await this.#line.enter(signal)
    try {
      const client = await this.#pool.connect()
      const lost = (): void => {} // whoever uses it hears of it in the query itself
      client.on('error', lost)
      const held: Held = {
        client,
        release: (error) => {
          if (!this.#held.delete(held)) return
          if (error === undefined) client.off('error', lost)
          client.release(error)
          leave()
        },
      }
      this.#held.add(held)
      if (!signal.aborted) return held
      held.release()
      throw canceled()
    } catch (error) {
      leave()
      throw postgresFault(error, false)
    }
  }

  /** Does one thing on a connection; closes it when it was lost, or when who asked has ended meanwhile. */
  async #borrow<T>(signal: AbortSignal, work: (client: pg.PoolClient, giveUp: () => void) => Promise<T>): Promise<T> {
    const { client, release } = await this.#hold(signal)
    const giveUp = () => release(new Error('given up'))
    signal.addEventListener('abort', giveUp)
    try {
      const result = await work(client, giveUp)
      release()
      return result
    } catch (error) {
      const fault = postgresFault(error, true)
      release(isLost(error) ? fault : undefined)
      throw signal.aborted ? canceled() : fault
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }
}

/** Whether the connection cannot be used any more. What the server says of a statement leaves it as it was, unless it goes down. */
const isLost = (error: unknown): boolean => {
  if (error instanceof pg.DatabaseError) return /^(?:57P|08(?!P01))/.test(error.code ?? '')
  return !(error instanceof WippyError)
}

/** The rows, once they are all there, or the error of a writer that is full. */
const rowsOf = async (run: Promise<unknown>, writer: RowWriter): Promise<Uint8Array> => {
  try {
    await run
  } catch (error) {
    if (!writer.isFull) throw error
  }
  return writer.finish()
}

const executeOn = async (client: pg.PoolClient, { sql, values }: Work): Promise<Executed> =>
  executedOf(await runQuery(client, sql, values, null))

class PostgresTransaction implements Transaction {
  readonly #held: Held
  readonly #limits: ResultLimits
  readonly #signal: AbortSignal
  readonly #order = new Order()
  isOver = false

  constructor(held: Held, limits: ResultLimits, signal: AbortSignal) {
    this.#held = held
    this.#limits = limits
    this.#signal = signal
    signal.addEventListener('abort', this.#abandon)
    if (signal.aborted) this.#abandon()
  }

  query: Executor['query'] = ({ sql, values }) =>
    this.#next((client) => {
      const writer = new RowWriter(this.#limits)
      return rowsOf(runQuery(client, sql, values, { writer }), writer)
    })
  execute: Executor['execute'] = (work) => this.#next((client) => executeOn(client, work))
  check: Executor['check'] = async ({ sql }) => void (await this.#next((client) => parameterTypes(client, sql)))

  commit = (): Promise<void> =>
    this.#next(async (client) => {
      const { command } = await runQuery(client, 'COMMIT', [], null)
      this.#over()
      if (command === 'ROLLBACK') throw ended('the transaction was rolled back: one of its statements had failed')
    })

  rollback = (): Promise<void> =>
    this.#next(async (client) => {
      await runQuery(client, 'ROLLBACK', [], null)
      this.#over()
    })

  /** Closing the connection rolls back, whatever it is doing. */
  #abandon = (): void => this.#over(canceled())

  #next<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#order.next(async () => {
      if (this.isOver) throw ended('transaction is not active')
      try {
        return await work(this.#held.client)
      } catch (error) {
        const fault = postgresFault(error, true)
        if (isLost(error)) this.#over(fault)
        throw fault
      }
    })
  }

  #over(error?: Error): void {
    this.isOver = true
    this.#signal.removeEventListener('abort', this.#abandon)
    this.#held.release(error)
  }
}
