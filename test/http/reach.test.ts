// Who may reach which machine: addresses are looked at before a connection is made, and the connection goes to those and no others.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { HttpClient, wholeBody } from '../../src/http/client/client.ts'
import { readOutgoing } from '../../src/http/client/outgoing.ts'
import { isPrivate, type Lookup } from '../../src/http/client/reach.ts'
import { failure, func, proc, withApp } from '../support/app.ts'
import { fakeCaller } from '../support/caller.ts'
import { permitsOf } from '../support/permits.ts'

const test = suite('reach')

test('a request is late also while its name is looked up', async () => {
  const client = new HttpClient({ permits: permitsOf(() => true), clock: systemClock, lookup: () => new Promise(() => {}) })
  const gone = new AbortController()
  const sent = client.send(fakeCaller(), await readOutgoing('GET', 'http://slow.example', {}), gone.signal)
  const why = new Error('late')
  gone.abort(why)
  assert.is(await sent.catch((error: unknown) => error), why)
  client.close()
})

const listening = async (answer: Parameters<typeof createServer>[1] & object, act: (port: number, server: Server) => Promise<void>) => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await act((server.address() as { port: number }).port, server)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** A client whose doer may do what `allowed` says, as "action resource". */
const clientWith = (allowed: (need: string) => boolean, lookup: Lookup) => {
  const asked: string[] = []
  const permits = permitsOf((_, action, resource) => {
    asked.push(`${action} ${resource}`)
    return allowed(`${action} ${resource}`)
  })
  const client = new HttpClient({ permits, clock: systemClock, lookup })
  const get = async (url: string): Promise<string> => {
    const outgoing = await readOutgoing('GET', url, {})
    const answer = await client.send(fakeCaller(), outgoing, AbortSignal.timeout(5000))
    return Buffer.from(await wholeBody(answer, outgoing)).toString()
  }
  return { client, asked, get }
}

const home: Lookup = async () => [{ address: '127.0.0.1', family: 4 }]

test('private: this machine, its surroundings, and what is no machine of the internet, however it is written', () => {
  const yes = `127.0.0.1 127.9.9.9 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    198.18.0.1 ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:7f00:1 fe80::1 fc00::1 fd12::1 ff02::1 64:ff9b::7f00:1 2002:7f00:1:: ::127.0.0.1 nonsense`
  for (const address of yes.trim().split(/\s+/)) assert.is(isPrivate(address), true, address)
  for (const address of '8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8'.split(' '))
    assert.is(isPrivate(address), false, address)
})

test('a name that stands for a private address needs the right to that address', () =>
  listening(
    (_, response) => response.end('inside'),
    async (port) => {
      const denied = clientWith((need) => need.startsWith('http_client.request'), home)
      const error = await failure(denied.get(`http://public.test:${port}/`))
      assert.equal([error.code, denied.asked], ['PERMISSION_DENIED', ['http_client.private_ip 127.0.0.1']])
      const allowed = clientWith(() => true, home)
      assert.is(await allowed.get(`http://public.test:${port}/`), 'inside')
      for (const { client } of [denied, allowed]) client.close()
    },
  ))

test('numbers in disguise are what they stand for', async () => {
  const { client, get, asked } = clientWith((need) => need.startsWith('http_client.request'), home)
  for (const host of ['2130706433', '0x7f.1', '127.1', '017700000001', '[::ffff:127.0.0.1]', '[::1]', '①②⑦.0.0.1']) {
    assert.is((await failure(get(`http://${host}/`))).code, 'PERMISSION_DENIED', host)
  }
  assert.equal(
    new Set(asked),
    new Set(['http_client.private_ip 127.0.0.1', 'http_client.private_ip ::ffff:7f00:1', 'http_client.private_ip ::1']),
  )
  client.close()
})

test('a name is looked up once: what it means a moment later does not matter', () =>
  listening(
    (_, response) => response.end('here'),
    async (port) => {
      let lookups = 0
      const rebinding: Lookup = async () => {
        lookups++
        return [{ address: lookups === 1 ? '127.0.0.1' : '10.9.9.9', family: 4 }]
      }
      const { client, get } = clientWith((need) => !need.includes('10.9.9.9'), rebinding)
      assert.is(await get(`http://name.test:${port}/`), 'here')
      assert.is(lookups, 1)
      assert.is((await failure(get(`http://name.test:${port}/`))).code, 'PERMISSION_DENIED')
      client.close()
    },
  ))

test('one private address among public ones is enough', async () => {
  const mixed: Lookup = async () => [
    { address: '8.8.8.8', family: 4 },
    { address: '169.254.169.254', family: 4 },
  ]
  const { client, get } = clientWith((need) => !need.startsWith('http_client.private_ip'), mixed)
  assert.is((await failure(get('http://mixed.test/'))).code, 'PERMISSION_DENIED')
  client.close()
})

test('a connection that is kept is no way around', () =>
  listening(
    (_, response) => response.end('kept'),
    async (port, server) => {
      let connections = 0
      server.on('connection', () => connections++)
      let isAllowed = true
      const { client, get } = clientWith((need) => isAllowed || need.startsWith('http_client.request'), home)
      assert.equal([await get(`http://a.test:${port}/`), await get(`http://a.test:${port}/`), connections], ['kept', 'kept', 1])
      isAllowed = false
      assert.is((await failure(get(`http://a.test:${port}/`))).code, 'PERMISSION_DENIED')
      client.close()
    },
  ))

test('where an answer leads is asked for again', () =>
  listening(
    (request, response) => response.writeHead(302, { location: request.url === '/out' ? '/secret' : 'http://other.test/' }).end(),
    async (port) => {
      const { client, get, asked } = clientWith((need) => !need.includes('/secret') && !need.includes('other.test'), home)
      assert.is((await failure(get(`http://a.test:${port}/out`))).code, 'PERMISSION_DENIED')
      assert.is((await failure(get(`http://a.test:${port}/away`))).code, 'PERMISSION_DENIED')
      assert.ok(asked.includes(`http_client.request http://a.test:${port}/secret`))
      client.close()
    },
  ))

test('code that was made at run time reaches nothing; with a scope, what that names', () =>
  listening(
    (_, response) => response.end('ok'),
    async (port) => {
      const url = `http://127.0.0.1:${port}/`
      const policy = (action: string, resource: string) => ({
        kind: 'security.policy',
        policy: { actions: action, resources: resource, effect: 'allow' },
      })
      const drafts = {
        request: policy('http_client.request', `${url}open*`),
        address: policy('http_client.private_ip', '127.0.0.1'),
        get: func(
          `local http = require('http_client') return function(url)
          local r, err = http.get(url) return r and r.body or err:kind() end`,
          { modules: ['http_client'] },
        ),
        idle: proc('return function() end'),
      }
      await withApp(drafts, async (app) => {
        const scoped = (names: string, path: string): Promise<unknown> =>
          app.eval(
            `local list = {} for name in ('${names}'):gmatch('%w+') do list[#list + 1] = assert(security.policy('app:' .. name)) end
            return (funcs.new():with_actor(security.new_actor('a')):with_scope(security.new_scope(list)):call('app:get', '${url}${path}'))`,
            { modules: ['funcs', 'security'] },
          )
        assert.is(await scoped('request address', 'open/1'), 'ok')
        assert.is(await scoped('request address', 'other'), 'PermissionDenied')
        assert.is(await scoped('request', 'open/1'), 'PermissionDenied')
        assert.is(await scoped('address', 'open/1'), 'PermissionDenied')
        const made = `return function() local r, err = http_client.get('${url}') return r and r.body or err:kind() end`
        await app.make('app:made', { kind: 'function.lua', code: made, modules: ['http_client'] })
        assert.is(await app.eval(`return (funcs.call('app:made'))`, { modules: ['funcs'] }), 'PermissionDenied')
      })
    },
  ))

test.run()
