// Databases as Lua sees them: values, transactions that belong to their process, statements put together from parts.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '../support/app.ts'
import { func, proc, type TestApp, withApp } from '../support/app.ts'

const test = suite('sql')

const db: Draft = { kind: 'db.sql.sqlite', file: ':memory:', pool: { wait_timeout: '60s' } }
const modules = ['sql', 'time', 'registry']
const lua = (app: TestApp, code: string): Promise<unknown> => app.eval(`local sql = require('sql')\n${code}`, { modules })
const opened = `local db = assert(sql.get('app:db'))\n`

test('a handle, its types and its figures', () =>
  withApp({ db }, async (app) => {
    const code = `${opened} local stats = db:stats()
      return { db:type(), stats.max_open_connections, stats.open_connections, stats.in_use, stats.idle, stats.wait_duration, type(db), db:release() }`
    assert.equal(await lua(app, code), ['sqlite', 1, 1, 0, 1, '0s', 'userdata', true])
    const none = `local none, err = sql.get('app:none') return { tostring(none), err:kind(), err:retryable() }`
    assert.equal(await lua(app, none), ['nil', 'NotFound', false])
    assert.equal(await lua(app, `local _, err = sql.get('') return err:kind()`), 'Invalid')
  }))

test('values go in and come out as they are', () =>
  withApp({ db }, async (app) => {
    const code = `${opened}
      local row = db:query('SELECT ? AS i, ? AS f, ? AS s, ? AS b, ? AS yes, ? AS z, typeof(?) AS t, typeof(?) AS u, ? AS raw',
        { math.mininteger, 2.0, 'ü', sql.as.binary('\\0\\255'), true, nil, sql.as.int(7.9), sql.as.text(5), '\\255' })[1]
      return { row.i == math.mininteger and math.type(row.i), math.type(row.f), row.s, row.b == '\\0\\255', row.yes, row.z == nil, row.t, row.u, row.raw == '\\255' }`
    assert.equal(await lua(app, code), ['integer', 'float', 'ü', true, 1, true, 'integer', 'text', true])
    const wrong = `${opened} local out = {}
      for i, bad in ipairs({ { {} }, { print }, 5, 'text' }) do
        local _, err = db:query('SELECT ?', bad)
        out[i] = err:kind() .. ' ' .. err:message()
      end return out`
    assert.equal(await lua(app, wrong), [
      'Invalid parameter 1 is a table, which no column can hold: encode it first',
      'Invalid parameter 1 is a function, which no column can hold: encode it first',
      'Invalid parameters must be a table, got number',
      'Invalid parameters must be a table, got string',
    ])
  }))

test('statements, transactions and savepoints end as they should', () =>
  withApp({ db }, async (app) => {
    const code = `${opened}
      assert(db:execute('CREATE TABLE t (x INTEGER)'))
      local tx = assert(db:begin())
      local insert = assert(tx:prepare('INSERT INTO t VALUES (?)'))
      for i = 1, 3 do assert(insert:execute({ i })) end
      assert(tx:savepoint('a') and insert:execute({ 4 }) and tx:rollback_to('a') and tx:release('a'))
      local _, bad = tx:savepoint('a; DROP TABLE t')
      assert(insert:close() and tx:commit())
      local _, closed = insert:execute({ 5 })
      local _, over = tx:query('SELECT 1')
      local _, again = tx:rollback()
      local count = assert(db:prepare('SELECT count(*) AS n FROM t WHERE x > ?'))
      local _, level = db:begin({ isolation = 'whatever' })
      return { count:query({ 1 })[1].n, bad:kind(), closed:kind(), over:kind(), again:kind(), level:kind(), tx:db_type() == nil }`
    assert.equal(await lua(app, code), [2, 'Invalid', 'Invalid', 'Invalid', 'Invalid', 'Invalid', true])
  }))

test('what a process leaves open is rolled back when it ends, however it ends', () =>
  withApp(
    {
      db,
      leaver: func(
        `return function(how)
          local db = require('sql').get('app:db')
          local tx = db:begin()
          tx:execute('INSERT INTO t VALUES (1)')
          if how == 'error' then error('on purpose') end
        end`,
        { modules: ['sql'] },
      ),
      sleeper: proc(
        `return function(parent)
          local tx = require('sql').get('app:db'):begin()
          tx:execute('INSERT INTO t VALUES (1)')
          process.send(parent, 'ready')
          require('time').sleep('1h')
        end`,
        { modules: ['sql', 'time'] },
      ),
    },
    async (app) => {
      const code = `${opened} local funcs = require('funcs')
        assert(db:execute('CREATE TABLE t (x INTEGER)'))
        funcs.call('app:leaver', 'return')
        funcs.call('app:leaver', 'error')
        local ready = process.listen('ready')
        local pid = process.spawn('app:sleeper', 'app:processes', process.pid())
        ready:receive()
        process.terminate(pid)
        return db:query('SELECT count(*) AS n FROM t')[1].n`
      assert.is(await app.eval(`local sql = require('sql')\n${code}`, { modules: [...modules, 'funcs'] }), 0)
    },
  ))

test('a process has so many transactions open, and no more', () =>
  withApp(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`db${i + 1}`, { kind: 'db.sql.sqlite' }])), async (app) => {
    const code = `local out = {}
      for i = 1, 33 do local tx, err = sql.get('app:db' .. i):begin() out[i] = err and err:kind() or 'begun' end
      return { out[32], out[33] }`
    assert.equal(await lua(app, code), ['begun', 'RateLimited'])
  }))

test('a query in one coroutine holds up no other', () =>
  withApp({ db }, async (app) => {
    const code = `${opened} local done = channel.new(2)
      coroutine.spawn(function()
        db:query('WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000000) SELECT count(*) FROM c')
        done:send('query')
      end)
      coroutine.spawn(function() done:send('other') end)
      return { (done:receive()), (done:receive()) }`
    assert.equal(await lua(app, code), ['other', 'query'])
  }))

const built: readonly (readonly [string, string, readonly unknown[]])[] = [
  [
    "b.select('id', 'name'):from('t'):where({ b = 2, a = 1 }):order_by('id DESC', 'name'):limit(10):offset(5)",
    'SELECT id, name FROM t WHERE a = ? AND b = ? ORDER BY id DESC, name LIMIT 10 OFFSET 5',
    [1, 2],
  ],
  [
    "b.select('a'):distinct():from('t'):left_join('u ON u.id = ? AND u.x', 7):where('a > ?', 1)",
    'SELECT DISTINCT a FROM t LEFT JOIN u ON u.id = ? AND u.x WHERE a > ?',
    [7, 1],
  ],
  ["b.select('a'):from('t'):join('u', 'u.id = t.id')", 'SELECT a FROM t JOIN u ON u.id = t.id', []],
  [
    "b.select('a'):from('t'):group_by('a'):having(b.gt({ ['COUNT(*)'] = 1 })):suffix('FOR UPDATE')",
    'SELECT a FROM t GROUP BY a HAVING COUNT(*) > ? FOR UPDATE',
    [1],
  ],
  [
    "b.insert('t'):columns('a', 'b'):values(1, sql.NULL):values(b.expr('now(?)', 3), 4):suffix('RETURNING id')",
    'INSERT INTO t (a,b) VALUES (?,?),(now(?),?) RETURNING id',
    [1, 'NULL', 3, 4],
  ],
  ["b.insert():into('t'):options('OR IGNORE'):set_map({ b = 2, a = sql.as.int(1) })", 'INSERT OR IGNORE INTO t (a,b) VALUES (?,?)', [1, 2]],
  ["b.insert('t'):columns('a'):select(b.select('x'):from('u'):where({ y = 1 }))", 'INSERT INTO t (a) SELECT x FROM u WHERE y = ?', [1]],
  [
    "b.update('t'):set('a', 1):set_map({ c = 3, b = b.expr('b + ?', 2) }):where({ id = 9 }):limit(1)",
    'UPDATE t SET a = ?, b = b + ?, c = ? WHERE id = ? LIMIT 1',
    [1, 2, 3, 9],
  ],
  [
    "b.update('t'):set('a', 1):from_select(b.select('x'):from('u'):where({ y = 2 }), 's'):where('t.id = s.x')",
    'UPDATE t SET a = ? FROM (SELECT x FROM u WHERE y = ?) AS s WHERE t.id = s.x',
    [1, 2],
  ],
  [
    "b.delete('t'):where(b.or_({ { a = 1 }, b.and_({ b.lte({ b = 2 }), b.not_like({ c = 'x%' }) }) }))",
    'DELETE FROM t WHERE (a = ? OR (b <= ? AND c NOT LIKE ?))',
    [1, 2, 'x%'],
  ],
  ['b.eq({ a = sql.NULL, b = { 1, 2 }, c = {} })', 'a IS NULL AND b IN (?,?) AND (1=0)', [1, 2]],
  ['b.not_eq({ a = sql.NULL, b = { 1, 2 }, c = {} })', 'a IS NOT NULL AND b NOT IN (?,?) AND (1=1)', [1, 2]],
  ['b.and_({})', '(1=1)', []],
  ['b.or_({})', '(1=0)', []],
]

test('builders write statements, and leave those they were made from as they were', () =>
  withApp({}, async (app) => {
    for (const [code, text, args] of built) {
      const got = await lua(
        app,
        `local b = sql.builder local text, args = (${code}):to_sql()
        for i, v in ipairs(args) do if v == sql.NULL then args[i] = 'NULL' end end return { text = text, args = args }`,
      )
      assert.equal(got, { text, args: args.length === 0 ? {} : args }, code)
    }
    const base = `local base = sql.builder.select('a'):from('t')
      base:where({ x = 1 }):limit(1) return (base:to_sql()) .. ' | ' .. tostring(base)`
    assert.is(await lua(app, base), 'SELECT a FROM t | SelectBuilder: SELECT a FROM t [Args: []]')
  }))

test('placeholders are numbered where they stand for something', () =>
  withApp({}, async (app) => {
    const text = `select('a'):from('t'):where("x = ? AND y = '?' -- ?\\nAND z ?? ? /* ? */ AND q = \\"?\\"", 1, 2):where({ b = 3 })`
    const numbers = async (format: string): Promise<unknown> =>
      lua(app, `local b = sql.builder return (b.${text}:placeholder_format(b.${format}):to_sql())`)
    const expected = (p: (n: number) => string) =>
      `SELECT a FROM t WHERE (x = ${p(1)} AND y = '?' -- ?\nAND z ? ${p(2)} /* ? */ AND q = "?") AND b = ${p(3)}`
    assert.is(
      await numbers('dollar'),
      expected((n) => `$${n}`),
    )
    assert.is(
      await numbers('at'),
      expected((n) => `@p${n}`),
    )
    assert.is(
      await numbers('colon'),
      expected((n) => `:${n}`),
    )
    assert.match(String(await numbers('default_placeholder')), /b = \?$/)
  }))

test('hostile input stays a value, and hostile keys are refused', () =>
  withApp({ db }, async (app) => {
    const code = `${opened}
      assert(db:execute("CREATE TABLE t (tenant INTEGER, name TEXT); INSERT INTO t VALUES (1, 'mine'), (2, 'theirs')"))
      local b, out = sql.builder, {}
      local function rows(query) local list, err = query:run_with(db) if not list then return err:kind() end return #assert(list:query()) end
      local from = b.select('*'):from('t')
      out[1] = rows(from:where({ name = "' OR '1'='1" }))
      out[2] = rows(from:where('tenant = 1 OR tenant = 2'):where({ name = 'mine' }))
      out[3] = rows(from:where(b.and_({ b.expr('tenant = 2 OR 1 = 1'), b.eq({ tenant = 1 }) })))
      for _, key in ipairs({ 'tenant = tenant OR tenant', '1=1; DROP TABLE t; --', "x' OR 'a", 'a/**/', 'tenant) OR (tenant', 'f(1) OR f(2)', '' }) do
        out[#out + 1] = rows(from:where({ [key] = 1 }))
      end
      out[#out + 1] = rows(from:where({ ['t.tenant'] = 1 }))
      out[#out + 1] = rows(from:where({ ['"t"."tenant"'] = 1 }))
      out[#out + 1] = rows(from:where(b.eq({ ['lower(name)'] = 'mine' })))
      for _, broken in ipairs({ b.select(), b.insert('t'), b.insert(''):values(1), b.update('t'), b.update():set('a', 1), b.delete(), b.delete(''),
        b.insert('t'):columns('a) VALUES (1); --'):values(1), b.update('t'):set('a = 1, b', 2), b.delete('t'):where(b.lt({ a = sql.NULL })) }) do
        local text, err = broken:to_sql()
        out[#out + 1] = text or err:kind()
      end
      return table.concat(out, ' ')`
    assert.is(await lua(app, code), `0 1 1 ${'Invalid '.repeat(7)}1 1 1 ${'Invalid '.repeat(10).trim()}`)
  }))

test.run()
