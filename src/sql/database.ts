// A database as services see it: texts and values in, results as bytes that go to a process unread.
//
//   D1 A query that was taken is answered by the database that took it, whatever its entry says meanwhile.
//   D2 Who ends (its signal) waits for nothing any more; what it had begun in a transaction is rolled back.
//   D3 Everything that can grow is bounded: connections, who waits for one and how long, rows and bytes of a result.

import type { Value } from './value.ts'

/** One statement with its parameters. The signal is that of the process it is done for. */
export type Work = { readonly sql: string; readonly values: readonly Value[]; readonly signal: AbortSignal }

export type Executed = { readonly lastInsertId: bigint | number; readonly rowsAffected: bigint | number }

export type Executor = {
  /** The rows, each a map of column to value, as a payload: `[rows]`. Throws SQL_RESULT_TOO_LARGE and what databases throw (fault.ts). */
  query(work: Work): Promise<Uint8Array>
  /** Without values the text may be several statements. */
  execute(work: Work): Promise<Executed>
  /** Whether this is one statement that could be run; throws what is wrong with it. */
  check(work: Pick<Work, 'sql' | 'signal'>): Promise<void>
}

/** Statements of a transaction are done one after another, in the order they were asked for. Once it has ended they throw SQL_ENDED. */
export type Transaction = Executor & {
  readonly isOver: boolean
  commit(): Promise<void>
  rollback(): Promise<void>
}

export const ISOLATION = ['default', 'read_uncommitted', 'read_committed', 'write_committed', 'repeatable_read', 'serializable'] as const
export type Isolation = (typeof ISOLATION)[number]

export type TransactionOptions = { readonly isolation: Isolation; readonly readOnly: boolean; readonly signal: AbortSignal }

export type Stats = {
  readonly maxOpen: number
  readonly open: number
  readonly inUse: number
  readonly waited: number
  readonly waitedMs: number
}

export type DatabaseType = 'sqlite' | 'postgres' | 'mysql'

export type Database = Executor & {
  readonly type: DatabaseType
  /** Throws, as a query would, when it cannot be reached. */
  ping(): Promise<void>
  begin(options: TransactionOptions): Promise<Transaction>
  stats(): Stats
  /** Ends what still runs. */
  close(): Promise<void>
}

/** What one result may be. */
export type ResultLimits = { readonly rows: number; readonly bytes: number }
