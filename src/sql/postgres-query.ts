// One statement on a connection of PostgreSQL: rows go into bytes as they arrive, so a result that is too large is never held.

import pg from 'pg'
import type { Executed } from './database.ts'
import { parameter, types } from './postgres-values.ts'
import type { RowWriter } from './rows.ts'
import type { Value } from './value.ts'

type Row = readonly Value[]
type Summary = { readonly command: string; readonly rowCount: number | null; readonly fields: readonly { readonly name: string }[] }

/** There, and not in its types. */
type Events = {
  on(event: 'row', hear: (row: Row, result: Summary) => void): void
  on(event: 'end', hear: (result: Summary | Summary[]) => void): void
  on(event: 'error', hear: (error: Error) => void): void
}

/** Where rows go. `full` is called once when there is no room for more; what still comes is dropped. */
export type Sink = { readonly writer: RowWriter; full?(): void }

/** Runs a statement, or several when there are no values. Resolves with what the last of them did. */
export const runQuery = (client: pg.ClientBase, sql: string, values: Row, sink: Sink | null): Promise<Summary> =>
  new Promise((resolve, reject) => {
    const query = new pg.Query({ text: sql, values: values.map(parameter), rowMode: 'array', types } as pg.QueryArrayConfig)
    let result: Summary | null = null
    const events = query as unknown as Events
    events.on('row', (row, of) => {
      if (sink === null) return
      if (result !== of) sink.writer.begin(of.fields.map(({ name }) => name))
      result = of
      if (!sink.writer.add(row)) sink.full?.()
    })
    events.on('error', reject)
    events.on('end', (results) => resolve(Array.isArray(results) ? results.at(-1)! : results))
    client.query(query as unknown as pg.Submittable)
  })

export const executedOf = ({ rowCount }: Summary): Executed => ({ lastInsertId: 0, rowsAffected: rowCount ?? 0 })

/** What of a connection `Parse` uses. */
type Wire = {
  parse(statement: { readonly name: string; readonly text: string }, more?: boolean): void
  describe(what: { readonly type: 'S'; readonly name: string }, more?: boolean): void
  sync(): void
}

/** Lets the server parse a statement without running it: pg calls these as its messages arrive. */
class Parse {
  readonly #sql: string
  readonly #done: (error: Error | null) => void

  constructor(sql: string, done: (error: Error | null) => void) {
    this.#sql = sql
    this.#done = done
  }

  submit(wire: Wire): void {
    wire.parse({ name: '', text: this.#sql })
    wire.describe({ type: 'S', name: '' })
    wire.sync()
  }

  handleError(error: Error): void {
    this.#done(error)
  }

  handleReadyForQuery(): void {
    this.#done(null)
  }

  handleRowDescription(): void {}
}

/** Rejects with what is wrong with a statement. */
export const checkQuery = (client: pg.ClientBase, sql: string): Promise<void> =>
  new Promise((resolve, reject) => {
    client.query(new Parse(sql, (error) => (error ? reject(error) : resolve())) as unknown as pg.Submittable)
  })
