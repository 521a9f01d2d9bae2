// One connection to an SQLite database. It blocks whoever calls it; sqlite.ts keeps it on a thread of its own.
//
//   Q1 No other file than its own can be reached through it: ATTACH, and what attaches by itself, is refused.
//   Q2 Integers stay 64-bit integers, reals stay floats.
//   Q3 One extension can be loaded: sqlite-vec, for statements about vectors, when the first one comes. No statement loads another.

import { createRequire } from 'node:module'
import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Executed, ResultLimits } from './database.ts'
import { badStatement } from './fault.ts'
import { parametersOf } from './parameters.ts'
import { RowWriter } from './rows.ts'
import { timestampOf, timestampOfCount } from './timestamp.ts'
import type { Value } from './value.ts'

export type SqliteOptions = {
  /** A path, or `:memory:`. */
  readonly file: string
  readonly foreignKeys: boolean
  readonly limits: ResultLimits
}

const KEPT = 200 // statements
const BUSY_MS = 5000 // how long another process may be in the way

const { SQLITE_OK, SQLITE_DENY, SQLITE_ATTACH, SQLITE_PRAGMA } = constants

const authorize = (action: number, argument: string | null): number => {
  if (action === SQLITE_ATTACH && argument !== '') return SQLITE_DENY // VACUUM attaches a nameless one
  if (action === SQLITE_PRAGMA && /^(?:temp_store|data_store)_directory$/i.test(argument ?? '')) return SQLITE_DENY
  return SQLITE_OK
}

/** What SQLite says of a statement that needs sqlite-vec. */
const NEEDS_VECTORS = /^no such (?:module: vec0$|function: vec_)/

/** One statement of a text, ready to run. */
type Prepared = { readonly statement: StatementSync; readonly parameters: readonly (string | null)[] }
type Bindable = Exclude<Value, boolean>

const bindable = (value: Value): Bindable => (typeof value === 'boolean' ? (value ? 1n : 0n) : value)

type Convert = (value: Value) => Value
const same: Convert = (value) => value
const toBoolean: Convert = (value) => (typeof value === 'bigint' ? value > 0n : value)
const toTimestamp: Convert = (value) =>
  typeof value === 'string' ? timestampOf(value) : typeof value === 'bigint' ? timestampOfCount(value) : value

/** What the declared type of a column makes of its values. */
const converters: Readonly<Record<string, Convert>> = {
  boolean: toBoolean,
  timestamp: toTimestamp,
  datetime: toTimestamp,
  date: toTimestamp,
}

export class SqliteConnection {
  readonly #database: DatabaseSync
  readonly #limits: ResultLimits
  readonly #prepared = new Map<string, Prepared>()
  #hasVectors = false

  constructor({ file, foreignKeys, limits }: SqliteOptions) {
    this.#limits = limits
    this.#database = new DatabaseSync(file, {
      enableForeignKeyConstraints: foreignKeys,
      enableDoubleQuotedStringLiterals: true, // as SQLite has it
      timeout: BUSY_MS,
      allowExtension: true,
    })
    this.#database.enableLoadExtension(false)
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    this.#database.setAuthorizer(authorize)
  }

  query(sql: string, values: readonly Value[]): Uint8Array {
    const prepared = this.#prepare(sql)
    this.#single(sql, prepared)
    const writer = new RowWriter(this.#limits)
    let convert: readonly Convert[] | null = null
    for (const row of prepared.statement.iterate(...bindingsOf(prepared, values)) as unknown as Iterable<Value[]>) {
      if (convert === null) {
        const columns = prepared.statement.columns() // known for sure once a row is there: the schema may have changed since it was prepared
        convert = columns.map(({ type }) => converters[type?.toLowerCase() ?? ''] ?? same)
        writer.begin(columns.map(({ name }) => name))
      }
      const by = convert
      if (!writer.add(row.map((value, at) => by[at]!(value)))) break
    }
    return writer.finish()
  }

  execute(sql: string, values: readonly Value[]): Executed {
    const first = this.#prepare(sql)
    let rest = sql.slice(first.statement.sourceSQL.length)
    let { changes, lastInsertRowid } = this.#run(first, values)
    while (hasStatement(rest)) {
      if (values.length > 0) throw badStatement('several statements cannot share parameters: execute them one by one')
      const next = this.#compile(rest)
      rest = rest.slice(next.statement.sourceSQL.length)
      ;({ changes, lastInsertRowid } = this.#run(next, []))
    }
    return { lastInsertId: lastInsertRowid, rowsAffected: changes }
  }

  check(sql: string): void {
    this.#single(sql, this.#prepare(sql))
  }

  /** Statements of our own. */
  run(sql: string): void {
    this.#database.exec(sql)
  }

  get isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  close(): void {
    this.#database.close()
  }

  #run(prepared: Prepared, values: readonly Value[]) {
    return this.#withVectors(() => prepared.statement.run(...bindingsOf(prepared, values))) // a virtual table finds its module when it is made
  }

  #single(sql: string, { statement }: Prepared): void {
    if (hasStatement(sql.slice(statement.sourceSQL.length))) throw badStatement('one statement was expected, there are several')
  }

  /** The first statement of a text; those used last are kept. */
  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) this.#prepared.delete(sql)
    const prepared = known ?? this.#compile(sql)
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > KEPT) this.#prepared.delete(this.#prepared.keys().next().value!)
    return prepared
  }

  #compile(sql: string): Prepared {
    if (!hasStatement(sql)) throw badStatement('the statement is empty')
    const statement = this.#withVectors(() => this.#database.prepare(sql))
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    return { statement, parameters: parametersOf(statement.sourceSQL) }
  }

  /** Does `act`, again with sqlite-vec when that is all it lacks. */
  #withVectors<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      if (this.#hasVectors || !NEEDS_VECTORS.test((error as Error).message) || !this.#loadVectors()) throw error
      return act()
    }
  }

  /** False where sqlite-vec is not made for this machine. */
  #loadVectors(): boolean {
    let file: string
    try {
      file = createRequire(import.meta.url)('sqlite-vec').getLoadablePath()
    } catch {
      return false
    }
    this.#database.enableLoadExtension(true)
    try {
      this.#database.loadExtension(file)
    } finally {
      this.#database.enableLoadExtension(false)
    }
    this.#hasVectors = true
    return true
  }
}

/** Whether there is more than blanks, semicolons and comments. */
const hasStatement = (sql: string): boolean => /\S/.test(sql.replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;/g, ''))

/** Values in their places, as node:sqlite takes them: those with a name in a map, the others in order. */
const bindingsOf = ({ parameters }: Prepared, values: readonly Value[]): [Record<string, Bindable>, ...Bindable[]] => {
  if (parameters.length !== values.length) {
    throw badStatement(`the statement has ${parameters.length} parameters, ${values.length} were given`)
  }
  const named: Record<string, Bindable> = Object.create(null)
  const others: Bindable[] = []
  for (const [at, name] of parameters.entries()) {
    if (name === null) others.push(bindable(values[at]!))
    else named[name] = bindable(values[at]!)
  }
  return [named, ...others]
}
