// A database behind a bounded pool of connections; a transaction has one for itself until it ends. What differs is the driver.
//
// A connection that was lost, on which somebody's work was given up, or which a statement has left in a transaction, is never used again.

import type { Clock } from '../clock.ts'
import type { WippyError } from '../error.ts'
import type {
  Database,
  DatabaseType,
  Executed,
  Executor,
  Isolation,
  ResultLimits,
  Stats,
  Transaction,
  TransactionOptions,
  Work,
} from './database.ts'
import { badStatement, canceled, ended, unavailable } from './fault.ts'
import { Line, type LineLimits } from './line.ts'
import { Order } from './order.ts'
import { RowWriter } from './rows.ts'
import type { Value } from './value.ts'

/** Where rows go. `full` is called once when there is no room for more; what still comes is dropped. */
export type Sink = { readonly writer: RowWriter; full?(): void }

/** A connection nobody else has. With an error it is closed instead of kept. */
export type Lent<C> = { readonly client: C; readonly release: (error?: Error) => void }

export type Driver<C> = {
  readonly type: DatabaseType
  connect(): Promise<Lent<C>>
  /** Connections there are. */
  readonly open: number
  close(): Promise<void>
  /** Runs a statement, or several when there are no values. `undone`: it was to commit, and rolled back. */
  run(client: C, sql: string, values: readonly Value[], sink: Sink | null): Promise<Executed & { readonly undone?: boolean }>
  /** Rejects with what is wrong with a statement. */
  check(client: C, sql: string): Promise<void>
  /** Statements a transaction begins with. Throws SQL_STATEMENT for what this database has not. */
  beginning(options: Omit<TransactionOptions, 'signal'>): readonly string[]
  /** For an error of a driver. `isAtWork`: the server may have been carrying out what was asked when the connection was lost. */
  fault(error: unknown, isAtWork: boolean): WippyError
  /** Whether the last statement has left a transaction open. */
  isWithin(client: C): boolean
  /** Whether the connection cannot be used any more. */
  isLost(error: unknown): boolean
}

export type PoolLimits = { readonly line: LineLimits; readonly limits: ResultLimits; readonly clock: Clock }

/** A database that is a server: where it is, who logs in, and how its connections are kept. */
export type ServerOptions = PoolLimits & {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  /** False: in the clear. `ca`: the certificate, as PEM, that the server's must be signed with. */
  readonly ssl: false | { readonly rejectUnauthorized: boolean; readonly ca?: string }
  /** Settings of each session, in the server's words: `search_path`, `sql_mode` … */
  readonly settings: Readonly<Record<string, string>>
  readonly connectMs: number
  /** How long an idle connection is kept, and how long any. */
  readonly idleMs: number
  readonly lifetimeMs: number
  /** 0: as long as it takes. */
  readonly statementMs: number
}

// biome-ignore format: a table
const LEVELS: Readonly<Record<Isolation, string | null>> = {
  default: '', read_uncommitted: 'READ UNCOMMITTED', read_committed: 'READ COMMITTED', write_committed: null,
  repeatable_read: 'REPEATABLE READ', serializable: 'SERIALIZABLE',
}

/** An isolation level in SQL; empty for the server's own. Throws SQL_STATEMENT for one that `server`, a name for people, does not have. */
export const levelOf = (isolation: Isolation, server: string): string => {
  const level = LEVELS[isolation]
  if (level === null) throw badStatement(`${server} has no isolation level ${isolation}`)
  return level
}

export class PooledDatabase<C> implements Database {
  readonly type: DatabaseType
  readonly #driver: Driver<C>
  readonly #limits: PoolLimits
  readonly #line: Line
  readonly #held = new Set<Lent<C>>()

  constructor(driver: Driver<C>, limits: PoolLimits) {
    this.type = driver.type
    this.#driver = driver
    this.#limits = limits
    this.#line = new Line(limits.clock, limits.line)
  }

  async ping(): Promise<void> {
    await this.execute({ sql: 'SELECT 1', values: [], signal: new AbortController().signal })
  }

  /** A result that becomes too large is not read to its end: its connection is given up. */
  query: Executor['query'] = (work) =>
    this.#borrow(work.signal, (client, giveUp) => {
      const writer = new RowWriter(this.#limits.limits)
      return rowsOf(this.#driver.run(client, work.sql, work.values, { writer, full: giveUp }), writer)
    })
  execute: Executor['execute'] = (work) => this.#borrow(work.signal, (client) => executed(this.#driver, client, work))
  check: Executor['check'] = ({ sql, signal }) => this.#borrow(signal, (client) => this.#driver.check(client, sql))

  async begin({ isolation, readOnly, signal }: TransactionOptions): Promise<Transaction> {
    const statements = this.#driver.beginning({ isolation, readOnly })
    const held = await this.#hold(signal)
    try {
      for (const sql of statements) await this.#driver.run(held.client, sql, [], null)
    } catch (error) {
      const fault = this.#driver.fault(error, false)
      held.release(fault)
      throw fault
    }
    return new PooledTransaction({ held, driver: this.#driver, limits: this.#limits.limits, signal })
  }

  stats(): Stats {
    const { taken, waited, waitedMs } = this.#line
    return { maxOpen: this.#limits.line.places, open: this.#driver.open, inUse: taken, waited, waitedMs }
  }

  async close(): Promise<void> {
    this.#line.close()
    for (const { release } of [...this.#held]) release(unavailable('the database has been closed'))
    await this.#driver.close()
  }

  async #hold(signal: AbortSignal): Promise<Lent<C>> {
    const leave = await this.#line.enter(signal)
    try {
      const lent = await this.#driver.connect()
      const held: Lent<C> = {
        client: lent.client,
        release: (error) => {
          if (!this.#held.delete(held)) return
          lent.release(error)
          leave()
        },
      }
      this.#held.add(held)
      if (!signal.aborted) return held
      held.release()
      throw canceled()
    } catch (error) {
      leave()
      throw this.#driver.fault(error, false)
    }
  }

  /** Does one thing on a connection; closes it when it was lost, or when who asked has ended meanwhile. */
  async #borrow<T>(signal: AbortSignal, work: (client: C, giveUp: () => void) => Promise<T>): Promise<T> {
    const { client, release } = await this.#hold(signal)
    const giveUp = () => release(new Error('given up'))
    signal.addEventListener('abort', giveUp)
    try {
      const result = await work(client, giveUp)
      if (this.#driver.isWithin(client)) throw begun()
      release()
      return result
    } catch (error) {
      const fault = this.#driver.fault(error, true)
      release(this.#driver.isLost(error) || this.#driver.isWithin(client) ? fault : undefined)
      throw signal.aborted ? canceled() : fault
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }
}

const begun = (): WippyError => badStatement('a transaction was begun by a statement, and rolled back: begin it with db:begin()')

/** The rows, once they are all there, or the error of a writer that is full. */
const rowsOf = async (run: Promise<unknown>, writer: RowWriter): Promise<Uint8Array> => {
  try {
    await run
  } catch (error) {
    if (!writer.isFull) throw error
  }
  return writer.finish()
}

const executed = async <C>(driver: Driver<C>, client: C, { sql, values }: Work): Promise<Executed> => {
  const { lastInsertId, rowsAffected } = await driver.run(client, sql, values, null)
  return { lastInsertId, rowsAffected }
}

type Parts<C> = { readonly held: Lent<C>; readonly driver: Driver<C>; readonly limits: ResultLimits; readonly signal: AbortSignal }

class PooledTransaction<C> implements Transaction {
  readonly #parts: Parts<C>
  readonly #order = new Order()
  isOver = false

  constructor(parts: Parts<C>) {
    this.#parts = parts
    parts.signal.addEventListener('abort', this.#abandon)
    if (parts.signal.aborted) this.#abandon()
  }

  query: Executor['query'] = ({ sql, values }) =>
    this.#next((client) => {
      const writer = new RowWriter(this.#parts.limits)
      return rowsOf(this.#parts.driver.run(client, sql, values, { writer }), writer)
    })
  execute: Executor['execute'] = (work) => this.#next((client) => executed(this.#parts.driver, client, work))
  check: Executor['check'] = ({ sql }) => this.#next((client) => this.#parts.driver.check(client, sql))

  commit = (): Promise<void> =>
    this.#next(async (client) => {
      const { undone } = await this.#parts.driver.run(client, 'COMMIT', [], null)
      this.#over()
      if (undone) throw ended('the transaction was rolled back: one of its statements had failed')
    })

  rollback = (): Promise<void> =>
    this.#next(async (client) => {
      await this.#parts.driver.run(client, 'ROLLBACK', [], null)
      this.#over()
    })

  /** Closing the connection rolls back, whatever it is doing. */
  #abandon = (): void => this.#over(canceled())

  #next<T>(work: (client: C) => Promise<T>): Promise<T> {
    return this.#order.next(async () => {
      if (this.isOver) throw ended('transaction is not active')
      try {
        return await work(this.#parts.held.client)
      } catch (error) {
        const fault = this.#parts.driver.fault(error, true)
        if (this.#parts.driver.isLost(error)) this.#over(fault)
        throw fault
      }
    })
  }

  #over(error?: Error): void {
    this.isOver = true
    this.#parts.signal.removeEventListener('abort', this.#abandon)
    this.#parts.held.release(error)
  }
}
