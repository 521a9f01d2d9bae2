// MySQL and MariaDB as a database. Statements with parameters are prepared by the server; a text without may be several.

import type { Socket } from 'node:net'
import mysql, { type FieldPacket, type PoolConnection, type ResultSetHeader } from 'mysql2'
import type { Executed } from './database.ts'
import { unavailable } from './fault.ts'
import { isMysqlLost, mysqlFault } from './mysql-fault.ts'
import { columnValue, parameterOf } from './mysql-values.ts'
import { type Driver, type Lent, levelOf, PooledDatabase, type ServerOptions, type Sink } from './pooled.ts'
import type { Value } from './value.ts'

const IN_TRANSACTION = 1 // a bit of what the server says of itself
const GOODBYE_MS = 1000
const PREPARED = 100 // statements kept on a connection

/** Both events of a statement; not in the client's types. */
type Running = {
  on(event: 'fields', hear: (fields: readonly FieldPacket[] | undefined) => void): Running
  on(event: 'result', hear: (row: ResultSetHeader | readonly unknown[]) => void): Running
  on(event: 'error', hear: (error: Error) => void): Running
  on(event: 'end', hear: () => void): Running
}

const nothing: Executed = { lastInsertId: 0, rowsAffected: 0 }

const isQuiet = (error: unknown): boolean => (error as { errno?: number }).errno === 1295 // cannot be prepared, but be run

/** What a connection speaks through; not in the client's types. */
const socketOf = (client: mysql.Connection): Socket => (client as unknown as { readonly stream: Socket }).stream

/** A connection, and what is under way on it: the client says nothing of that when it is told to let go of the connection. */
class Connection {
  readonly client: PoolConnection
  /** 0: nothing was said to it yet. */
  bornMs = 0
  /** Whether the last statement has left a transaction open. */
  isWithin = false
  #reject: (error: Error) => void = () => {}

  constructor(client: PoolConnection) {
    this.client = client
    client.on('error', (error) => this.#reject(error))
  }

  /** Lets go of the connection, whatever it is doing. */
  destroy(error: Error): void {
    this.client.destroy()
    socketOf(this.client).destroy()
    this.#reject(error)
  }

  /** Rows go into bytes as they arrive. Resolves with what the last statement did. */
  run(sql: string, values: readonly Value[], sink: Sink | null): Promise<Executed> {
    return this.#do((resolve, reject) => {
      const options = { sql, rowsAsArray: true }
      const running = (values.length === 0
        ? this.client.query(options)
        : this.client.execute({ ...options, values: values.map(parameterOf) })) as unknown as Running
      let columns: readonly FieldPacket[] | undefined
      let done = nothing
      running.on('fields', (fields) => {
        columns = fields
        if (fields) sink?.writer.begin(fields.map(({ name }) => name))
      })
      running.on('result', (row) => {
        if (Array.isArray(row)) {
          if (sink && columns && !sink.writer.add(row.map((value, at) => columnValue(value, columns![at]!)))) sink.full?.()
        } else {
          const { insertId, affectedRows, serverStatus } = row as ResultSetHeader
          this.isWithin = (serverStatus & IN_TRANSACTION) !== 0
          done = { lastInsertId: BigInt(insertId), rowsAffected: affectedRows }
        }
      })
      running.on('error', reject)
      running.on('end', () => resolve(done))
    })
  }

  /** Rejects with what is wrong with a statement. */
  check(sql: string): Promise<void> {
    return this.#do((resolve, reject) => {
      this.client.prepare(sql, (error, statement) => {
        if (error && !isQuiet(error)) return reject(error)
        if (!error) statement.close()
        resolve()
      })
    })
  }

  #do<T>(work: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#reject = reject
    work(resolve, reject)
    return promise
  }
}

/** A name and a value of a setting, as SQL. */
const setting = ([name, value]: readonly [string, string]): string =>
  `${name} = ${/^-?\d+(?:\.\d+)?$/.test(value) ? value : mysql.escape(value)}`

class MysqlDriver implements Driver<Connection> {
  readonly type = 'mysql'
  readonly #options: ServerOptions
  readonly #pool: mysql.Pool
  readonly #connections = new WeakMap<object, Connection>()
  readonly #sockets = new Set<Socket>()

  constructor(options: ServerOptions) {
    this.#options = options
    this.#pool = mysql.createPool({
      ...{ host: options.host, port: options.port, database: options.database, user: options.username, password: options.password },
      ...(options.ssl && { ssl: options.ssl }),
      ...{
        connectionLimit: options.line.places,
        maxIdle: options.line.places,
        idleTimeout: options.idleMs,
        connectTimeout: options.connectMs,
      },
      ...{ charset: 'utf8mb4', timezone: 'Z', dateStrings: true, jsonStrings: true, supportBigNumbers: true, bigNumberStrings: true },
      ...{ multipleStatements: true, maxPreparedStatements: PREPARED, disableEval: true, flags: ['-LOCAL_FILES'] },
    })
    this.#pool.on('connection', (connection) => {
      const socket = socketOf(connection)
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get open(): number {
    return this.#sockets.size
  }

  async connect(): Promise<Lent<Connection>> {
    const client = await new Promise<PoolConnection>((resolve, reject) => {
      this.#pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)))
    })
    const connection = this.#connections.get(client) ?? new Connection(client)
    this.#connections.set(client, connection)
    if (connection.bornMs === 0) await this.#begin(connection)
    return {
      client: connection,
      release: (error) => {
        const isOld = this.#options.clock.nowMs() - connection.bornMs > this.#options.lifetimeMs
        if (error !== undefined) connection.destroy(error)
        else if (isOld) connection.destroy(unavailable('the connection is old'))
        else client.release()
      },
    }
  }

  /** Servers are told; who does not hang up then is not waited for. */
  async close(): Promise<void> {
    const sockets = [...this.#sockets].filter(({ destroyed }) => !destroyed)
    const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    this.#pool.end(() => {}) // its word comes too early, or never
    const forget = this.#options.clock.setTimer(GOODBYE_MS, () => {
      for (const socket of sockets) socket.destroy()
    })
    await closed
    forget()
  }

  run: Driver<Connection>['run'] = (connection, sql, values, sink) => connection.run(sql, values, sink)
  check: Driver<Connection>['check'] = (connection, sql) => connection.check(sql)

  beginning: Driver<Connection>['beginning'] = ({ isolation, readOnly }) => {
    const level = levelOf(isolation, 'MySQL')
    return [...(level ? [`SET TRANSACTION ISOLATION LEVEL ${level}`] : []), `START TRANSACTION${readOnly ? ' READ ONLY' : ''}`]
  }

  isWithin: Driver<Connection>['isWithin'] = ({ isWithin }) => isWithin
  fault = mysqlFault
  isLost = isMysqlLost

  /** What a new connection is told first. */
  async #begin(connection: Connection): Promise<void> {
    const { settings, statementMs, clock } = this.#options
    try {
      const all: [string, string][] = [['time_zone', '+00:00'], ...Object.entries(settings)]
      await connection.run(`SET ${all.map(setting).join(', ')}`, [], null)
      if (statementMs > 0) await limit(connection, statementMs)
      connection.bornMs = clock.nowMs()
    } catch (error) {
      connection.destroy(error as Error)
      throw mysqlFault(error, false)
    }
  }
}

/** MariaDB counts seconds, and every statement; MySQL milliseconds, and only those that read. */
const limit = async (connection: Connection, ms: number): Promise<void> => {
  try {
    await connection.run(`SET max_statement_time = ${ms / 1000}`, [], null)
  } catch (error) {
    if (isMysqlLost(error)) throw error
    await connection.run(`SET max_execution_time = ${Math.ceil(ms)}`, [], null)
  }
}

export class MysqlDatabase extends PooledDatabase<Connection> {
  constructor(options: ServerOptions) {
    super(new MysqlDriver(options), options)
  }
}
