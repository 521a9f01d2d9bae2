// One statement on a connection of PostgreSQL: rows go into bytes as they arrive, so a result that is too large is never held.

import pg from 'pg'
import type { Sink } from './pooled.ts'
import { parameter, types } from './postgres-values.ts'
import type { Value } from './value.ts'

type Row = readonly Value[]
type Summary = { readonly command: string; readonly rowCount: number | null; readonly fields: readonly { readonly name: string }[] }

/** There, and not in its types. */
type Events = {
  on(event: 'row', hear: (row: Row, result: Summary) => void): void
  on(event: 'end', hear: (result: Summary | Summary[]) => void): void
  on(event: 'error', hear: (error: Error) => void): void
}

const BYTEA = 17

/** Whether a text would be read as something else where bytes are expected. */
const isAmbiguous = (value: Value): boolean => typeof value === 'string' && value.includes('\\')

/** Values as they are meant: a text for a column of bytes is its bytes, and no notation for others. Only the server knows which are. */
const asMeant = async (client: pg.ClientBase, sql: string, values: Row): Promise<Row> => {
  if (!values.some(isAmbiguous)) return values
  const wanted = await parameterTypes(client, sql)
  return values.map((value, at) => (wanted[at] === BYTEA && typeof value === 'string' ? Buffer.from(value) : value))
}

/** Calls `act` once the server is ready for the next statement, or has hung up: only then is known in which transaction an error has left it. */
const whenReady = (client: pg.ClientBase, act: () => void): void => {
  const ready = (): void => {
    client.off('drain', ready)
    client.off('end', ready)
    act()
  }
  client.on('drain', ready)
  client.on('end', ready)
}

/** Runs a statement, or several when there are no values. Resolves with what the last of them did. */
export const runQuery = async (client: pg.ClientBase, sql: string, given: Row, sink: Sink | null): Promise<Summary> => {
  const values = await asMeant(client, sql, given)
  return new Promise((resolve, reject) => {
    const query = new pg.Query({ text: sql, values: values.map(parameter), rowMode: 'array', types } as pg.QueryArrayConfig)
    let result: Summary | null = null
    const events = query as unknown as Events
    events.on('row', (row, of) => {
      if (sink === null) return
      if (result !== of) sink.writer.begin(of.fields.map(({ name }) => name))
      result = of
      if (!sink.writer.add(row)) sink.full?.()
    })
    events.on('error', (error) => (error instanceof pg.DatabaseError ? whenReady(client, () => reject(error)) : reject(error)))
    events.on('end', (results) => resolve(Array.isArray(results) ? results.at(-1)! : results))
    client.query(query as unknown as pg.Submittable)
  })
}

/** What of a connection `Parse` uses. */
type Wire = {
  parse(statement: { readonly name: string; readonly text: string }, more?: boolean): void
  describe(what: { readonly type: 'S'; readonly name: string }, more?: boolean): void
  sync(): void
  on(event: 'parameterDescription', hear: Described): void
  off(event: 'parameterDescription', hear: Described): void
}

type Described = (message: { readonly dataTypeIDs: readonly number[] }) => void

/** Lets the server parse a statement without running it: pg calls these as its messages arrive. */
class Parse {
  readonly #sql: string
  readonly #done: (error: Error | null, types: readonly number[]) => void
  #types: readonly number[] = []
  #wire: Wire | null = null
  readonly #hear: Described = ({ dataTypeIDs }) => {
    this.#types = dataTypeIDs
  }

  constructor(sql: string, done: (error: Error | null, types: readonly number[]) => void) {
    this.#sql = sql
    this.#done = done
  }

  submit(wire: Wire): void {
    this.#wire = wire
    wire.on('parameterDescription', this.#hear)
    wire.parse({ name: '', text: this.#sql })
    wire.describe({ type: 'S', name: '' })
    wire.sync()
  }

  handleError(error: Error): void {
    this.#end(error)
  }

  handleReadyForQuery(): void {
    this.#end(null)
  }

  #end(error: Error | null): void {
    this.#wire?.off('parameterDescription', this.#hear)
    this.#done(error, this.#types)
  }

  handleRowDescription(): void {}
}

/** The numbers of the types that a statement's parameters have. Rejects with what is wrong with it. */
export const parameterTypes = (client: pg.ClientBase, sql: string): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    client.query(new Parse(sql, (error, types) => (error ? reject(error) : resolve(types))) as unknown as pg.Submittable)
  })
