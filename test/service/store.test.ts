// Stores as Lua sees them, and as their entries change: with real servers, under load.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeAll } from '../../src/msgpack.ts'
import type { Draft } from '../support/app.ts'
import { failure, proc, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { freePort } from '../support/server-program.ts'

const test = suite('store')

let one: RedisServer
let two: RedisServer
test.before(async () => {
  ;[one, two] = await Promise.all([startRedis(), startRedis()])
})
test.after(async () => void (await Promise.all([one.stop(), two.stop()])))

const memory: Draft = { kind: 'store.memory', max_size: 100 }
const redis = ({ host, port, password }: RedisServer, more: Record<string, unknown> = {}): Draft => ({
  ...{ kind: 'store.redis', host, port, password, timeout: '60s', ...more },
})
const modules = ['store', 'registry', 'time']
const lua = (app: TestApp, code: string): Promise<unknown> => app.eval(`local store = require('store')\n${code}`, { modules })
const opened = `local s = assert(store.get('app:s'))\n`

/** The same for every kind. */
const kinds: Readonly<Record<string, () => Draft>> = {
  'store.memory': () => memory,
  'store.lmdb': () => ({ kind: 'store.lmdb' }),
  'store.redis': () => redis(one),
}

for (const [kind, draft] of Object.entries(kinds)) {
  test(`in Lua: ${kind} keeps values of every type`, () =>
    withApp({ s: draft() }, async (app) => {
      assert.equal(app.node.problems, [])
      const code = `${opened}
        for key, value in pairs({ text = 'hé', bytes = '\\0\\255', int = math.maxinteger, float = 2.0, flag = false, list = { 1, { a = 'b' } } }) do
          assert(s:set(key, value))
        end
        assert(math.type(s:get('int')) == 'integer' and s:get('int') == math.maxinteger and math.type(s:get('float')) == 'float')
        local none, err = s:get('none')
        return { s:get('text'), s:get('bytes') == '\\0\\255', s:get('flag'), s:get('list')[2].a, err:kind(), s:has('flag'), s:has('none'), s:delete('flag'), s:delete('flag') }`
      assert.equal(await lua(app, code), ['hé', true, false, 'b', 'NotFound', true, false, true, false])
    }))

  test(`in Lua: ${kind} writes on conditions, lists in pages, and says what it is`, () =>
    withApp({ s: draft() }, async (app) => {
      const code = `${opened}
        local first = assert(s:put('p:a', 1, { only_if_absent = true }))
        local _, exists = s:put('p:a', 2, { only_if_absent = true })
        local second = assert(s:put('p:a', 2, { if_version = first.version }))
        local _, conflict = s:put('p:a', 3, { if_version = first.version })
        local _, absent = s:put('p:none', 3, { if_version = first.version })
        for _, key in ipairs({ 'p:b', 'p:c', 'q' }) do s:set(key, key) end
        local page = s:list({ prefix = 'p:', limit = 2 })
        local rest = s:list({ prefix = 'p:', after = page.cursor })
        local info = s:info()
        assert(info.id == 'app:s' and info.list and info.versioned and info.conditional_put and info.ttl)
        return { exists:kind(), conflict:kind(), conflict:retryable(), absent:kind(), s:entry('p:a').value, s:entry('p:a').version == second.version,
          page.items[1].key, page.items[2].value, page.has_more, #rest.items, rest.has_more, rest.cursor, info.backend }`
      const backend = kind.slice('store.'.length)
      assert.equal(await lua(app, code), [
        ...['AlreadyExists', 'Conflict', true, 'NotFound', 2, true, 'p:a', 'p:b', true, 1, false, '', backend],
      ])
    }))
}

test('in Lua: what makes no sense is Invalid, and a released store stays released', () =>
  withApp({ s: memory }, async (app) => {
    const code = `${opened} local out = {}
      local function kind(value, err) out[#out + 1] = err and err:kind() or tostring(value) end
      kind(store.get('')) kind(store.get('app:none'))
      kind(s:set('', 1)) kind(s:set('k', nil)) kind(s:set('k', 1, 'soon')) kind(s:put('k', 1, { ttl = -1 })) kind(s:put('k', 1, { only_if_absent = 1 }))
      kind(s:put('k', 1, { if_version = 0 })) kind(s:put('k', 1, { if_version = '1; 2' })) kind(s:put('k', 1, { only_if_absent = true, if_version = 1 }))
      kind(s:put('k', 1, 5)) kind(s:list({ limit = -1 })) kind(s:list({ prefix = 5 })) kind(s:get(('x'):rep(2000)))
      s:release()
      kind(s:get('k')) kind(s:put('k', 1)) kind(s:list()) kind(s:info())
      return table.concat(out, ' ') .. ' ' .. tostring(s)`
    assert.is(await lua(app, code), `Invalid NotFound${' Invalid'.repeat(16)} store.Store{released}`)
  }))

test('values expire after as many seconds as were given', async () => {
  const clock = new LaterClock()
  const act = async (app: TestApp): Promise<void> => {
    assert.is(await lua(app, `${opened} s:set('k', 1, 3600) return s:has('k')`), true)
    clock.laterMs += HOUR_MS / 2
    assert.is(await lua(app, `${opened} return s:has('k')`), true)
    clock.laterMs += HOUR_MS / 2
    assert.is(await lua(app, `${opened} return s:has('k')`), false)
  }
  await withApp({ s: memory }, act, { clock })
})

const WORKER = `local store = require('store')
  return function(name)
    local s, n, faults, stop = store.get('app:s'), 0, {}, false
    local stopping = process.listen('stop')
    coroutine.spawn(function() stopping:receive() stop = true end)
    while not stop do
      n = n + 1
      local ok, err = s:set(name, n)
      if not ok then faults[#faults + 1] = tostring(err) end
      local has, refused = s:has('somebody')
      if refused then faults[#faults + 1] = tostring(refused) end
    end
    return { n = n, faults = faults, last = s:get(name) }
  end`

test('an entry that names another server moves running code there, and no command fails', () =>
  withApp({ s: redis(one), worker: proc(WORKER, { modules }) }, async (app) => {
    const workers = Array.from({ length: 8 }, (_, i) => app.exit('app:worker', [`w${i}`]))
    const count = async (port: number): Promise<number> =>
      Number(
        await lua(
          app,
          `local s = store.get('app:at${port}') local n = 0
           for i = 0, 7 do n = n + (s:has('w' .. i) and s:get('w' .. i) or 0) end return n`,
        ),
      )
    const reached = async (port: number, least: number): Promise<void> => {
      while ((await count(port)) < least);
    }
    for (const server of [one, two]) await app.put(`app:at${server.port}`, redis(server, { prefix: 'app:s:' }))
    await reached(one.port, 800)
    await app.put('app:s', redis(two))
    await reached(two.port, 1600)
    const left = await count(one.port)
    await app.put('app:s', redis(one))
    await reached(one.port, left + 800)
    for (const { pid } of app.processes('app:worker')) await lua(app, `return process.send('${pid}', 'stop')`)
    const results = (await Promise.all(workers)).map((exit) => decodeAll(exit.payload)[0]) as { n: number; faults: object; last: number }[]
    for (const { n, faults, last } of results) {
      assert.equal(Object.values(faults), [])
      assert.is(last, n)
    }
  }))

test('a server that cannot be reached is no change: the one before stays', () =>
  withApp({ s: redis(one) }, async (app) => {
    const refused = await failure(app.put('app:s', redis({ ...two, port: await freePort() })))
    assert.is(refused.code, 'STORE_UNAVAILABLE')
    const denied = await failure(app.put('app:s', redis({ ...two, password: 'wrong password' })))
    assert.is(denied.code, 'STORE_LOGIN')
    assert.equal(await lua(app, `return store.get(require('registry').get('app:s')):set('a', 1)`), true)
  }))

test('what lies on disk is there when the app starts again, and when its entry changes', () =>
  withApp({ s: { kind: 'store.lmdb', path: './kept' } }, async (app) => {
    await lua(app, `${opened} assert(s:set('k', 'kept'))`)
    await app.put('app:s', { kind: 'store.lmdb', path: './kept', max_size: 5 })
    assert.is(await lua(app, `${opened} return s:get('k')`), 'kept')
    const outside = await failure(app.make('app:other', { kind: 'store.lmdb', path: '../elsewhere' }))
    assert.match(outside.message, /lies outside the directory of the app/)
  }))

test.run()
