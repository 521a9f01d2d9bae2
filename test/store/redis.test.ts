import { createClient } from 'redis'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RedisStore } from '../../src/store/redis.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'
import { freePort } from '../support/server-program.ts'
import { code, conforms, get, put } from './store.ts'

const test = suite('redis store')

let server: RedisServer
let made = 0
test.before(async () => {
  server = await startRedis()
})
test.after(() => server.stop())

const open = (more = {}): RedisStore =>
  new RedisStore({
    ...server,
    ...{ database: 0, username: '', tls: false, prefix: `s${++made}:`, connectMs: 10_000, commandMs: 10_000, queue: 1000 },
    ...more,
  })

conforms(
  test,
  async () => open(),
  (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
)

test('two stores with one prefix are one store, with others none', async () => {
  const [one, two, other] = [open({ prefix: 'p:' }), open({ prefix: 'p:' }), open({ prefix: 'q:' })]
  const { version } = await put(one, 'a', 1)
  assert.is(await get(two, 'a'), 1)
  assert.is(await get(other, 'a'), undefined)
  assert.is(await code(put(two, 'a', 2, { ifVersion: version })), 'no error')
  assert.is(await code(put(one, 'a', 3, { ifVersion: version })), 'STORE_CONFLICT')
  await Promise.all([one.close(), two.close(), other.close()])
})

test('keys that have expired leave the index without a list', async () => {
  const store = open({ prefix: 'swept:' })
  const raw = createClient({ url: server.url })
  await raw.connect()
  for (let at = 0; at < 20; at++) await put(store, `token/${at}`, at, { ttlMs: 1 })
  while ((await raw.keys('swept:value:*')).length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
  for (let at = 0; at < 5; at++) await put(store, 'one', at, { ttlMs: 60_000 })
  assert.equal([await raw.zCard('swept:keys'), await raw.zCard('swept:expiries')], [1, 1])
  await put(store, 'one', 1)
  assert.equal([await raw.zCard('swept:keys'), await raw.zCard('swept:expiries')], [1, 0])
  await Promise.all([store.close(), raw.close()])
})

test('a key that is put again while a list comes across it as one that has expired stays in lists', async () => {
  const [one, two] = [open({ prefix: 'again:' }), open({ prefix: 'again:' })]
  const raw = createClient({ url: server.url })
  await raw.connect()
  const page = { prefix: '', after: '', limit: 10, bytes: 1000 }
  try {
    for (let time = 0; time < 100; time++) {
      await raw.zAdd('again:keys', { score: 0, value: 'k' }) // its value has expired
      await Promise.all([one.list(page), two.get('k').then(() => put(two, 'k', time))])
      assert.is((await two.list(page)).items.length, 1, `time ${time}`)
      await raw.del('again:value:k')
    }
  } finally {
    await Promise.all([one.close(), two.close(), raw.close()])
  }
})

test('a wrong password, and a server that is not there', async () => {
  const refused = open({ password: 'not the secret' })
  const error = await refused.ping().catch((reason) => reason)
  assert.is(error.code, 'STORE_LOGIN')
  assert.not.match(JSON.stringify([error.message, error.details ?? '']), /not the secret/)
  await refused.close()
  const nobody = open({ port: await freePort() })
  assert.is(await code(nobody.ping()), 'STORE_UNAVAILABLE')
  assert.is(await code(nobody.get('a')), 'STORE_UNAVAILABLE')
  await nobody.close()
})

test('a server that comes back is used again', async () => {
  const port = await freePort()
  const first = await startRedis({ port })
  const store = open({ port })
  await put(store, 'a', 1)
  await first.stop()
  assert.match(await code(store.get('a')), /^STORE_(?:UNAVAILABLE|LOST)$/)
  const second = await startRedis({ port })
  while ((await code(store.get('a'))) !== 'no error') await new Promise((resolve) => setTimeout(resolve, 20))
  await put(store, 'a', 2)
  assert.is(await get(store, 'a'), 2)
  await store.close()
  await second.stop()
})

test.run()
