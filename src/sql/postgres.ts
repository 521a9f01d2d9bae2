// PostgreSQL as a database.

import pg from 'pg'
import { WippyError } from '../error.ts'
import { type Driver, type Lent, levelOf, PooledDatabase, type ServerOptions } from './pooled.ts'
import { postgresFault } from './postgres-fault.ts'
import { parameterTypes, runQuery } from './postgres-query.ts'

export type PostgresOptions = ServerOptions & { readonly applicationName: string }

const settingsOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ')

/** What the server says of a statement leaves the connection as it was, unless the server goes down. */
const isLost = (error: unknown): boolean => {
  if (error instanceof pg.DatabaseError) return /^(?:57P|08(?!P01))/.test(error.code ?? '')
  return !(error instanceof WippyError)
}

const lend = async (pool: pg.Pool): Promise<Lent<pg.PoolClient>> => {
  const client = await pool.connect()
  const lost = (): void => {} // whoever uses it hears of it in the query itself
  client.on('error', lost)
  return {
    client,
    release: (error) => {
      if (error === undefined) client.off('error', lost)
      client.release(error)
    },
  }
}

const driverOf = (options: PostgresOptions): Driver<pg.PoolClient> => {
  const pool = new pg.Pool({
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
  pool.on('error', () => {}) // an idle connection was lost: the pool has let go of it, and makes another when it is needed
  return {
    type: 'postgres',
    connect: () => lend(pool),
    get open() {
      return pool.totalCount
    },
    close: () => pool.end(),
    run: async (client, sql, values, sink) => {
      const { rowCount, command } = await runQuery(client, sql, values, sink)
      return { lastInsertId: 0, rowsAffected: rowCount ?? 0, undone: sql === 'COMMIT' && command === 'ROLLBACK' }
    },
    check: async (client, sql) => void (await parameterTypes(client, sql)),
    beginning: ({ isolation, readOnly }) => {
      const level = levelOf(isolation, 'PostgreSQL')
      return [`BEGIN${level && ` ISOLATION LEVEL ${level}`}${readOnly ? ' READ ONLY' : ''}`]
    },
    isWithin: (client) => ['T', 'E'].includes(client.getTransactionStatus() ?? ''),
    fault: postgresFault,
    isLost,
  }
}

export class PostgresDatabase extends PooledDatabase<pg.PoolClient> {
  constructor(options: PostgresOptions) {
    super(driverOf(options), options)
  }
}
