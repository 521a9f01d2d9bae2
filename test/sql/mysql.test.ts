import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { MysqlDatabase } from '../../src/sql/mysql.ts'
import { startMysql } from '../support/mysql.ts'
import { code, conforms, PATIENT, plainly, rows, run } from './database.ts'
import { serves } from './server.ts'

const test = suite('mysql')

const { withDatabase, makeDatabase } = serves(test, {
  start: startMysql,
  connect: (options) => new MysqlDatabase(options),
  slow: 'SELECT SLEEP(20)',
  running: "SELECT 1 FROM information_schema.processlist WHERE info = 'SELECT SLEEP(20)'",
})
conforms(test, makeDatabase, () => '?', 'LONGTEXT')

const VALUES = `SELECT CAST(1 AS SIGNED) AS i, 2.5e0 AS f, x'00ff' AS x, 1.10 AS n, JSON_OBJECT('a', 1) AS j, DATE '2024-05-06' AS day,
  TIMESTAMP '2024-05-06 07:08:09.25' AS at, TIME '01:02:03' AS time, NULL AS z, 18446744073709551615 AS large, 'é' AS t`
const EXPECTED = {
  ...{ i: 1, f: 2.5, x: Buffer.from([0, 255]), n: '1.10', j: '{"a": 1}', day: '2024-05-06T00:00:00Z', at: '2024-05-06T07:08:09.25Z' },
  ...{ time: '01:02:03', large: '18446744073709551615', t: 'é' },
}

test('what has an exact counterpart is that, all else is text, with parameters and without', () =>
  withDatabase({}, async (database) => {
    assert.equal(await rows(database, VALUES), [EXPECTED])
    assert.equal(await rows(database, `${VALUES}, ? AS p`, [1.5]), [{ ...EXPECTED, p: 1.5 }])
    await run(
      database,
      'CREATE TABLE IF NOT EXISTS kinds (a TINYINT, b BOOLEAN, c BIT(9), d DOUBLE, e BLOB, g TEXT, h TIMESTAMP(3) NULL, k JSON)',
    )
    const values = [-5n, true, 257n, 2, new Uint8Array([1, 0]), "'; DROP TABLE kinds; --", '2024-05-06 07:08:09.5', '{"k": [1]}']
    await run(database, 'INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?)', values)
    const found = {
      a: -5,
      b: 1,
      c: 257,
      d: 2,
      e: Buffer.from([1, 0]),
      g: "'; DROP TABLE kinds; --",
      h: '2024-05-06T07:08:09.5Z',
      k: '{"k": [1]}',
    }
    assert.equal(await rows(database, 'SELECT * FROM kinds'), [found])
    assert.equal(await rows(database, 'SELECT * FROM kinds WHERE a = ? LIMIT ?', [-5n, 1n]), [found])
  }))

test('what was inserted has its number', () =>
  withDatabase({}, async (database) => {
    await run(database, 'CREATE TABLE IF NOT EXISTS numbered (id BIGINT AUTO_INCREMENT PRIMARY KEY, name TEXT)')
    await run(database, 'DELETE FROM numbered')
    const first = await run(database, 'INSERT INTO numbered (name) VALUES (?)', ['a'])
    const second = await run(database, "INSERT INTO numbered (name) VALUES ('b')")
    assert.is(BigInt(second.lastInsertId), BigInt(first.lastInsertId) + 1n)
    assert.is(Number((await run(database, "UPDATE numbered SET name = 'c'")).rowsAffected), 2)
  }))

test('isolation is what was asked for, for that transaction alone', () =>
  withDatabase({ line: { places: 1, ...PATIENT } }, async (database) => {
    const transaction = await database.begin({ ...plainly, isolation: 'serializable' })
    await run(transaction, 'CREATE TABLE IF NOT EXISTS iso (x INT)')
    await transaction.rollback()
    assert.equal(await rows(database, 'SELECT @@tx_isolation AS level'), [{ level: 'REPEATABLE-READ' }])
    assert.is(await code(database.begin({ ...plainly, isolation: 'write_committed' })), 'SQL_STATEMENT')
  }))

test('settings and the timeout of statements are those of every session', async () => {
  await withDatabase({ settings: { lock_wait_timeout: '7', sql_mode: 'ANSI_QUOTES' }, statementMs: 60_000 }, async (database) => {
    const sql = 'SELECT @@lock_wait_timeout AS "t", @@time_zone AS "z", @@max_statement_time + 0e0 AS "s"'
    assert.equal(await rows(database, sql), [{ t: 7, z: '+00:00', s: 60 }])
  })
  await withDatabase({ statementMs: 50 }, async (database) => {
    const sql = 'SELECT COUNT(*) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b WHERE a.seq + b.seq > 7'
    assert.is(await code(rows(database, sql)), 'SQL_TIMEOUT')
  })
})

test('files of this machine are not sent to a server that asks', () =>
  withDatabase({}, async (database) => {
    await run(database, 'CREATE TABLE IF NOT EXISTS files (x TEXT)')
    assert.is.not(await code(run(database, "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE files")), 'no error')
    assert.equal(await rows(database, 'SELECT * FROM files'), [])
  }))

test('a connection is not used longer than it may', () =>
  withDatabase({ lifetimeMs: 0 }, async (database) => {
    const id = async () => (await rows(database, 'SELECT CONNECTION_ID() AS id')) as { id: number }[]
    const [first] = await id()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await id()
    assert.not.equal((await id())[0], first)
  }))

test('a server without TLS is not spoken to in the clear unless that was said', () =>
  withDatabase({ ssl: { rejectUnauthorized: false } }, async (database) => {
    const error = await database.ping().catch((reason) => reason)
    assert.is(error.code, 'SQL_UNAVAILABLE')
    assert.match(error.message, /offers no TLS/)
  }))

test.run()
