import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { openSqlite, type SqliteDatabase, type SqliteDatabaseOptions } from '../../src/sql/sqlite.ts'
import { directoryWith } from '../registry/scratch.ts'
import { ManualTimers } from '../support/manual-timers.ts'
import { code, conforms, forever, LIMITS, PATIENT, plainly, rows, run } from './database.ts'

const test = suite('sqlite')

const open = (more: Partial<SqliteDatabaseOptions> = {}): Promise<SqliteDatabase> =>
  openSqlite({
    file: ':memory:',
    foreignKeys: false,
    limits: LIMITS,
    clock: systemClock,
    line: PATIENT,
    statementMs: 0,
    ...more,
  })

const withOpen = async (more: Partial<SqliteDatabaseOptions>, act: (database: SqliteDatabase) => Promise<void>): Promise<void> => {
  const database = await open(more)
  try {
    await act(database)
  } finally {
    await database.close()
  }
}

const SLOW = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 6000000) SELECT count(*) AS n FROM c'

conforms(
  test,
  (patienceMs) => open({ line: { ...PATIENT, patienceMs } }),
  () => '?',
)

test('integers and reals stay what they are, booleans and times are what their column says', () =>
  withOpen({}, async (database) => {
    await run(database, 'CREATE TABLE v (x, yes BOOLEAN, at DATETIME, day DATE)')
    await run(database, 'INSERT INTO v VALUES (?, ?, ?, ?)', [1n, true, '2024-05-06 07:08:09.250', '2024-05-06'])
    await run(database, 'INSERT INTO v VALUES (?, ?, ?, ?)', [1, false, 1_714_979_289n, 'never'])
    await run(database, 'INSERT INTO v VALUES (?, ?, ?, ?)', [new Uint8Array([0, 255]), null, '2024-05-06T07:08:09+02:00', null])
    assert.equal(await rows(database, 'SELECT typeof(x) AS type, yes, at, day FROM v'), [
      { type: 'integer', yes: true, at: '2024-05-06T07:08:09.25Z', day: '2024-05-06T00:00:00Z' },
      { type: 'real', yes: false, at: '2024-05-06T07:08:09Z', day: 'never' },
      { type: 'blob', at: '2024-05-06T05:08:09Z' },
    ])
  }))

test('a statement gets as many parameters as it has, wherever a ? is only a character', () =>
  withOpen({}, async (database) => {
    const sql = `SELECT ? AS a, '?' AS "b?", /* ? */ :x AS c, ?1 AS d -- ?`
    assert.equal(await rows(database, sql, [1n, 2n]), [{ a: 1, 'b?': '?', c: 2, d: 1 }])
    assert.is(await code(rows(database, sql, [1n])), 'SQL_STATEMENT')
    assert.is(await code(rows(database, sql, [1n, 2n, 3n])), 'SQL_STATEMENT')
    assert.is(await code(rows(database, 'SELECT 1; SELECT 2')), 'SQL_STATEMENT')
    assert.is(await code(rows(database, ' ; -- nothing')), 'SQL_STATEMENT')
  }))

test('no other file can be reached', async () => {
  const other = join(directoryWith({}), 'other.db')
  await withOpen({}, async (database) => {
    for (const sql of [`ATTACH '${other}' AS o`, `VACUUM INTO '${other}'`, `PRAGMA temp_store_directory = '/tmp'`]) {
      assert.is(await code(run(database, sql)), 'SQL_FORBIDDEN', sql)
    }
    await run(database, 'VACUUM')
  })
  assert.not(existsSync(other))
})

test('a transaction begun by a statement is undone, so that nobody is caught in it', () =>
  withOpen({}, async (database) => {
    await run(database, 'CREATE TABLE t (x)')
    assert.is(await code(run(database, 'BEGIN; INSERT INTO t VALUES (1)')), 'SQL_STATEMENT')
    assert.equal(await rows(database, 'SELECT x FROM t'), [])
    const transaction = await database.begin(plainly)
    await run(transaction, 'COMMIT')
    assert.is(await code(run(transaction, 'INSERT INTO t VALUES (2)')), 'SQL_ENDED')
    await code(transaction.rollback())
    assert.equal(await rows(database, 'SELECT x FROM t'), [])
  }))

test('what a file holds is there after it was closed', async () => {
  const file = join(directoryWith({}), 'app.db')
  await withOpen({ file }, async (database) => void (await run(database, 'CREATE TABLE t (x); INSERT INTO t VALUES (7)')))
  await withOpen({ file }, async (database) => assert.equal(await rows(database, 'SELECT x FROM t'), [{ x: 7 }]))
})

test('a database that cannot be opened says so', async () => {
  assert.is(await code(open({ file: join(directoryWith({}), 'no', 'folder.db') })), 'SQL_UNAVAILABLE')
  const file = join(
    directoryWith({ 'text.db': 'this is no database, and long enough to be looked at by everybody. '.repeat(20) }),
    'text.db',
  )
  assert.is(await code(open({ file })), 'SQL_FAILED')
})

test('a slow query does not hold the event loop', () =>
  withOpen({}, async (database) => {
    let turns = 0
    const count = setInterval(() => turns++, 1)
    const query = rows(database, SLOW)
    assert.equal(await query, [{ n: 6_000_000 }])
    clearInterval(count)
    assert.ok(turns > 10, `${turns} turns of the event loop`)
  }))

test('a statement that takes too long answers in time; a file is opened anew, memory is waited for', async () => {
  const file = join(directoryWith({}), 'app.db')
  for (const where of [{ file }, {}]) {
    const timers = new ManualTimers()
    const clock = { nowMs: () => timers.nowMs, setTimer: timers.setTimer }
    await withOpen({ ...where, clock, statementMs: 400 }, async (database) => {
      await run(database, 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
      const transaction = await database.begin(plainly)
      await run(transaction, 'INSERT INTO t VALUES (2)')
      const slow = code(rows(transaction, SLOW))
      while (timers.waits.length === 0) await null // it has no answer before this turn is over
      timers.pass(400)
      assert.is(await slow, 'SQL_TIMEOUT')
      const goesOn = await code(run(transaction, 'INSERT INTO t VALUES (3)'))
      assert.is(goesOn, 'file' in where ? 'SQL_ENDED' : 'no error')
      await code(transaction.rollback())
      assert.equal(await rows(database, 'SELECT x FROM t'), [{ x: 1 }])
    })
  }
})

test('foreign keys hold when they are asked for', () =>
  withOpen({ foreignKeys: true }, async (database) => {
    await run(database, 'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a)')
    assert.is(await code(run(database, 'INSERT INTO b VALUES (1)')), 'SQL_CONSTRAINT')
    const { lastInsertId } = await database.execute({ sql: 'INSERT INTO a DEFAULT VALUES', values: [], signal: forever })
    assert.is(lastInsertId, 1n)
  }))

test('vectors are there for the first statement that needs them, also in a file that has them already', async () => {
  const file = join(directoryWith({}), 'app.db')
  await withOpen({ file }, async (database) => {
    await run(database, 'CREATE TABLE before (x); CREATE VIRTUAL TABLE v USING vec0(at float[2]); CREATE TABLE after (x)')
    await run(database, "INSERT INTO v(rowid, at) VALUES (1, '[0, 0]'), (2, '[3, 4]'), (3, '[9, 9]')")
  })
  await withOpen({ file }, async (database) => {
    const near = 'SELECT rowid AS id, distance FROM v WHERE at MATCH ? ORDER BY distance LIMIT 2'
    assert.equal(await rows(database, near, ['[0, 0]']), [
      { id: 1, distance: 0 },
      { id: 2, distance: 5 },
    ])
  })
  await withOpen({}, async (database) => {
    assert.equal(await rows(database, "SELECT vec_distance_l2('[0, 0]', '[3, 4]') AS d"), [{ d: 5 }])
    assert.is(await code(run(database, 'CREATE VIRTUAL TABLE x USING nothing(a)')), 'SQL_STATEMENT')
    assert.is.not(await code(rows(database, "SELECT load_extension('vec0')")), 'no error')
  })
})

test.run()
