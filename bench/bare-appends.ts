// What a journal in PostgreSQL costs at the least: a position that is compared and moved, and a row, in one statement; each lane has a
// connection of its own.

import pg from 'pg'

export class BareAppends {
  readonly #clients: readonly pg.Client[]
  readonly #heads: number[]

  private constructor(clients: readonly pg.Client[]) {
    this.#clients = clients
    this.#heads = clients.map(() => 0)
  }

  static async open(url: string, lanes: number): Promise<BareAppends> {
    const clients = Array.from({ length: lanes }, () => new pg.Client(url))
    for (const client of clients) await client.connect()
    const [first] = clients
    await first!.query('CREATE TABLE head (id text PRIMARY KEY, epoch bigint NOT NULL, seq bigint NOT NULL) WITH (fillfactor = 50)')
    await first!.query('CREATE TABLE log (id text, seq bigint, data bytea NOT NULL, PRIMARY KEY (id, seq))')
    for (const lane of clients.keys()) await first!.query('INSERT INTO head VALUES ($1, 1, 0)', [`workflow ${lane}`])
    return new BareAppends(clients)
  }

  async append(lane: number, bytes: Uint8Array): Promise<void> {
    const { rowCount } = await this.#clients[lane]!.query({
      name: 'append',
      text: `WITH moved AS (UPDATE head SET seq = seq + 1 WHERE id = $1 AND epoch = 1 AND seq = $2 RETURNING id, seq)
        INSERT INTO log SELECT id, seq, $3 FROM moved`,
      values: [`workflow ${lane}`, this.#heads[lane]!++, bytes],
    })
    if (rowCount !== 1) throw new Error('somebody else appended')
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()))
  }
}
