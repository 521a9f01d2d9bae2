import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PostgresDatabase } from '../../src/sql/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { code, conforms, plainly, rows, run } from './database.ts'
import { serves } from './server.ts'

const test = suite('postgres')

const { withDatabase, makeDatabase } = serves(test, {
  start: startPostgres,
  connect: (options) => new PostgresDatabase({ ...options, applicationName: 'test' }),
  slow: 'SELECT pg_sleep(20)',
  running: "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)' AND pid <> pg_backend_pid()",
})
conforms(test, makeDatabase, (n) => `$${n}`)

test('a text for a column of bytes is its bytes, whatever notation it looks like', () =>
  withDatabase({}, async (database) => {
    await run(database, 'CREATE TABLE told (id int, bytes bytea, said text)')
    const texts = ['plain', '{"a":"line\\n \\"quoted\\""}', '\\x00ff', '\\101 \\\\', 'é \\ü']
    for (const [id, text] of texts.entries()) await run(database, 'INSERT INTO told VALUES ($1, $2, $3)', [BigInt(id), text, text])
    const found = await rows(database, 'SELECT bytes, said FROM told ORDER BY id')
    assert.equal(
      found,
      texts.map((text) => ({ bytes: Buffer.from(text), said: text })),
    )
    const transaction = await database.begin({ isolation: 'default', readOnly: false, signal: new AbortController().signal })
    await run(transaction, 'UPDATE told SET bytes = $1 WHERE id = 0', ['\\'])
    assert.is(await code(run(transaction, 'UPDATE nothing SET bytes = $1', ['\\'])), 'SQL_STATEMENT')
    await transaction.rollback()
    await run(database, 'DROP TABLE told')
  }))

test('what has an exact counterpart is that, all else is the text PostgreSQL writes', () =>
  withDatabase({}, async (database) => {
    const sql = `SELECT 1::int8 AS i, 2::float8 AS f, true AS b, '\\x00ff'::bytea AS x, 1.10::numeric AS n, '{"a":[1]}'::jsonb AS j,
      ARRAY[1,2] AS a, 'infinity'::timestamptz AS never, DATE '2024-05-06' AS day, TIMESTAMPTZ '2024-05-06 07:08:09.25+02' AS at, NULL AS z`
    assert.equal(await rows(database, sql), [
      {
        ...{ i: 1, f: 2, b: true, x: Buffer.from([0, 255]), n: '1.10', j: '{"a": [1]}', a: '{1,2}', never: 'infinity' },
        ...{ day: '2024-05-06T00:00:00Z', at: '2024-05-06T05:08:09.25Z' },
      },
    ])
  }))

test('parameters keep their type: bytes, booleans, floats', () =>
  withDatabase({}, async (database) => {
    const sql = 'SELECT $1::bytea AS x, $2::bool AS b, $3::float8 AS f, $4::text AS t'
    assert.equal(await rows(database, sql, [new Uint8Array([1, 0]), true, 0.1, "'; DROP TABLE t; --"]), [
      { x: Buffer.from([1, 0]), b: true, f: 0.1, t: "'; DROP TABLE t; --" },
    ])
  }))

test('a transaction in which a statement failed is not committed, and says so', () =>
  withDatabase({}, async (database) => {
    const transaction = await database.begin(plainly)
    await run(transaction, 'CREATE TABLE lost (x int)')
    assert.is(await code(rows(transaction, 'SELECT nothing')), 'SQL_STATEMENT')
    assert.is(await code(rows(transaction, 'SELECT 1')), 'SQL_ENDED')
    assert.is(await code(transaction.commit()), 'SQL_ENDED')
    assert.is(await code(rows(database, 'SELECT * FROM lost')), 'SQL_STATEMENT')
  }))

test('isolation is what was asked for', () =>
  withDatabase({}, async (database) => {
    const transaction = await database.begin({ ...plainly, isolation: 'serializable' })
    assert.equal(await rows(transaction, 'SHOW transaction_isolation'), [{ transaction_isolation: 'serializable' }])
    await transaction.rollback()
    assert.is(await code(database.begin({ ...plainly, isolation: 'write_committed' })), 'SQL_STATEMENT')
  }))

test('settings and the timeout of statements are those of every session', async () => {
  await withDatabase({ settings: { search_path: '"a b", public' }, statementMs: 60_000 }, async (database) => {
    assert.equal(await rows(database, 'SHOW search_path'), [{ search_path: '"a b", public' }])
    assert.equal(await rows(database, 'SHOW statement_timeout'), [{ statement_timeout: '1min' }])
  })
  await withDatabase({ statementMs: 50 }, async (database) => {
    assert.is(await code(rows(database, 'SELECT pg_sleep(60)')), 'SQL_TIMEOUT')
  })
})

test.run()
