// A store in a table of a database: a row for each key, its value as JSON (json-value.ts), so that other programs can read both.
//
// A key is no other key, whatever the column takes for equal (in MySQL "a" and "a ", and with some collations "A").
// A row has no version: what is written on a condition is refused. When it expires stands there in UTC: as a timestamp, in a column of whole
// numbers as milliseconds since 1970, and in SQLite as text, which compares as times do whatever the column is.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import type { Database, DatabaseType } from '../sql/database.ts'
import type { Value } from '../sql/value.ts'
import { repeat } from '../store/repeat.ts'
import { type ListOptions, type Page, type PutOptions, type Store, type Stored, storeFailed, valueTooLarge } from '../store/store.ts'
import { jsonOf, payloadOf } from './json-value.ts'

export type SqlStoreOptions = {
  /** Does something with the database, as its entry is at that moment. */
  readonly withDatabase: <R>(work: (database: Database) => Promise<R>) => Promise<R>
  readonly clock: Clock
  /** Names that are safe in SQL. */
  readonly table: string
  readonly columns: { readonly key: string; readonly value: string; readonly expires: string }
  readonly maxValue: number // bytes
  /** 0: expired rows stay. */
  readonly cleanupMs: number
}

/** What databases say differently. */
type Dialect = {
  readonly name: (name: string) => string
  /** A key, to be compared letter by letter. */
  readonly ordered: (key: string) => string
  /** What stands behind the row that is inserted, when there is one of that key. */
  readonly over: (key: string) => string
  readonly given: (column: string) => string
  /** Of a text that is a parameter. */
  readonly length: string
  /** The type of a column, by its table and its name; in SQLite that says little. */
  readonly columnType: string | null
  readonly time: (iso: string) => string
}

const onConflict = {
  name: (name: string) => name,
  over: (key: string) => `ON CONFLICT (${key}) DO UPDATE SET`,
  given: (column: string) => `excluded.${column}`,
  length: 'length(CAST(? AS TEXT))',
  time: (iso: string) => `${iso}+00:00`,
}
const dialects: Readonly<Record<DatabaseType, Dialect>> = {
  sqlite: { ...onConflict, ordered: (key) => key, columnType: null },
  postgres: {
    ...onConflict,
    ordered: (key) => `${key} COLLATE "C"`,
    columnType: 'SELECT format_type(atttypid, NULL) AS type FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = lower(?)',
  },
  mysql: {
    name: (name) => `\`${name.replace('.', '`.`')}\``,
    ordered: (key) => `CAST(${key} AS BINARY)`,
    over: () => 'ON DUPLICATE KEY UPDATE',
    given: (column) => `VALUES(${column})`,
    length: 'char_length(?)',
    columnType: `SELECT data_type AS type FROM information_schema.columns WHERE table_name = substring_index(?, '.', -1) AND column_name = ?
      AND (table_schema = database() OR table_schema IS NULL)`,
    time: (iso) => iso,
  },
}

type Row = Readonly<Record<string, Value>>

const UNVERSIONED = '0'

const unversioned = (): WippyError => {
  const hint = 'Look at conditional_put of info(); stores in memory, of LMDB and of Redis can.'
  return new WippyError('STORE_UNVERSIONED', Kind.Invalid, 'a store in SQL does not write on conditions', { retryable: false, hint })
}

const textOf = (value: Value | undefined): string => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value))

export class SqlStore implements Store {
  readonly info = { backend: 'sql', consistency: 'local', durable: true, versioned: false } as const
  readonly #options: SqlStoreOptions
  readonly #closing = new AbortController()
  readonly #stop: () => void
  readonly #counting = new WeakMap<Database, boolean>() // whether expiries are whole numbers there

  constructor(options: SqlStoreOptions) {
    this.#options = options
    this.#stop = options.cleanupMs > 0 ? repeat(options.clock, options.cleanupMs, () => this.#sweep()) : () => {}
  }

  async ping(): Promise<void> {
    await this.#with((database) => database.ping())
  }

  async get(key: string): Promise<Stored | undefined> {
    return this.#with(async (database) => {
      const { table, columns, alive, isKey } = this.#names(database)
      const sql = `SELECT ${columns.value} AS v FROM ${table} WHERE ${isKey} AND ${alive}`
      const [row] = await this.#rows(database, sql, [key, key, await this.#time(database, 0)])
      return row && this.#stored(key, row)
    })
  }

  async put(key: string, value: Uint8Array, { ttlMs, onlyIfAbsent, ifVersion }: PutOptions): Promise<Stored> {
    if (onlyIfAbsent || ifVersion !== null) throw unversioned()
    const { maxValue } = this.#options
    const bytes = Buffer.from(jsonOf(value))
    if (bytes.length > maxValue) throw valueTooLarge(`a value of ${bytes.length} bytes is too large: the store takes ${maxValue}`)
    await this.#with(async (database) => {
      if (database.type === 'mysql' && key.endsWith(' ')) throw storeFailed('in MySQL no key of a store ends with a space')
      const { table, columns, dialect } = this.#names(database)
      const names = [columns.key, columns.value, columns.expires]
      const sets = names.slice(1).map((name) => `${name} = ${dialect.given(name)}`)
      const sql = `INSERT INTO ${table} (${names.join(', ')}) VALUES (?, ?, ?) ${dialect.over(columns.key)} ${sets.join(', ')}`
      return this.#change(database, sql, [key, bytes, ttlMs > 0 ? await this.#time(database, ttlMs) : null])
    })
    return { key, value, version: UNVERSIONED }
  }

  async delete(key: string): Promise<boolean> {
    return this.#with(async (database) => {
      const { table, alive, isKey } = this.#names(database)
      const sql = `DELETE FROM ${table} WHERE ${isKey} AND ${alive}`
      return (await this.#change(database, sql, [key, key, await this.#time(database, 0)])) > 0
    })
  }

  /** Looks at the sizes first, so that no more is read than a page takes. */
  async list({ prefix, after, limit, bytes }: ListOptions): Promise<Page> {
    return this.#with(async (database) => {
      const { table, columns, alive, dialect } = this.#names(database)
      const key = dialect.ordered(columns.key)
      const now = await this.#time(database, 0)
      const starts = `${dialect.ordered(`substr(${columns.key}, 1, ${dialect.length})`)} = ?`
      const sizes = `SELECT ${columns.key} AS k, octet_length(${columns.value}) AS size FROM ${table}
        WHERE ${key} > ? AND ${key} >= ? AND ${starts} AND ${alive} ORDER BY ${key} LIMIT ${limit + 1}`
      const found = await this.#rows(database, sizes, [after, prefix, prefix, prefix, now])
      const keys: string[] = []
      for (let taken = 0; keys.length < Math.min(limit, found.length) && (taken < bytes || keys.length === 0); ) {
        const row = found[keys.length]!
        keys.push(textOf(row.k))
        taken += Number(row.size)
      }
      if (keys.length === 0) return { items: [], hasMore: false }
      const values = `SELECT ${columns.key} AS k, ${columns.value} AS v FROM ${table}
        WHERE ${columns.key} IN (${keys.map(() => '?').join(', ')}) AND ${alive} ORDER BY ${key}`
      const rows = await this.#rows(database, values, [...keys, now])
      return { items: rows.map((row) => this.#stored(textOf(row.k), row)), hasMore: keys.length < found.length }
    })
  }

  async close(): Promise<void> {
    this.#stop()
    this.#closing.abort()
  }

  async #sweep(): Promise<void> {
    await this.#with(async (database) => {
      const { table, columns } = this.#names(database)
      return this.#change(database, `DELETE FROM ${table} WHERE ${columns.expires} <= ?`, [await this.#time(database, 0)])
    })
  }

  /** The names as they stand in SQL, and which rows have not expired. */
  #names({ type }: Database) {
    const dialect = dialects[type]
    const { table, columns } = this.#options
    const [key, value, expires] = [columns.key, columns.value, columns.expires].map(dialect.name) as [string, string, string]
    const alive = `(${expires} IS NULL OR ${expires} > ?)`
    const isKey = `${key} = ? AND ${dialect.ordered(key)} = ?` // the index finds it, then letter by letter
    return { dialect, table: dialect.name(table), columns: { key, value, expires }, alive, isKey }
  }

  #with<R>(work: (database: Database) => Promise<R>): Promise<R> {
    return this.#options.withDatabase(work)
  }

  #stored(key: string, { v }: Row): Stored {
    try {
      return { key, value: payloadOf(textOf(v)), version: UNVERSIONED }
    } catch {
      throw storeFailed(`what stands under "${key}" is no JSON that could be read`)
    }
  }

  /** The moment so many milliseconds from now, as the column has it. */
  async #time(database: Database, fromNowMs: number): Promise<Value> {
    const at = this.#options.clock.nowMs() + fromNowMs
    if (await this.#countsMs(database)) return BigInt(Math.round(at))
    return dialects[database.type].time(new Date(at).toISOString().replace('T', ' ').replace('Z', ''))
  }

  /** Whether the column of expiries is one of whole numbers. */
  async #countsMs(database: Database): Promise<boolean> {
    const { columnType } = dialects[database.type]
    const known = columnType === null ? false : this.#counting.get(database)
    if (columnType === null || known !== undefined) return known ?? false
    const { table, columns } = this.#options
    const [row] = await this.#rows(database, columnType, [table, columns.expires])
    const counts = row !== undefined && textOf(row.type) === 'bigint'
    if (row) this.#counting.set(database, counts)
    return counts
  }

  async #rows(database: Database, sql: string, values: readonly Value[]): Promise<readonly Row[]> {
    return decodeAll(await database.query(this.#work(database, sql, values)))[0] as readonly Row[]
  }

  /** How many rows. */
  async #change(database: Database, sql: string, values: readonly Value[]): Promise<number> {
    return Number((await database.execute(this.#work(database, sql, values))).rowsAffected)
  }

  #work({ type }: Database, sql: string, values: readonly Value[]) {
    let count = 0
    const text = type === 'postgres' ? sql.replaceAll('?', () => `$${++count}`) : sql
    return { sql: text, values, signal: this.#closing.signal }
  }
}
