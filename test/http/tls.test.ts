// HTTPS, in both directions.

import { request } from 'node:https'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure } from '../support/app.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { endpoint, gateway, handler, type Served, served } from './served.ts'

const test = suite('tls')

const secured = (tls: Readonly<Record<string, unknown>>, act: (server: Served) => Promise<void>): Promise<void> =>
  served(
    {
      gateway: gateway({ tls: { mode: 'manual', cert: CERTIFICATE, key: KEY, ...tls } }),
      hello: handler(`res:write('hello')`),
      route: endpoint('/hello', 'hello'),
    },
    act,
  )

const ask = (server: Served, options: object = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    request(`${server.url}/hello`, { ca: CERTIFICATE, agent: false, ...options }, (response) => {
      response.on('data', (chunk) => resolve(String(chunk)))
      response.on('error', reject)
    })
      .on('error', reject)
      .end()
  })

const client = { cert: CERTIFICATE, key: KEY }

test('a server with a certificate', () =>
  secured({}, async (server) => {
    assert.match(server.url, /^https:/)
    assert.is(await ask(server), 'hello')
    assert.is((await failure(fetch(`${server.url.replace('https', 'http')}/hello`))).message, 'fetch failed')
  }))

test('clients that have to show a certificate', async () => {
  await secured({ client_auth: 'require_and_verify', client_ca: CERTIFICATE }, async (server) => {
    assert.is(await ask(server, client), 'hello')
    await failure(ask(server))
  })
  await secured({ client_auth: 'require_any' }, async (server) => {
    assert.is(await ask(server, client), 'hello')
    await failure(ask(server))
  })
  await secured({ client_auth: 'verify_if_given', client_ca: CERTIFICATE }, async (server) => {
    assert.equal([await ask(server), await ask(server, client)], ['hello', 'hello'])
  })
})

test('http_client checks who answers, unless it is told not to and may', () =>
  secured({}, async (server) => {
    const get = (tls: string): Promise<unknown> =>
      server.app.eval(
        `local r, err = require('http_client').get('${server.url}/hello', { tls = ${tls}, timeout = 5 }) return r and r.body or err:kind()`,
        { modules: ['http_client'] },
      )
    assert.is(await get('nil'), 'Internal')
    assert.is(await get(`{ ca = [[${CERTIFICATE}]] }`), 'hello')
    assert.is(await get(`{ ca = [[${CERTIFICATE}]], server_name = 'other.test' }`), 'Internal')
    assert.is(await get('{ insecure_skip_verify = true }'), 'hello')
    assert.is(await get('nil'), 'Internal')
  }))

test.run()
