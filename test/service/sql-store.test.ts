// Stores in a table: as every store, as their rows look to others, and as their entries change.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import type { Change } from '../../src/registry/change.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { demandsOf } from '../../src/service/entry-change.ts'
import { SqlStore, type SqlStoreOptions } from '../../src/service/sql-store.ts'
import type { Database } from '../../src/sql/database.ts'
import { MysqlDatabase } from '../../src/sql/mysql.ts'
import { PostgresDatabase } from '../../src/sql/postgres.ts'
import { openSqlite } from '../../src/sql/sqlite.ts'
import { LIMITS, rows as rowsOf, run } from '../sql/database.ts'
import { POOL } from '../sql/server.ts'
import { code, conforms, get, put } from '../store/store.ts'
import { type Draft, plain, type TestApp, withApp } from '../support/app.ts'
import { type MysqlServer, startMysql } from '../support/mysql.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

const test = suite('store in SQL')

let server: PostgresServer
let other: MysqlServer
test.before(async () => {
  ;[server, other] = await Promise.all([startPostgres(), startMysql()])
})
test.after(async () => void (await Promise.all([server.stop(), other.stop()])))

const PATIENT = { waiting: 100, patienceMs: 60_000 }

const sqlite = (): Promise<Database> =>
  openSqlite({
    file: ':memory:',
    foreignKeys: false,
    limits: LIMITS,
    clock: systemClock,
    line: PATIENT,
    statementMs: 0,
  })
const postgres = async (): Promise<Database> =>
  new PostgresDatabase({ ...server, ...POOL, line: { places: 2, ...PATIENT }, applicationName: 'test' })

const mysql = async (): Promise<Database> => new MysqlDatabase({ ...other, ...POOL, line: { places: 2, ...PATIENT } })
const rows = async (database: Database, sql: string) => (await rowsOf(database, sql)) as readonly Readonly<Record<string, unknown>>[]
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const columns = { key: 'id', value: 'content', expires: 'until' }

const over = (database: Database, more: Partial<SqlStoreOptions> = {}): SqlStore =>
  new SqlStore({
    withDatabase: (work) => work(database),
    clock: systemClock,
    table: 'kept',
    columns,
    maxValue: 1024 ** 2,
    cleanupMs: 0,
    ...more,
  })

/** A store over a table of its own, whose database ends with it. */
const make = async (open: () => Promise<Database>, types: string): Promise<SqlStore> => {
  const database = await open()
  await run(database, 'DROP TABLE IF EXISTS kept')
  await run(database, `CREATE TABLE kept (${types})`)
  const store = over(database)
  const close = store.close.bind(store)
  store.close = () => close().then(() => database.close())
  return store
}

const TABLES: readonly (readonly [() => Promise<Database>, string])[] = [
  [sqlite, 'id TEXT PRIMARY KEY, content BLOB NOT NULL, until INTEGER'],
  [sqlite, 'id TEXT PRIMARY KEY, content TEXT, until DATETIME'],
  [postgres, 'id TEXT PRIMARY KEY, content BYTEA NOT NULL, until TIMESTAMP'],
  [postgres, 'id VARCHAR(255) PRIMARY KEY, content TEXT, until TIMESTAMPTZ'],
  [postgres, 'id TEXT PRIMARY KEY, content BYTEA, until BIGINT'],
  [mysql, 'id VARCHAR(255) COLLATE utf8mb4_bin PRIMARY KEY, content LONGBLOB NOT NULL, until TIMESTAMP(3) NULL'],
  [mysql, 'id VARCHAR(255) COLLATE utf8mb4_bin PRIMARY KEY, content JSON, until BIGINT'],
]
for (const [open, types] of TABLES) conforms(test, () => make(open, types), wait, { versioned: false })

const withTable = async (open: () => Promise<Database>, act: (database: Database, store: SqlStore) => Promise<void>): Promise<void> => {
  const database = await open()
  await run(database, 'DROP TABLE IF EXISTS kept')
  await run(
    database,
    `CREATE TABLE kept (id ${open === mysql ? 'VARCHAR(255) COLLATE utf8mb4_bin' : 'TEXT'} PRIMARY KEY, content TEXT, until ${open === mysql ? 'DATETIME(3)' : 'TIMESTAMP'})`,
  )
  const store = over(database)
  try {
    await act(database, store)
  } finally {
    await store.close()
    await database.close()
  }
}

for (const open of [sqlite, postgres, mysql]) {
  test(`values are JSON to others, and theirs are values: ${open.name}`, () =>
    withTable(open, async (database, store) => {
      const value = { name: 'Ada', tags: ['a'], n: 1.5, big: 9_223_372_036_854_775_807n, ok: true }
      await put(store, 'ours', value)
      const [row] = await rows(database, "SELECT content, until FROM kept WHERE id = 'ours'")
      const text = Buffer.from(row!.content as string).toString()
      assert.is(text, '{"name":"Ada","tags":["a"],"n":1.5,"big":9223372036854775807,"ok":true}')
      assert.is(row!.until, undefined)
      assert.equal(plain(await get(store, 'ours')), value)
      await run(database, `INSERT INTO kept VALUES ('theirs', '{"a": [1, -9007199254740993, 1e400, "x"]}', '2999-01-01 00:00:00')`)
      assert.equal(plain(await get(store, 'theirs')), { a: [1, -9_007_199_254_740_993n, Number.POSITIVE_INFINITY, 'x'] })
    }))

  test(`what is no JSON that could be read says so, and hinders no other key: ${open.name}`, () =>
    withTable(open, async (database, store) => {
      const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
      for (const text of ['{', deep, '{"$wippy": "wf8="}']) {
        await run(database, 'DELETE FROM kept')
        await run(database, `INSERT INTO kept VALUES ('bad', '${text}', NULL)`)
        assert.is(await code(store.get('bad')), 'STORE_FAILED')
        await put(store, 'good', 1)
        assert.is(await get(store, 'good'), 1)
      }
    }))

  test(`a key is no other, whatever the column takes for equal: ${open.name}`, () =>
    withTable(open, async (database, store) => {
      if (open === mysql) await run(database, 'ALTER TABLE kept MODIFY id VARCHAR(255) COLLATE utf8mb4_general_ci')
      await put(store, 'secret', 1)
      for (const other of ['secret ', 'SECRET']) {
        assert.is(await store.get(other), undefined)
        assert.is(await store.delete(other), false)
      }
      if (open === mysql) assert.is(await code(put(store, 'secret ', 2)), 'STORE_FAILED')
      assert.is(await get(store, 'secret'), 1)
      assert.ok(await store.delete('secret'))
    }))

  test(`a value that looks as what stands for others stays what it is: ${open.name}`, () =>
    withTable(open, async (_, store) => {
      for (const value of [{ $wippy: 'kQE=' }, { a: { $wippy: 1 } }, [Number.NaN], new Map([[1, 'x']])]) {
        await put(store, 'k', value)
        assert.equal(plain(await get(store, 'k')), plain(value))
      }
    }))

  test(`% and _ in a prefix are letters, and large and small ones differ: ${open.name}`, () =>
    withTable(open, async (_, store) => {
      for (const key of ['a_1', 'ab1', 'A_1', 'a%1', "a'1"]) await put(store, key, key)
      const under = async (prefix: string) => (await store.list({ prefix, after: '', limit: 9, bytes: 999 })).items.map(({ key }) => key)
      assert.equal([await under('a_'), await under('a%'), await under("a'"), await under('A')], [['a_1'], ['a%1'], ["a'1"], ['A_1']])
    }))

  test(`rows that have expired are swept, others not: ${open.name}`, () =>
    withTable(open, async (database) => {
      const store = over(database, { cleanupMs: 10 })
      await put(store, 'short', 1, { ttlMs: 1 })
      await put(store, 'long', 1, { ttlMs: 60_000 })
      await put(store, 'ever', 1)
      const ids = async () => (await rows(database, 'SELECT id FROM kept ORDER BY id')).map(({ id }) => id)
      while ((await ids()).length > 2) await wait(5)
      assert.equal(await ids(), ['ever', 'long'])
      await store.close()
    }))
}

test('conditions and values that are too large are refused', () =>
  withTable(sqlite, async (database) => {
    const store = over(database, { maxValue: 10 })
    assert.is(await code(put(store, 'k', 1, { onlyIfAbsent: true })), 'STORE_UNVERSIONED')
    assert.is(await code(put(store, 'k', 1, { ifVersion: '1' })), 'STORE_UNVERSIONED')
    assert.is(await code(put(store, 'k', 'x'.repeat(9))), 'STORE_VALUE')
    assert.is(await code(put(store, 'k', 'x'.repeat(8))), 'no error')
  }))

const modules = ['store', 'sql', 'registry', 'security', 'funcs']
const lua = (app: TestApp, text: string): Promise<unknown> =>
  app.eval(`local store, sql = require('store'), require('sql')\n${text}`, { modules })
const db: Draft = { kind: 'db.sql.sqlite' }
const kept: Draft = { kind: 'store.sql', database: 'db', table_name: 'kv' }
const TABLE = `assert(sql.get('app:db'):execute('CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB NOT NULL, expires_at BIGINT)'))\n`

test('in Lua: before its table is there it fails, then it works, and says what it is', () =>
  withApp({ s: kept, db }, async (app) => {
    assert.equal(app.node.problems, [])
    const text = `local s = store.get('app:s') local none, err = s:get('k') ${TABLE}
      assert(s:set('k', { n = 1, f = 2.5 }, 60)) assert(s:set('bytes', '\\0\\255'))
      local _, refused = s:put('k', 1, { only_if_absent = true })
      local info, page = s:info(), s:list({ prefix = 'k' })
      assert(info.durable and info.list and info.ttl and not info.versioned and not info.conditional_put)
      return { err ~= nil, s:get('k').f, s:get('bytes') == '\\0\\255', s:entry('k').version, s:put('k', 2).value, page.items[1].key, page.has_more,
        s:delete('k'), s:has('k'), refused:kind(), info.backend == store.backend.SQL,
        sql.get('app:db'):query('SELECT CAST(value AS TEXT) AS v FROM kv')[1].v:sub(1, 9) }`
    assert.equal(await lua(app, text), [true, 2.5, true, '0', 2, 'k', false, true, false, 'Invalid', true, '{"$wippy"'])
  }))

test('tokens are kept in one', () =>
  withApp({ s: kept, db, tokens: { kind: 'security.token_store', store: 's' } }, async (app) => {
    assert.equal(app.node.problems, [])
    const text = `${TABLE} local security = require('security')
      local tokens = assert(security.token_store('app:tokens'))
      local token = assert(tokens:create(security.new_actor('ada', { role = 'x' }), security.new_scope()))
      local actor = assert(tokens:validate(token))
      return { actor:id(), actor:meta().role, tokens:revoke(token), (tokens:validate(token)) }`
    assert.equal(await lua(app, text), ['ada', 'x', true])
  }))

test('names that are no names, and databases that are none, are problems of the entry', () =>
  withApp(
    { db, a: { ...kept, table_name: 'kv; DROP TABLE kv' }, b: { ...kept, id_column_name: 'a.b' }, c: { ...kept, database: 'a' } },
    async (app) => {
      assert.equal(
        app.node.problems.map(({ code, message }) => [code, message.split(' ')[0]]),
        [
          ['ENTRY_FIELD', 'table_name'],
          ['ENTRY_FIELD', 'id_column_name'],
          ['ENTRY_FIELD', 'database'],
        ],
      )
    },
  ))

test('a store is no database, and what is not there is neither', () =>
  withApp({ s: kept, db }, async (app) => {
    const text = `local out = {} local function kind(_, err) out[#out + 1] = err:kind() end
      kind(sql.get('app:s')) kind(store.get('app:db')) kind(sql.get('app:none')) kind(store.get('app:none')) return out`
    assert.equal(await lua(app, text), ['Invalid', 'Invalid', 'NotFound', 'NotFound'])
  }))

test('who makes one, or changes its database, needs the right to that', () => {
  const entry = makeEntry({ id: 'app.gen:s', kind: 'store.sql', data: { database: 'users', table_name: 'logins' } })
  const asked = (kind: Change['kind']) =>
    demandsOf('registry.apply', { kind, entry, before: null }).map(({ action, resource }) => `${action} ${resource}`)
  assert.equal(asked('entry.create'), ['registry.apply app.gen:s', 'db.get app.gen:users'])
  assert.equal(asked('entry.update'), ['registry.apply app.gen:s', 'db.get app.gen:users'])
  assert.equal(asked('entry.delete'), ['registry.apply app.gen:s'])
})

test.run()
