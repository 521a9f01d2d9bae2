// SQLite as a database: its connection lives on a thread of its own, so that no query, however slow, holds the event loop.
//
// There is one connection, so a transaction has the database for itself until it ends; everybody else waits in line.
// A statement that takes longer than it may answers its caller with SQL_TIMEOUT. A database in a file is then opened anew, as soon as the
// thread can be ended; one in memory is waited for, since nothing could bring its data back.

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { type Kind, WippyError } from '../error.ts'
import type { Database, Executed, Executor, Stats, Transaction, TransactionOptions, Work } from './database.ts'
import { canceled, ended, lost, tooSlow } from './fault.ts'
import { Line, type LineLimits } from './line.ts'
import { Order } from './order.ts'
import type { SqliteOptions } from './sqlite-connection.ts'
import type { SqliteAnswer, SqliteAsk } from './sqlite-worker.ts'

export type SqliteDatabaseOptions = SqliteOptions & {
  readonly clock: Clock
  readonly line: Omit<LineLimits, 'places'>
  /** 0: as long as it takes. */
  readonly statementMs: number
}

const PROGRAM = new URL(`./sqlite-worker${extname(import.meta.filename)}`, import.meta.url)

type Pending = { readonly resolve: (answer: SqliteAnswer) => void; readonly reject: (error: Error) => void }

/** A thread with an open connection. */
class Thread {
  readonly opened: Promise<SqliteAnswer>
  readonly gone: Promise<void>
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  #next = 1
  #isClosing = false

  constructor({ file, foreignKeys, limits }: SqliteOptions) {
    this.#worker = new Worker(PROGRAM, {
      workerData: { file, foreignKeys, limits },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {},
    })
    this.opened = new Promise((resolve, reject) => this.#pending.set(0, { resolve, reject }))
    this.opened.catch(() => {}) // told to whoever asks
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gone = promise
    this.#worker.on('message', (answer: SqliteAnswer) => this.#settle(answer))
    this.#worker.on('error', (error) => this.#fail(lost(`the thread of the database failed: ${error.message}`)))
    this.#worker.on('exit', () => {
      this.#fail(lost('the thread of the database ended'))
      resolve()
    })
  }

  ask(ask: Omit<SqliteAsk, 'id'>): Promise<SqliteAnswer> {
    const id = this.#next++
    const answered = new Promise<SqliteAnswer>((resolve, reject) => this.#pending.set(id, { resolve, reject }))
    this.#worker.ref()
    this.#worker.postMessage({ id, ...ask } satisfies SqliteAsk)
    return answered
  }

  /** Closes the connection when it has answered. */
  close(): Promise<void> {
    this.#isClosing = true
    this.#worker.ref()
    this.#worker.postMessage(null)
    return this.gone
  }

  /** Ends the thread wherever it is, as soon as SQLite lets go. */
  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #settle(answer: SqliteAnswer): void {
    const pending = this.#pending.get(answer.id)
    this.#pending.delete(answer.id)
    if (this.#pending.size === 0 && !this.#isClosing) this.#worker.unref()
    const { fault } = answer
    if (fault === undefined) pending?.resolve(answer)
    else pending?.reject(new WippyError(fault.code, fault.kind as Kind, fault.message, fault))
  }

  #fail(error: WippyError): void {
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

export class SqliteDatabase implements Database {
  readonly type = 'sqlite'
  readonly #options: SqliteDatabaseOptions
  readonly #line: Line
  #thread: Thread
  /** While the connection cannot be used. */
  #exchange: Promise<void> | null = null

  constructor(options: SqliteDatabaseOptions) {
    this.#options = options
    this.#line = new Line(options.clock, { places: 1, ...options.line })
    this.#thread = new Thread(options)
  }

  async ping(): Promise<void> {
    await this.#thread.opened
  }

  query = (work: Work): Promise<Uint8Array> => this.#inLine(work.signal, () => rowsOf(this.ask('query', work)))
  execute = (work: Work): Promise<Executed> => this.#inLine(work.signal, () => executedOf(this.ask('execute', work)))
  check: Executor['check'] = ({ sql, signal }) => this.#inLine(signal, () => done(this.ask('check', { sql })))

  async begin({ readOnly, signal }: TransactionOptions): Promise<Transaction> {
    const leave = await this.#line.enter(signal)
    try {
      await this.ready()
      const thread = this.#thread
      await this.ask('run', { sql: readOnly ? 'PRAGMA query_only = 1; BEGIN' : 'BEGIN' })
      return new SqliteTransaction(this, { leave, signal, isThere: () => this.#thread === thread })
    } catch (error) {
      leave()
      throw error
    }
  }

  stats(): Stats {
    const { taken, waited, waitedMs } = this.#line
    return { maxOpen: 1, open: 1, inUse: taken, waited, waitedMs }
  }

  async close(): Promise<void> {
    this.#line.close()
    await this.#exchange
    await this.#thread.close()
  }

  /** Resolves when there is an open connection. */
  async ready(): Promise<void> {
    await this.#exchange
    await this.#thread.opened
  }

  /** For who is in line. */
  ask(verb: SqliteAsk['verb'], { sql, values = [] }: Asked, isInTransaction = false): Promise<SqliteAnswer> {
    const { clock, statementMs } = this.#options
    const answered = this.#thread.ask({ verb, sql, values, isInTransaction })
    if (statementMs === 0) return answered
    const { promise: late, reject } = Promise.withResolvers<never>()
    const forget = clock.setTimer(statementMs, () => {
      this.#exchange = this.#giveUp(answered)
      reject(tooSlow(`the statement took longer than ${statementMs} ms`))
    })
    return Promise.race([answered, late]).finally(forget)
  }

  async #inLine<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const leave = await this.#line.enter(signal)
    try {
      await this.ready()
      if (signal.aborted) throw canceled()
      return await work()
    } finally {
      leave()
    }
  }

  /** Nobody waits for this answer any more; who comes next waits until the connection is free again. */
  async #giveUp(answered: Promise<unknown>): Promise<void> {
    if (this.#options.file === ':memory:') await answered.catch(() => {})
    else {
      await this.#thread.end()
      this.#thread = new Thread(this.#options)
    }
    this.#exchange = null
  }
}

type Asked = { readonly sql: string; readonly values?: SqliteAsk['values'] }

const rowsOf = async (answer: Promise<SqliteAnswer>): Promise<Uint8Array> => (await answer).rows!
const executedOf = async (answer: Promise<SqliteAnswer>): Promise<Executed> => (await answer).executed!
const done = async (answer: Promise<SqliteAnswer>): Promise<void> => void (await answer)

type Place = {
  readonly leave: () => void
  readonly signal: AbortSignal
  /** Whether the connection it was begun on is still there. */
  readonly isThere: () => boolean
}

class SqliteTransaction implements Transaction {
  readonly #database: SqliteDatabase
  readonly #place: Place
  readonly #order = new Order()
  isOver = false

  constructor(database: SqliteDatabase, place: Place) {
    this.#database = database
    this.#place = place
    place.signal.addEventListener('abort', this.#abandon)
    if (place.signal.aborted) this.#abandon()
  }

  query = (work: Work): Promise<Uint8Array> => this.#next(() => rowsOf(this.#database.ask('query', work, true)))
  execute = (work: Work): Promise<Executed> => this.#next(() => executedOf(this.#database.ask('execute', work, true)))
  check: Executor['check'] = ({ sql }) => this.#next(() => done(this.#database.ask('check', { sql }, true)))
  /** What refuses to be committed goes on: it may be mended, or rolled back. */
  commit = (): Promise<void> => this.#next(() => this.#end('COMMIT').then(this.#over))
  rollback = (): Promise<void> => this.#next(() => this.#end('ROLLBACK').finally(this.#over))

  #abandon = (): void => {
    this.rollback().catch(() => {}) // it has ended already, or is gone with its connection
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    return this.#order.next(async () => {
      if (this.isOver) throw ended('transaction is not active')
      await this.#database.ready()
      if (this.#place.isThere()) return work()
      this.#over()
      throw ended('the transaction was rolled back when one of its statements took too long')
    })
  }

  #end(verb: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    return done(this.#database.ask('run', { sql: `PRAGMA query_only = 0; ${verb}` }, true))
  }

  #over = (): void => {
    this.isOver = true
    this.#place.signal.removeEventListener('abort', this.#abandon)
    this.#place.leave()
  }
}

/** Opens it and waits until it is open. */
export const openSqlite = async (options: SqliteDatabaseOptions): Promise<SqliteDatabase> => {
  const database = new SqliteDatabase(options)
  try {
    await database.ping()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}
