// From `store.*` entries to stores: what their fields mean.
//
//   store.memory   max_size: 10000, max_bytes: 64MiB, cleanup_interval: 5m
//   store.lmdb     path (its own folder below .wippy/store when not given), max_size: 1000000, max_value: 1MiB, cleanup_interval: 5m
//   store.sql      database, table_name, id_column_name: key, payload_column_name: value, expire_column_name: expires_at, max_value: 1MiB,
//                  cleanup_interval: 5m
//   store.redis    host, port, database, username, password, tls, prefix (the id of the entry), connect_timeout: 10s, timeout: 5s, queue: 10000

import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { type Entry, resolveId } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Database } from '../sql/database.ts'
import type { Folders } from '../store/folders.ts'
import type { Store } from '../store/store.ts'
import type { Connections, Opening } from './connections.ts'
import { DATABASE_KINDS } from './databases.ts'
import { EntrySettings } from './settings.ts'

export const STORE_KINDS = ['store.memory', 'store.lmdb', 'store.redis', 'store.sql'] as const

export type StoreSurroundings = {
  /** Absolute directory of the app. */
  readonly root: string
  readonly clock: Clock
  readonly folders: () => Promise<Folders>
  readonly databases: () => Promise<Connections<Database>>
  /** The kind of an entry as it will be. */
  readonly kindOf: (id: string) => string | undefined
}

type Described = Omit<Opening<Store>, 'identity' | 'drainMs'>
type Describe = (entry: Entry, settings: EntrySettings, surroundings: StoreSurroundings) => Described

const DRAIN_MS = 30_000
const CLEANUP_MS = 300_000
const MiB = 1024 ** 2

const memory: Describe = (_, settings, { clock }) => {
  const options = {
    clock,
    maxSize: settings.count('max_size', 10_000),
    maxBytes: settings.bytes('max_bytes', 64 * MiB),
    cleanupMs: settings.time('cleanup_interval', CLEANUP_MS),
  }
  return { open: async () => new (await import('../store/memory.ts')).MemoryStore(options) }
}

const lmdb: Describe = (entry, settings, { root, clock, folders }) => {
  const written = settings.text('path', join(root, '.wippy', 'store', `${entry.ns}.${entry.name}`))
  const path = settings.place('path', written, { root, from: root })
  const options = {
    clock,
    maxSize: settings.count('max_size', 1_000_000),
    maxValue: settings.bytes('max_value', MiB),
    cleanupMs: settings.time('cleanup_interval', CLEANUP_MS),
  }
  return {
    open: async () => {
      const { LmdbStore } = await import('../store/lmdb.ts')
      const { environment, release } = await (await folders()).open(path)
      try {
        return new LmdbStore(environment, release, options)
      } catch (error) {
        await release()
        throw error
      }
    },
  }
}

const redis: Describe = (entry, settings) => {
  const options = {
    host: settings.text('host'),
    port: settings.count('port', 6379, 65_535),
    database: settings.count('database', 0, 65_535),
    username: settings.text('username', ''),
    password: settings.text('password', ''),
    tls: settings.flag('tls', false),
    prefix: settings.text('prefix', `${entry.id}:`),
    connectMs: settings.time('connect_timeout', 10_000),
    commandMs: settings.time('timeout', 5000),
    queue: settings.count('queue', 10_000),
  }
  return { open: async () => new (await import('../store/redis.ts')).RedisStore(options), check: (store) => store.ping() }
}

/** A name that stands in SQL as it is; that of a table may have its schema in front. */
const nameIn = (settings: EntrySettings, field: string, fallback?: string): string => {
  const name = settings.text(field, fallback)
  if (/^[a-z_]\w*$/i.test(name) || (field === 'table_name' && /^[a-z_]\w*\.[a-z_]\w*$/i.test(name))) return name
  throw settings.refuse(field, 'is no name of letters, digits and _')
}

const sql: Describe = (entry, settings, { clock, databases, kindOf }) => {
  const database = resolveId(settings.text('database'), entry.ns)
  if (!(DATABASE_KINDS as readonly string[]).includes(kindOf(database) ?? ''))
    throw settings.refuse('database', `names "${database}", which is no database`, `Name a ${DATABASE_KINDS.join(', ')} entry.`)
  const options = {
    clock,
    table: nameIn(settings, 'table_name'),
    columns: {
      key: nameIn(settings, 'id_column_name', 'key'),
      value: nameIn(settings, 'payload_column_name', 'value'),
      expires: nameIn(settings, 'expire_column_name', 'expires_at'),
    },
    maxValue: settings.bytes('max_value', MiB),
    cleanupMs: settings.time('cleanup_interval', CLEANUP_MS),
  }
  // The table may be made later, by whoever migrates the database: there is nothing to check yet.
  return {
    open: async () => {
      const [{ SqlStore }, connections] = await Promise.all([import('./sql-store.ts'), databases()])
      return new SqlStore({ ...options, withDatabase: (work) => connections.with(database, work) })
    },
  }
}

const byKind: Readonly<Record<string, Describe>> = { 'store.memory': memory, 'store.lmdb': lmdb, 'store.redis': redis, 'store.sql': sql }

/** What an entry of STORE_KINDS describes. Throws ENTRY_FIELD, and as `interpolate`. */
export const describeStore = (entry: Entry, lookup: Lookup, surroundings: StoreSurroundings): Opening<Store> => {
  const data = interpolate(entry, lookup)
  const settings = new EntrySettings(entry, data)
  const described = byKind[entry.kind]!(entry, settings, surroundings)
  return { identity: JSON.stringify([entry.kind, data]), drainMs: settings.time('drain_timeout', DRAIN_MS), ...described }
}
