import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

const test = suite('servers of tests')

test('two PostgreSQL run beside each other, and are gone when stopped', async () => {
  const [one, two] = await Promise.all([startPostgres(), startPostgres({ max_connections: 7 })])
  assert.is.not(one.port, two.port)
  assert.equal(await one.query('select 1 + $1::int as sum', [2]), [{ sum: 3 }])
  assert.equal(await two.query('show max_connections'), [{ max_connections: '7' }])
  await Promise.all([one.stop(), two.stop()])
  assert.match(String(await one.query('select 1').catch((error) => error.code)), /ECONNREFUSED/)
})

test('Redis takes its settings and is gone when stopped', async () => {
  const server = await startRedis({ maxmemory: '8mb' })
  assert.match(server.url, new RegExp(`:${server.port}$`))
  await server.stop()
})

test('a server that does not start says why', async () => {
  const error = await startPostgres({ no_such_setting: 1 }).catch((reason: Error) => reason)
  assert.match(String(error), /unrecognized configuration parameter "no_such_setting"/)
})

test.run()
