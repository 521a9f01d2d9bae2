// From `db.sql.*` entries to databases: what their fields mean.
//
//   pool:   { max_open: 10, max_idle_time: 30s, max_lifetime: 1h, queue: 1000, wait_timeout: 30s }
//   limits: { rows: 100000, result: 8MiB }
//   connect_timeout: 10s, statement_timeout: none, drain_timeout: 30s

import { readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { Entry } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Database, ResultLimits } from '../sql/database.ts'
import type { ServerOptions } from '../sql/pooled.ts'
import type { Opening } from './connections.ts'
import { EntrySettings } from './settings.ts'

export const DATABASE_KINDS = ['db.sql.sqlite', 'db.sql.postgres', 'db.sql.mysql'] as const

export type DatabaseSurroundings = {
  /** Absolute directory that paths of files start from. */
  readonly root: string
  readonly clock: Clock
}

const MOST_CONNECTIONS = 1000
const POOL = { open: 10, idleMs: 30_000, lifetimeMs: 3_600_000, waiting: 1000, patienceMs: 30_000 } as const
const RESULT: ResultLimits = { rows: 100_000, bytes: 8 * 1024 ** 2 }
const CONNECT_MS = 10_000
const DRAIN_MS = 30_000
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|\/.*)$/

/** What every database has. */
const common = (settings: EntrySettings) => {
  const pool = settings.group('pool')
  const limits = settings.group('limits')
  return {
    pool,
    drainMs: settings.time('drain_timeout', DRAIN_MS),
    statementMs: settings.time('statement_timeout', 0),
    limits: { rows: limits.count('rows', RESULT.rows), bytes: limits.bytes('result', RESULT.bytes) },
    line: { waiting: pool.count('queue', POOL.waiting), patienceMs: pool.time('wait_timeout', POOL.patienceMs) },
  }
}

const fileOf = (settings: EntrySettings, root: string): string => {
  const written = settings.text('file', ':memory:')
  return written === ':memory:' ? written : settings.place('file', written, { root, from: root })
}

/** A file that cannot be opened, said of the entry that names it. */
const unopened = (entry: Entry, file: string, error: unknown): unknown => {
  if (!(error instanceof WippyError) || file === ':memory:') return error
  const message = `"${entry.id}": ${file} cannot be opened: ${error.message}`
  return blame(entry, 'data.file', {
    code: error.code,
    kind: error.kind,
    message,
    hint: 'See that its directory is there and may be written to.',
  })
}

const sqlite = (entry: Entry, settings: EntrySettings, { root, clock }: DatabaseSurroundings): Omit<Opening<Database>, 'identity'> => {
  const { drainMs, statementMs, limits, line } = common(settings)
  const options = { file: fileOf(settings, root), foreignKeys: settings.group('options').flag('foreign_keys', false), limits }
  return {
    drainMs,
    open: async () => {
      const { openSqlite } = await import('../sql/sqlite.ts')
      return openSqlite({ ...options, clock, line, statementMs }).catch((error) => {
        throw unopened(entry, options.file, error)
      })
    },
  }
}

/** How the connection is secured, in the words of PostgreSQL's own clients. */
const sslOf = (settings: EntrySettings, options: EntrySettings, host: string): ServerOptions['ssl'] => {
  const mode = options.text('sslmode', LOOPBACK.test(host) ? 'disable' : 'require')
  const file = options.text('sslrootcert', '')
  if (mode === 'disable') return false
  if (mode === 'require' && file === '') return { rejectUnauthorized: false }
  if (!['require', 'verify-ca', 'verify-full'].includes(mode)) {
    throw options.refuse('sslmode', 'is not disable, require, verify-ca or verify-full')
  }
  if (file === '') return { rejectUnauthorized: true }
  try {
    return { rejectUnauthorized: true, ca: readFileSync(file, 'utf8') }
  } catch {
    throw settings.refuse('options', 'names a file under sslrootcert that cannot be read')
  }
}

const OURS = ['sslmode', 'sslrootcert', 'application_name', 'connect_timeout', 'statement_timeout']

/** Settings of the server itself: every option that is none of the client's. */
const sessionOf = (options: EntrySettings, ofClient: readonly string[]): Record<string, string> => {
  const names = options.keys().filter((name) => !ofClient.includes(name))
  for (const name of names) if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) throw options.refuse(name, 'is no setting of a database')
  return Object.fromEntries(names.map((name) => [name, options.text(name)]))
}

/** Where a server is, and who logs in. */
const loginIn = (settings: EntrySettings, usualPort: number) => ({
  host: settings.text('host'),
  port: settings.count('port', usualPort, 65_535),
  database: settings.text('database'),
  username: settings.text('username'),
  password: settings.text('password', ''),
})

const addressIn = (settings: EntrySettings) => {
  const login = loginIn(settings, 5432)
  return { ...login, ssl: sslOf(settings, settings.group('options'), login.host) }
}

/** How connections to a server are kept. */
const keptAs = ({ pool, line }: Pick<ReturnType<typeof common>, 'pool' | 'line'>) => ({
  idleMs: pool.time('max_idle_time', POOL.idleMs),
  lifetimeMs: pool.time('max_lifetime', POOL.lifetimeMs),
  line: { places: pool.count('max_open', POOL.open, MOST_CONNECTIONS), ...line },
})

/** Where the database of a `db.sql.postgres` entry is. Throws ENTRY_FIELD, and as `interpolate`. */
export const postgresAddressOf = (entry: Entry, lookup: Lookup): ReturnType<typeof addressIn> =>
  addressIn(new EntrySettings(entry, interpolate(entry, lookup)))

const postgres = (_: Entry, settings: EntrySettings, { clock }: DatabaseSurroundings): Omit<Opening<Database>, 'identity'> => {
  const { drainMs, statementMs, limits, ...kept } = common(settings)
  const options = settings.group('options')
  const described = {
    ...addressIn(settings),
    settings: sessionOf(options, OURS),
    applicationName: options.text('application_name', 'wippy'),
    connectMs: settings.time('connect_timeout', options.count('connect_timeout', CONNECT_MS / 1000) * 1000),
    ...keptAs(kept),
    statementMs: statementMs || options.count('statement_timeout', 0),
    limits,
    clock,
  }
  return {
    drainMs,
    open: async () => new (await import('../sql/postgres.ts')).PostgresDatabase(described),
    check: (database) => database.ping(),
  }
}

/** How the connection is secured, in the words of the driver that upstream apps were written for. */
const mysqlSslOf = (options: EntrySettings, host: string): ServerOptions['ssl'] => {
  const mode = options.text('tls', LOOPBACK.test(host) ? 'false' : 'skip-verify')
  if (mode === 'false') return false
  if (mode === 'true') return { rejectUnauthorized: true }
  if (mode === 'skip-verify') return { rejectUnauthorized: false }
  throw options.refuse('tls', 'is not false, skip-verify or true')
}

/** Options of the client that upstream apps were written for, which say here what is so anyway. */
const OF_CLIENT = [
  'tls',
  'charset',
  'collation',
  'parseTime',
  'loc',
  'timeout',
  'readTimeout',
  'writeTimeout',
  'multiStatements',
  'interpolateParams',
  'allowNativePasswords',
]

const mysql = (_: Entry, settings: EntrySettings, { clock }: DatabaseSurroundings): Omit<Opening<Database>, 'identity'> => {
  const { drainMs, statementMs, limits, ...kept } = common(settings)
  const options = settings.group('options')
  const login = loginIn(settings, 3306)
  const described: ServerOptions = {
    ...login,
    ssl: mysqlSslOf(options, login.host),
    settings: sessionOf(options, OF_CLIENT),
    connectMs: settings.time('connect_timeout', options.time('timeout', CONNECT_MS)),
    ...keptAs(kept),
    statementMs,
    limits,
    clock,
  }
  return {
    drainMs,
    open: async () => new (await import('../sql/mysql.ts')).MysqlDatabase(described),
    check: (database) => database.ping(),
  }
}

const byKind: Readonly<Record<string, (...of: Parameters<typeof sqlite>) => Omit<Opening<Database>, 'identity'>>> = {
  'db.sql.sqlite': sqlite,
  'db.sql.postgres': postgres,
  'db.sql.mysql': mysql,
}

/** What an entry of DATABASE_KINDS describes. Throws ENTRY_FIELD, and as `interpolate`. */
export const describeDatabase = (entry: Entry, lookup: Lookup, surroundings: DatabaseSurroundings): Opening<Database> => {
  const data = interpolate(entry, lookup)
  const settings = new EntrySettings(entry, data)
  return { identity: JSON.stringify([entry.kind, data]), ...byKind[entry.kind]!(entry, settings, surroundings) }
}
