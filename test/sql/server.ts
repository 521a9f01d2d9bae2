// What every database that is a server must do beside what every database does: about logins, and connections that are lost.

import type { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { Database } from '../../src/sql/database.ts'
import type { ServerOptions } from '../../src/sql/pooled.ts'
import { code, LIMITS, PATIENT, plainly, rows } from './database.ts'

/** What a pool of connections is in these tests, besides where its server is. */
export const POOL = {
  ssl: false,
  settings: {},
  connectMs: 30_000,
  idleMs: 10_000,
  lifetimeMs: 60_000,
  statementMs: 0,
  line: { places: 2, ...PATIENT },
  limits: LIMITS,
  clock: systemClock,
} as const

/** A server that a test started. */
type Server = Pick<ServerOptions, 'host' | 'port' | 'database' | 'username' | 'password'> & {
  query(sql: string): Promise<readonly unknown[]>
  kill(): void
  stop(): Promise<void>
}

type Subject = {
  readonly start: () => Promise<Server>
  readonly connect: (options: ServerOptions) => Database
  /** A statement that takes long. */
  readonly slow: string
  /** Finds a session that carries it out. */
  readonly running: string
}

export type Serving = {
  /** Hands a pool of connections to `act`, and closes it afterwards. `more`: what is not as in `POOL`. */
  readonly withDatabase: (more: Partial<ServerOptions>, act: (database: Database) => Promise<void>) => Promise<void>
  /** Connections to a database of their own, for which others wait for so many milliseconds. */
  readonly makeDatabase: (patienceMs: number) => Promise<Database>
}

/** A server for the tests of a suite: started before the first, stopped after the last. Adds those that hold for all servers. */
export const serves = (test: ReturnType<typeof suite>, { start, connect, slow, running }: Subject): Serving => {
  let server: Server
  let made = 0
  test.before(async () => {
    server = await start()
  })
  test.after(() => server.stop())

  const withDatabase: Serving['withDatabase'] = async (more, act) => {
    const database = connect({ ...server, ...POOL, ...more })
    try {
      await act(database)
    } finally {
      await database.close()
    }
  }
  const makeDatabase = async (patienceMs: number): Promise<Database> => {
    const database = `d${++made}`
    await server.query(`CREATE DATABASE ${database}`)
    return connect({ ...server, ...POOL, database, line: { ...POOL.line, patienceMs } })
  }

  test('a wrong password is refused without being told to anybody', () =>
    withDatabase({ password: 'not the secret' }, async (database) => {
      const error = await database.ping().catch((reason) => reason)
      assert.is(error.code, 'SQL_LOGIN')
      assert.not.match(JSON.stringify([error, error.stack, error.cause ?? '']), /not the secret/)
    }))

  test('a server that nobody reaches is not waited for', () =>
    withDatabase({ host: '127.0.0.1', port: 9 }, async (database) => {
      const error = await database.ping().catch((reason) => reason)
      assert.is(error.code, 'SQL_UNAVAILABLE')
      assert.is(error.retryable, true)
    }))

  test('a connection lost at work may have worked; the next one is made when the server is back', async () => {
    const own = await start()
    await withDatabase(own, async (database) => {
      await database.ping()
      const transaction = await database.begin(plainly)
      const lost = code(rows(database, slow))
      while ((await own.query(running)).length === 0);
      own.kill()
      assert.is(await lost, 'SQL_LOST')
      assert.is(await code(rows(transaction, 'SELECT 1')), 'SQL_LOST')
      assert.ok(transaction.isOver)
      assert.is(await code(rows(database, 'SELECT 1')), 'SQL_UNAVAILABLE')
      assert.is(database.stats().inUse, 0)
    })
    await own.stop()
  })

  return { withDatabase, makeDatabase }
}
