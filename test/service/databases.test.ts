// Entries of databases, as an app has them and as they change: with real servers, under load.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { WippyError } from '../../src/error.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { describeDatabase } from '../../src/service/databases.ts'
import { directoryWith } from '../registry/scratch.ts'
import type { Draft } from '../support/app.ts'
import { failure, proc, type TestApp, withApp } from '../support/app.ts'
import { startMysql } from '../support/mysql.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { freePort } from '../support/server-program.ts'

const test = suite('databases')

let one: PostgresServer
let two: PostgresServer
test.before(async () => {
  ;[one, two] = await Promise.all([startPostgres(), startPostgres()])
  await Promise.all([one, two].map((server, i) => server.query(`CREATE TABLE who AS SELECT ${i + 1} AS server; CREATE TABLE paid (x int)`)))
})
test.after(async () => void (await Promise.all([one.stop(), two.stop()])))

const entry = ({ host, port, database, username, password }: PostgresServer, more: Record<string, unknown> = {}): Draft => ({
  ...{ kind: 'db.sql.postgres', host, port, database, username, password, pool: { max_open: 4, wait_timeout: '60s' }, ...more },
})
const modules = ['sql', 'registry', 'time', 'env']
const lua = (app: TestApp, code: string): Promise<unknown> => app.eval(`local sql = require('sql')\n${code}`, { modules })

/** Asks the database again and again, and says at the end how often each server has answered, and what went wrong. */
const WORKER = `local sql, time = require('sql'), require('time')
  return function()
    local db, seen, faults, stop = sql.get('app:postgres'), { 0, 0 }, {}, false
    local stopping = process.listen('stop')
    coroutine.spawn(function() stopping:receive() stop = true end)
    while not stop do
      local rows, err = db:query('SELECT server FROM who')
      if err then faults[#faults + 1] = tostring(err) else seen[rows[1].server] = seen[rows[1].server] + 1 end
      local tx, refused = db:begin()
      if refused then faults[#faults + 1] = tostring(refused) else
        local first = tx:query('SELECT server FROM who')
        local written, failed = tx:execute('INSERT INTO paid VALUES (1)')
        local second = tx:query('SELECT server FROM who')
        local done, uncommitted = tx:commit()
        if not done or failed or first[1].server ~= second[1].server then faults[#faults + 1] = tostring(failed or uncommitted or 'two servers') end
      end
    end
    return { seen = seen, faults = faults }
  end`

test('an entry that names another server moves running code there, and no query is lost', () =>
  withApp({ postgres: entry(one), worker: proc(WORKER, { modules }) }, async (app) => {
    const workers = Array.from({ length: 8 }, () => app.exit('app:worker'))
    const answered = async (server: PostgresServer, least: number): Promise<void> => {
      while (Number((await server.query('SELECT count(*) AS n FROM paid'))[0]!.n) < least);
    }
    await answered(one, 200)
    await app.put('app:postgres', entry(two))
    await answered(two, 200)
    await app.put('app:postgres', entry(one))
    await answered(one, 600)
    for (const process of app.processes('app:worker')) {
      await lua(app, `return process.send('${process.pid}', 'stop')`)
    }
    const results = (await Promise.all(workers)).map((exit) => decodeAll(exit.payload)[0]) as { seen: number[]; faults: unknown }[]
    assert.equal(
      results.flatMap(({ faults }) => Object.values(faults as object)),
      [],
    )
    for (const { seen } of results) assert.ok(seen[0]! > 0 && seen[1]! > 0, `a worker has seen ${seen}`)
    const begun = results.reduce((sum, { seen }) => sum + seen[0]! + seen[1]!, 0)
    const paid = await Promise.all([one, two].map(async (server) => Number((await server.query('SELECT count(*) AS n FROM paid'))[0]!.n)))
    assert.is(paid[0]! + paid[1]!, begun)
    while ((await two.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'wippy'")).length > 0);
  }))

test('a transaction ends on the server it began on; statements that were prepared go where queries go', () =>
  withApp({ postgres: entry(one) }, async (app) => {
    const code = `local db = sql.get('app:postgres')
      local which = assert(db:prepare('SELECT server FROM who'))
      local before = assert(db:begin())
      local entry = require('registry').get('app:postgres')
      entry.data.port = ${two.port}
      assert(require('registry').snapshot():changes():update(entry):apply())
      local after = assert(db:begin())
      local out = { which:query()[1].server, before:query('SELECT server FROM who')[1].server, after:query('SELECT server FROM who')[1].server }
      assert(before:commit() and after:rollback())
      return out`
    assert.equal(await lua(app, code), [2, 1, 2])
  }))

test('a process takes the entry from the registry, and is connected to what it names', () =>
  withApp({ postgres: entry(one) }, async (app) => {
    const code = `local entry = require('registry').get('app:postgres')
      return { entry.kind, sql.get(entry):query('SELECT server FROM who')[1].server }`
    assert.equal(await lua(app, code), ['db.sql.postgres', 1])
  }))

test('a server that cannot be reached is no change: the one before stays', () =>
  withApp({ postgres: entry(one) }, async (app) => {
    const refused = await failure(app.put('app:postgres', entry({ ...two, port: await freePort() }, { connect_timeout: '2s' })))
    assert.is(refused.code, 'SQL_UNAVAILABLE')
    const denied = await failure(app.put('app:postgres', entry({ ...two, password: 'wrong password' })))
    assert.is(denied.code, 'SQL_LOGIN')
    assert.not.match(JSON.stringify([denied.message, denied.details, denied.hint]), /wrong password/)
    assert.equal(await lua(app, `return sql.get('app:postgres'):query('SELECT server FROM who')[1].server`), 1)
  }))

test('while an app starts, a server that is not there yet is waited for', async () => {
  const port = await freePort()
  await withApp({ postgres: entry({ ...one, port }, { connect_timeout: '1s' }) }, async (app) => {
    assert.equal(app.node.problems, [])
    const kind = await lua(app, `local _, err = sql.get('app:postgres'):query('SELECT 1') return { err:kind(), err:retryable() }`)
    assert.equal(kind, ['Unavailable', true])
    await app.logged('database cannot be reached yet')
  })
})

test('a change of what is not the connection keeps it', () =>
  withApp({ db: { kind: 'db.sql.sqlite', file: ':memory:' } }, async (app) => {
    await lua(app, `assert(sql.get('app:db'):execute('CREATE TABLE kept (x)'))`)
    await app.put('app:db', { kind: 'db.sql.sqlite', file: ':memory:' })
    assert.equal(await lua(app, `return #sql.get('app:db'):query('SELECT * FROM kept')`), 0)
    await app.drop('app:db')
    assert.is(await lua(app, `local _, err = sql.get('app:db') return err:kind()`), 'NotFound')
  }))

test('an entry may go from one kind of database to another without a moment of none', () =>
  withApp({ db: { kind: 'db.sql.sqlite', file: ':memory:' } }, async (app) => {
    await app.put('app:db', entry(one))
    assert.is(await lua(app, `return sql.get('app:db'):type()`), 'postgres')
  }))

test('secrets come from the environment; nobody who reads the entry sees them', () =>
  withApp(
    {
      secrets: { kind: 'env.storage.static', values: { PG_PASSWORD: one.password, PG_PORT: String(one.port) } },
      password: { kind: 'env.variable', variable: 'PG_PASSWORD', storage: 'app:secrets' },
      port: { kind: 'env.variable', variable: 'PG_PORT', storage: 'app:secrets' },
      postgres: { ...entry(one), password: `\${env:PG_PASSWORD}`, port: `\${env:PG_PORT}` },
    },
    async (app) => {
      assert.equal(app.node.problems, [])
      const code = `local found = require('registry').get('app:postgres')
        return { sql.get('app:postgres'):query('SELECT server FROM who')[1].server, found.data.password }`
      assert.equal(await lua(app, code), [1, `\${env:PG_PASSWORD}`])
      assert.not.match(JSON.stringify(app.lines), new RegExp(one.password))
    },
  ))

test('in Lua MySQL is a database as the others are', async () => {
  const server = await startMysql()
  const { host, port, database, username, password } = server
  const options = { charset: 'utf8mb4', parseTime: 'true', sql_mode: 'STRICT_ALL_TABLES' }
  await withApp({ db: { kind: 'db.sql.mysql', host, port, database, username, password, options } }, async (app) => {
    assert.equal(app.node.problems, [])
    const code = `local db = assert(sql.get('app:db'))
      assert(db:execute('CREATE TABLE users (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(99) UNIQUE, score DOUBLE, at DATETIME)'))
      local made = assert(db:execute('INSERT INTO users (name, score) VALUES (?, ?)', { 'größe', 1.5 }))
      local _, twice = db:execute('INSERT INTO users (name) VALUES (?)', { 'größe' })
      local tx = assert(db:begin({ isolation = sql.isolation.SERIALIZABLE }))
      assert(tx:execute('INSERT INTO users (name, at) VALUES (?, ?)', { 'b', '2024-05-06 07:08:09' }))
      assert(tx:savepoint('s')) assert(tx:execute('DELETE FROM users')) assert(tx:rollback_to('s')) assert(tx:commit())
      local rows = assert(sql.builder.select('id', 'name', 'at'):from('users'):where(sql.builder.gte({ id = 1 })):order_by('id'):limit(5):run_with(db):query())
      local statement = assert(db:prepare('SELECT score FROM users WHERE id = ?'))
      local score = statement:query({ 1 })[1].score statement:close()
      return { db:type() == sql.type.MYSQL, made.last_insert_id, made.rows_affected, twice:kind(), #rows, rows[1].name, rows[1].at, rows[2].at, score,
        math.type(rows[1].id), db:stats().max_open_connections }`
    assert.equal(await lua(app, code), [true, 1, 1, 'AlreadyExists', 2, 'größe', null, '2024-05-06T07:08:09Z', 1.5, 'integer', 10])
  })
  await server.stop()
})

test('what an entry gets wrong is said with its field, never with its value', () =>
  withApp({}, async (app) => {
    const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
      [{ host: undefined }, /host of "app:x" is not text/],
      [{ port: 'five' }, /port of "app:x" is not a whole number up to 65535/],
      [{ pool: { max_open: 100_000 } }, /pool\.max_open of "app:x" is not a whole number up to 1000/],
      [{ statement_timeout: 'soon' }, /statement_timeout of "app:x" is not a duration/],
      [{ options: { sslmode: 'maybe' } }, /options\.sslmode of "app:x" is not disable/],
      [{ options: { 'a b': 'x' } }, /options\.a b of "app:x" is no setting/],
      [{ kind: 'db.sql.mysql', options: { tls: 'maybe' } }, /options\.tls of "app:x" is not false, skip-verify or true/],
      [{ kind: 'db.sql.mysql', host: undefined }, /host of "app:x" is not text/],
      [{ kind: 'db.sql.sqlite', file: '../../etc/app.db' }, /lies outside the directory of the app/],
    ]
    for (const [fields, message] of wrong) {
      const { kind = 'db.sql.postgres', ...data } = { ...entry(one), ...fields } as Draft
      const error = await failure(app.make('app:x', { kind, ...data }))
      assert.instance(error, WippyError)
      assert.match(error.message, message)
    }
  }))

test('a file that cannot be opened is a problem of its entry, and says which file it is', () =>
  withApp({ db: { kind: 'db.sql.sqlite', file: './nowhere/app.db' } }, async (app) => {
    const [problem] = app.node.problems
    assert.equal([problem?.code, problem?.where?.entry], ['SQL_UNAVAILABLE', 'app:db'])
    assert.match(problem?.message ?? '', join(app.root, 'nowhere', 'app.db'))
  }))

test('the file of a database lies in the directory of the app, whatever module names it', async () => {
  const [root, base] = [directoryWith({}), directoryWith({})]
  const origin = { file: 'x', path: 'x', base, line: 1, column: 1, spots: new Map(), sources: new Map() }
  const module = makeEntry({ id: 'org.mod:db', kind: 'db.sql.sqlite', data: { file: './own.db' }, origin })
  const database = await describeDatabase(module, () => undefined, { root, clock: systemClock }).open()
  await database.ping()
  await database.close()
  assert.equal([existsSync(join(root, 'own.db')), existsSync(join(base, 'own.db'))], [true, false])
})

test.run()
