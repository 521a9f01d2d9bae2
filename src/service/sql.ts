// The host half of `sql`: statements to the database an entry names, transactions held for the processes that began them.
//
//   S1 A process sees its own transactions only; when it ends they are rolled back, and what it waits for is given up.
//   S2 The target of every operation is the id of the entry, so that one permission (db.get) covers what is done with it.

import { Kind, WippyError } from '../error.ts'
import { type Database, type Executed, type Executor, ISOLATION, type Isolation, type Transaction } from '../sql/database.ts'
import { readValues } from '../sql/value.ts'
import type { Connections } from './connections.ts'
import type { Call, Caller, Operation, Service } from './service.ts'

const MAX_TRANSACTIONS = 32 // open ones of one process
const MAX_TEXT = 1_048_576 // characters of a statement

type Open = { readonly id: string; readonly transaction: Transaction; readonly leave: () => void }

/** What one process has under way. */
class Session {
  readonly signal: AbortSignal
  readonly transactions = new Map<number, Open>()
  readonly #controller = new AbortController()
  #next = 1

  constructor(caller: Caller) {
    this.signal = this.#controller.signal
    caller.onEnd(() => this.#end())
  }

  /** Of a process that has ended meanwhile a transaction is over: its signal has rolled it back. */
  add(open: Open): number {
    const number = this.#next++
    if (this.signal.aborted) open.leave()
    else this.transactions.set(number, open)
    return number
  }

  /** Throws SQL_ENDED. */
  need(number: unknown, id: string): Open {
    const open = this.transactions.get(number as number)
    if (open?.id === id) return open
    throw new WippyError('SQL_ENDED', Kind.Invalid, 'transaction is not active', { retryable: false })
  }

  /** Forgets a transaction that is over. */
  settle(number: number): void {
    const open = this.transactions.get(number)
    if (!open?.transaction.isOver) return
    this.transactions.delete(number)
    open.leave()
  }

  #end(): void {
    this.#controller.abort()
    for (const { leave } of this.transactions.values()) leave()
    this.transactions.clear()
  }
}

const invalid = (message: string): WippyError => new WippyError('SQL_ARGUMENT', Kind.Invalid, message, { retryable: false })

const textOf = (value: unknown): string => {
  if (typeof value !== 'string') throw invalid('a statement is text, in UTF-8')
  if (value.length > MAX_TEXT) throw invalid(`a statement has at most ${MAX_TEXT} characters`)
  return value
}

const isolationOf = (value: unknown): Isolation => {
  if (ISOLATION.includes(value as Isolation)) return value as Isolation
  throw invalid(`invalid isolation level: ${String(value)}`)
}

const toLua = ({ lastInsertId, rowsAffected }: Executed): readonly unknown[] => [
  { last_insert_id: lastInsertId, rows_affected: rowsAffected },
]

export const sqlService = (databases: Connections<Database>): Service => {
  const sessions = new WeakMap<Caller, Session>()

  const sessionOf = (caller: Caller): Session => {
    let session = sessions.get(caller)
    if (session === undefined) {
      session = new Session(caller)
      sessions.set(caller, session)
    }
    return session
  }

  /** Does something in a transaction of the process, or in none: then with the database as it is now. */
  const inside = async <T>({ caller, target, args }: Call, work: (on: Executor, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const [number] = args
    const session = sessionOf(caller)
    if (number === 0) return databases.with(target, (database) => work(database, session.signal))
    try {
      return await work(session.need(number, target).transaction, session.signal)
    } finally {
      session.settle(number as number)
    }
  }

  const workOf = ({ args: [, sql, letters, values] }: Call, signal: AbortSignal) => ({
    sql: textOf(sql),
    values: readValues(letters, values),
    signal,
  })

  const query: Operation = async (call) => ({ ok: true, values: await inside(call, (on, signal) => on.query(workOf(call, signal))) })
  const execute: Operation = async (call) => toLua(await inside(call, (on, signal) => on.execute(workOf(call, signal))))
  const prepare: Operation = async (call) => {
    await inside(call, (on, signal) => on.check({ sql: textOf(call.args[1]), signal }))
    return [true]
  }

  const begin: Operation = async ({ caller, target, args: [isolation, readOnly] }) => {
    const session = sessionOf(caller)
    if (session.transactions.size >= MAX_TRANSACTIONS) {
      const hint = 'Commit or roll back transactions that are done.'
      throw new WippyError('SQL_TOO_MANY', Kind.RateLimited, `more than ${MAX_TRANSACTIONS} open transactions`, { hint })
    }
    const { connection, leave } = databases.use(target)
    try {
      const options = { isolation: isolationOf(isolation), readOnly: readOnly === true, signal: session.signal }
      return [session.add({ id: target, transaction: await connection.begin(options), leave })]
    } catch (error) {
      leave()
      throw error
    }
  }

  const ending =
    (verb: 'commit' | 'rollback'): Operation =>
    async ({ caller, target, args: [number] }) => {
      const session = sessionOf(caller)
      try {
        await session.need(number, target).transaction[verb]()
      } finally {
        session.settle(number as number)
      }
      return [true]
    }

  const stats: Operation = ({ target }) =>
    databases.with(target, (database) => {
      const { maxOpen, open, inUse, waited, waitedMs } = database.stats()
      const counted = { max_open_connections: maxOpen, open_connections: open, in_use: inUse, idle: Math.max(0, open - inUse) }
      const closed = { max_idle_closed: 0, max_idle_time_closed: 0, max_lifetime_closed: 0 }
      return [{ ...counted, ...closed, wait_count: waited, wait_duration: Math.round(waitedMs * 1e6) }]
    })

  return {
    name: 'sql',
    operations: {
      'db.get': ({ target }) => databases.with(target, (database) => [database.type]),
      'sql.query': query,
      'sql.execute': execute,
      'sql.prepare': prepare,
      'sql.begin': begin,
      'sql.commit': ending('commit'),
      'sql.rollback': ending('rollback'),
      'sql.stats': stats,
    },
  }
}
