// What every database must do, whichever it is.

import type { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { decode } from '../../src/msgpack.ts'
import type { Database, Executor } from '../../src/sql/database.ts'
import type { Value } from '../../src/sql/value.ts'

export const forever = new AbortController().signal
export const LIMITS = { rows: 1000, bytes: 256 * 1024 }

export const rows = async (on: Executor, sql: string, values: readonly Value[] = []): Promise<unknown> => {
  const [list] = decode(await on.query({ sql, values, signal: forever })) as [Record<string, unknown>[]]
  return list.map((row) => ({ ...row }))
}

export const run = (on: Executor, sql: string, values: readonly Value[] = []) => on.execute({ sql, values, signal: forever })

/** The code of what `work` fails with. */
export const code = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    return error instanceof WippyError ? error.code : String(error)
  }
  return 'no error'
}

export const plainly = { isolation: 'default', readOnly: false, signal: forever } as const

/** A line in which nobody gives up because the machine is busy. */
export const PATIENT = { waiting: 2, patienceMs: 60_000 }

/**
 * Tests that `make` gives a database, in whose line two wait for so many milliseconds. `mark(n)` is how it writes its n-th parameter, `text` the
 * type of texts of any length.
 */
export const conforms = (
  test: ReturnType<typeof suite>,
  make: (patienceMs: number) => Promise<Database>,
  mark: (n: number) => string,
  text = 'TEXT',
): void => {
  const withDatabase = (name: string, act: (database: Database) => Promise<void>, patienceMs = PATIENT.patienceMs) =>
    test(name, async () => {
      const database = await make(patienceMs)
      try {
        await run(database, `CREATE TABLE t (id BIGINT PRIMARY KEY, name ${text})`)
        await act(database)
      } finally {
        await database.close()
      }
    })
  const insert = `INSERT INTO t (id, name) VALUES (${mark(1)}, ${mark(2)})`

  withDatabase('integers of 64 bits, text and nulls come back as they went', async (database) => {
    const big = 9_223_372_036_854_775_807n
    assert.equal(await run(database, insert, [big, 'größe €\u{1f600}']).then(({ rowsAffected }) => Number(rowsAffected)), 1)
    await run(database, insert, [-big, null])
    assert.equal(await rows(database, 'SELECT id, name FROM t ORDER BY id'), [{ id: -big }, { id: big, name: 'größe €\u{1f600}' }])
  })

  withDatabase('faults have one code, whichever database has them', async (database) => {
    await run(database, insert, [1n, 'a'])
    assert.is(await code(run(database, insert, [1n, 'b'])), 'SQL_UNIQUE')
    assert.is(await code(rows(database, 'SELEC 1')), 'SQL_STATEMENT')
    assert.is(await code(rows(database, 'SELECT * FROM nowhere')), 'SQL_STATEMENT')
    assert.is(await code(run(database, insert, [2n])), 'SQL_STATEMENT')
    assert.is(await code(database.check({ sql: 'SELECT nothing FROM t', signal: forever })), 'SQL_STATEMENT')
    assert.is(await code(database.check({ sql: insert, signal: forever })), 'no error')
    assert.equal(await rows(database, 'SELECT id FROM t'), [{ id: 1 }])
  })

  withDatabase('several statements without parameters are run in order', async (database) => {
    await run(database, "INSERT INTO t VALUES (1, 'a'); -- one; two\nINSERT INTO t VALUES (2, ';'); DELETE FROM t WHERE id = 1;")
    assert.equal(await rows(database, 'SELECT name FROM t'), [{ name: ';' }])
  })

  withDatabase('a result has its limits, and the database goes on', async (database) => {
    const numbers = (count: number) => `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${count}) SELECT x FROM c`
    assert.is(((await rows(database, numbers(1000))) as unknown[]).length, 1000)
    assert.is(await code(rows(database, numbers(1001))), 'SQL_RESULT_TOO_LARGE')
    await run(database, insert, [1n, 'x'.repeat(300_000)])
    assert.is(await code(rows(database, 'SELECT name FROM t')), 'SQL_RESULT_TOO_LARGE')
    assert.equal(await rows(database, 'SELECT id FROM t'), [{ id: 1 }])
  })

  withDatabase('a transaction is seen whole or not at all', async (database) => {
    const first = await database.begin(plainly)
    await run(first, insert, [1n, 'a'])
    await run(first, 'SAVEPOINT s')
    await run(first, insert, [2n, 'b'])
    await run(first, 'ROLLBACK TO SAVEPOINT s')
    assert.equal(await rows(first, 'SELECT id FROM t'), [{ id: 1 }])
    await first.commit()
    assert.is(await code(first.commit()), 'SQL_ENDED')
    assert.is(await code(rows(first, 'SELECT 1')), 'SQL_ENDED')
    const second = await database.begin(plainly)
    await run(second, 'DELETE FROM t')
    await second.rollback()
    assert.ok(second.isOver)
    assert.equal(await rows(database, 'SELECT id FROM t'), [{ id: 1 }])
  })

  withDatabase('what a statement begins nobody else goes on with', async (database) => {
    const places = database.stats().maxOpen
    for (const sql of ["BEGIN; INSERT INTO t VALUES (1, 'a')", 'BEGIN', "BEGIN; INSERT INTO t VALUES (1, 'a'); SELECT nothing FROM t"]) {
      assert.is(await code(run(database, sql)), 'SQL_STATEMENT')
      for (let id = 0; id < places; id++) await run(database, insert, [BigInt(id), null])
      await run(database, 'COMMIT').catch(() => {})
      assert.is(((await rows(database, 'SELECT id FROM t')) as unknown[]).length, places)
      await run(database, 'DELETE FROM t')
    }
    assert.is(database.stats().inUse, 0)
  })

  withDatabase('a transaction that only reads writes nothing, and what comes after it may', async (database) => {
    const reading = await database.begin({ ...plainly, readOnly: true })
    assert.is(await code(run(reading, insert, [1n, 'a'])), 'SQL_FORBIDDEN')
    await reading.rollback()
    await run(database, insert, [1n, 'a'])
  })

  withDatabase('whose process ends is rolled back, and waits no longer', async (database) => {
    const ending = new AbortController()
    const transaction = await database.begin({ ...plainly, signal: ending.signal })
    await run(transaction, insert, [1n, 'a'])
    const places = database.stats().maxOpen - 1
    const others = await Promise.all(Array.from({ length: places }, () => database.begin(plainly)))
    const waiting = database.query({ sql: 'SELECT 1', values: [], signal: ending.signal })
    ending.abort()
    assert.is(await code(waiting), 'SQL_CANCELED')
    assert.equal(await rows(database, 'SELECT id FROM t'), [])
    await Promise.all(others.map((other) => other.rollback()))
    assert.is(database.stats().inUse, 0)
  })

  const waits = async (database: Database): Promise<void> => {
    const held = await Promise.all(Array.from({ length: database.stats().maxOpen }, () => database.begin(plainly)))
    const waiting = [code(rows(database, 'SELECT 1')), code(rows(database, 'SELECT 1'))]
    assert.is(await code(rows(database, 'SELECT 1')), 'SQL_QUEUE_FULL')
    assert.equal(await Promise.all(waiting), ['SQL_BUSY', 'SQL_BUSY'])
    await Promise.all(held.map((one) => one.rollback()))
    assert.equal(await rows(database, 'SELECT 1 AS one'), [{ one: 1 }])
    assert.is(database.stats().waited, 2)
  }
  withDatabase('who finds no connection waits so long, and so many wait', waits, 300)

  withDatabase('after it was closed nothing is taken', async (database) => {
    await database.close()
    assert.is(await code(rows(database, 'SELECT 1')), 'SQL_UNAVAILABLE')
    database.close = async () => {}
  })
}
