// The thread of one SQLite database: asks in, answers out, one after another.

import { parentPort, workerData } from 'node:worker_threads'
import type { Executed } from './database.ts'
import { badStatement, ended } from './fault.ts'
import { SqliteConnection, type SqliteOptions } from './sqlite-connection.ts'
import { sqliteFault } from './sqlite-fault.ts'
import type { Value } from './value.ts'

export type SqliteAsk = {
  readonly id: number
  readonly verb: 'query' | 'execute' | 'check' | 'run'
  readonly sql: string
  readonly values: readonly Value[]
  /** Belongs to the transaction that was begun. */
  readonly isInTransaction: boolean
}

/** An error as it crosses threads. */
export type SqliteFault = { readonly code: string; readonly kind: string; readonly message: string; readonly hint: string | undefined } & {
  readonly retryable: boolean | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
}

export type SqliteAnswer = {
  /** 0: whether the database could be opened. */
  readonly id: number
  readonly rows?: Uint8Array
  readonly executed?: Executed
  readonly fault?: SqliteFault
}

const port = parentPort!

const faultOf = (error: unknown): SqliteFault => {
  const { code, kind, message, hint, retryable, details } = sqliteFault(error)
  return { code, kind, message, hint, retryable, details }
}

const perform = (connection: SqliteConnection, { id, verb, sql, values }: SqliteAsk): SqliteAnswer => {
  if (verb === 'query') return { id, rows: connection.query(sql, values) }
  if (verb === 'execute') return { id, executed: connection.execute(sql, values) }
  connection[verb](sql)
  return { id }
}

/** SQLite ends a transaction by itself when its disk is full, and begins one for who writes BEGIN: neither may go unnoticed. */
const performWithin = (connection: SqliteConnection, ask: SqliteAsk): SqliteAnswer => {
  if (ask.verb === 'run') return perform(connection, ask)
  if (ask.isInTransaction && !connection.isInTransaction) throw ended('the transaction has been rolled back')
  try {
    return perform(connection, ask)
  } finally {
    if (!ask.isInTransaction && connection.isInTransaction) {
      connection.run('ROLLBACK')
      // biome-ignore lint/correctness/noUnsafeFinally: what was done is undone, whatever it said
      throw badStatement('a transaction was begun by a statement, and rolled back: begin it with db:begin()')
    }
  }
}

const serve = (connection: SqliteConnection): void => {
  port.on('message', (ask: SqliteAsk | null) => {
    if (ask === null) {
      connection.close()
      port.close()
      return
    }
    try {
      const answer = performWithin(connection, ask)
      port.postMessage(answer, answer.rows ? [answer.rows.buffer as ArrayBuffer] : [])
    } catch (error) {
      port.postMessage({ id: ask.id, fault: faultOf(error) } satisfies SqliteAnswer)
    }
  })
}

try {
  serve(new SqliteConnection(workerData as SqliteOptions))
  port.postMessage({ id: 0 } satisfies SqliteAnswer)
} catch (error) {
  port.postMessage({ id: 0, fault: faultOf(error) } satisfies SqliteAnswer)
}
