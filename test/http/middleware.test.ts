// What stands before handlers.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressOf, networkOf, remoteOf } from '../../src/http/remote.ts'
import { directoryWith } from '../registry/scratch.ts'
import type { Draft } from '../support/app.ts'
import { endpoint, gateway, handler, router, type Served, served } from './served.ts'

const test = suite('middleware')

const hello = handler(`res:set_content_type('text/plain') res:write('hello')`)
const withRouter = (more: Readonly<Record<string, unknown>>, act: (server: Served) => Promise<void>): Promise<void> =>
  served({ hello, route: endpoint('/hello', 'hello'), router: router(more) }, act)

const allowed = async (server: Served, origin: string, init: RequestInit = {}): Promise<string | null> =>
  (await server.fetch('/hello', { ...init, headers: { origin, ...init.headers } })).headers.get('access-control-allow-origin')

test('cors: who is on the list is named, others are not; a preflight is answered', () =>
  withRouter({ middleware: ['cors'], options: { 'cors.allow.origins': 'localhost, *.example.com, https://one.test' } }, async (server) => {
    for (const origin of [
      'http://localhost:3000',
      'https://localhost',
      'https://a.example.com',
      'https://a.b.example.com:8443',
      'https://one.test',
    ]) {
      assert.is(await allowed(server, origin), origin)
    }
    for (const origin of ['http://localhost.evil', 'https://example.com.evil', 'https://evilexample.com', 'http://one.test', 'null']) {
      assert.is(await allowed(server, origin), null, origin)
    }
    const asking = { method: 'OPTIONS', headers: { origin: 'https://one.test', 'access-control-request-method': 'GET' } }
    const { status, headers } = await server.fetch('/hello', asking)
    assert.equal([status, headers.get('access-control-max-age')], [204, '86400'])
    assert.match(headers.get('access-control-allow-methods') ?? '', /GET,POST/)
    assert.match(headers.get('vary') ?? '', /^Origin/)
    const refused = await server.fetch('/hello', { ...asking, headers: { ...asking.headers, origin: 'https://evil.test' } })
    assert.equal([refused.status, refused.headers.get('access-control-allow-methods')], [204, null])
  }))

test('cors: credentials are for those who are named', async () => {
  const options = { 'cors.allow.credentials': true }
  await withRouter({ middleware: ['cors'], options }, async (server) => assert.is(await allowed(server, 'https://any.test'), null))
  await withRouter({ middleware: ['cors'], options: { ...options, allow_origins: 'https://a.test' } }, async (server) => {
    const { headers } = await server.fetch('/hello', { headers: { origin: 'https://a.test' } })
    assert.is(headers.get('access-control-allow-credentials'), 'true')
  })
})

test('ratelimit: a reserve, then so many in a time, each client by itself; it survives other changes', () =>
  withRouter(
    {
      middleware: ['ratelimit'],
      options: { 'ratelimit.requests': '1', 'ratelimit.window': '1h', 'ratelimit.burst': 2, 'ratelimit.key': 'header:x-key' },
    },
    async (server) => {
      const ask = async (key: string): Promise<number> => (await server.fetch('/hello', { headers: { 'x-key': key } })).status
      assert.equal([await ask('a'), await ask('a'), await ask('a'), await ask('b')], [200, 200, 429, 200])
      await server.app.put('app:more', endpoint('/more', 'hello'))
      const limited = await server.fetch('/hello', { headers: { 'x-key': 'a' } })
      const { headers } = limited
      assert.equal([limited.status, headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-window')], [429, '1', '1h'])
      assert.ok(Number(headers.get('retry-after')) > 3000)
      assert.is((await server.fetch('/hello')).status, 400)
    },
  ))

test('remotes: with and without a port, and IPv4 within IPv6 is IPv4', () => {
  assert.equal(
    [remoteOf('::ffff:127.0.0.1', 80), remoteOf('::1', 80), remoteOf('127.0.0.1', 80)],
    ['127.0.0.1:80', '[::1]:80', '127.0.0.1:80'],
  )
  const remotes = ['127.0.0.1:80', '[::1]:80', '2001:db8::1', '2001:db8::1:80', '8.8.8.8', '::ffff:8.8.8.8', '']
  assert.equal(remotes.map(addressOf), ['127.0.0.1', '::1', '2001:db8::1', '2001:db8::1:80', '8.8.8.8', '8.8.8.8', ''])
})

test('clients are counted by address, and those of IPv6 by network', () => {
  const addresses = [
    '8.8.8.8',
    '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2::9',
    '2001:DB8:0:0::1',
    'fe80::1%eth0',
    '::1',
    '1:2:3:4:5:6:1.2.3.4',
    '',
  ]
  const networks = [
    '8.8.8.8',
    '2001:db8:1:2::/64',
    '2001:db8:1:2::/64',
    '2001:db8:0:0::/64',
    'fe80:0:0:0::/64',
    '0:0:0:0::/64',
    '1:2:3:4::/64',
    '',
  ]
  assert.equal(addresses.map(networkOf), networks)
})

test('real_ip: believed from trusted proxies only', async () => {
  const tell = handler('res:write(req:remote_addr())')
  const ask = async (options: Record<string, unknown>, headers: Record<string, string>): Promise<string> => {
    let told = ''
    await served({ tell, route: endpoint('/tell', 'tell'), router: router({ middleware: ['real_ip'], options }) }, async (server) => {
      told = (await server.say('/tell', { headers }))[1]
    })
    return told
  }
  assert.is(await ask({}, { 'x-forwarded-for': '8.8.8.8, 10.0.0.1' }), '8.8.8.8')
  assert.is(await ask({}, { 'x-forwarded-for': '1.1.1.1, 8.8.8.8, 10.0.0.1' }), '8.8.8.8') // 1.1.1.1 is what 8.8.8.8 says
  assert.is(await ask({}, { 'x-forwarded-for': '10.0.0.2, 10.0.0.1' }), '10.0.0.2')
  assert.match(await ask({}, { 'x-forwarded-for': '1.1.1.1, nonsense' }), /^127\.0\.0\.1:/)
  assert.is(await ask({}, { 'x-real-ip': '2001:db8::1', 'x-forwarded-for': '8.8.8.8' }), '2001:db8::1')
  assert.match(await ask({}, { 'x-real-ip': 'nonsense' }), /^127\.0\.0\.1:/)
  assert.match(await ask({ 'real_ip.trusted.subnets': '10.0.0.0/8' }, { 'x-real-ip': '8.8.8.8' }), /^127\.0\.0\.1:/)
  assert.is(await ask({ 'real_ip.trusted.subnets': '10.0.0.0/8', 'real_ip.trust_all': true }, { 'true-client-ip': '8.8.8.8' }), '8.8.8.8')
})

test('compress: text that is long enough, for who takes it; pieces as they are written', () =>
  served(
    {
      long: handler(`res:set_content_type('text/plain') res:write(('x'):rep(5000))`),
      pieces: handler(`res:write_event{ name = 'a', data = 1 } time.sleep('10ms') res:write_event{ name = 'b', data = 2 }`),
      image: handler(`res:set_content_type('image/png') res:write(('x'):rep(5000))`),
      hello,
      a: endpoint('/long', 'long'),
      b: endpoint('/pieces', 'pieces'),
      c: endpoint('/image', 'image'),
      d: endpoint('/hello', 'hello'),
      router: router({ middleware: ['compress'], options: { 'compress.level': 'best' } }),
    },
    async (server) => {
      const encoding = async (path: string, accept: string): Promise<string | null> =>
        (await server.fetch(path, { headers: { 'accept-encoding': accept } })).headers.get('content-encoding')
      assert.is(await encoding('/long', 'br, gzip;q=0.5'), 'gzip')
      for (const accept of ['identity', 'gzip;q=0', 'gzip;q=0.0, br']) assert.is(await encoding('/long', accept), null, accept)
      assert.equal([await encoding('/image', 'gzip'), await encoding('/hello', 'gzip')], [null, null])
      assert.equal(await server.say('/long'), [200, 'x'.repeat(5000)])
      assert.is(await encoding('/pieces', 'gzip'), 'gzip')
      assert.equal((await server.say('/pieces'))[1], 'event: a\ndata: 1\n\nevent: b\ndata: 2')
    },
  ))

test('token_auth and firewalls: by header, query or cookie; without a right there is no way', () =>
  served(
    {
      memory: { kind: 'store.memory' },
      tokens: { kind: 'security.token_store', store: 'app:memory' },
      entry: { kind: 'security.policy', policy: { actions: 'access', resources: 'app:open', effect: 'allow' } },
      login: handler(`local security = require('security')
        local store = assert(security.token_store('app:tokens'))
        local scope = security.new_scope{ assert(security.policy('app:entry')) }
        res:write(assert(store:create(security.new_actor('ada'), scope)))`),
      who: handler(`local security = require('security') local actor = security.actor() res:write(actor and actor:id() or 'nobody')`),
      guarded: router({
        middleware: ['token_auth'],
        options: { token_store: 'app:tokens' },
        post_middleware: ['endpoint_firewall'],
        prefix: '/guarded',
      }),
      fixed: router({
        middleware: ['token_auth'],
        options: { 'token_auth.store': 'tokens' },
        post_middleware: ['resource_firewall'],
        post_options: { 'resource_firewall.target': 'app:open' },
        prefix: '/fixed',
      }),
      free: router({ middleware: ['token_auth'], options: { token_store: 'app:tokens' }, prefix: '/free' }),
      l: endpoint('/login', 'login'),
      open: endpoint('/open', 'who', { meta: { router: 'app:guarded' } }),
      shut: endpoint('/shut', 'who', { meta: { router: 'app:guarded' } }),
      target: endpoint('/target', 'who', { meta: { router: 'app:fixed' } }),
      w: endpoint('/who', 'who', { meta: { router: 'app:free' } }),
    },
    async (server) => {
      assert.equal(server.app.node.problems, [])
      const [, token] = await server.say('/login')
      const bearer = { headers: { authorization: `Bearer ${token}` } }
      assert.equal(await server.say('/guarded/open', bearer), [200, 'ada'])
      assert.equal(await server.say(`/guarded/open?x-auth-token=${token}`), [200, 'ada'])
      assert.equal(await server.say('/guarded/open', { headers: { cookie: `a=b; x-auth-token=${token}` } }), [200, 'ada'])
      assert.equal(await server.say('/fixed/target', bearer), [200, 'ada'])
      assert.is((await server.say('/guarded/shut', bearer))[0], 403)
      for (const headers of [
        {},
        { authorization: `Basic ${token}` },
        { authorization: 'Bearer wrong' },
        { authorization: `Bearer ${token}x` },
      ]) {
        const [status, body] = await server.say('/guarded/open', { headers })
        assert.equal([status, JSON.parse(body).success], [401, false])
      }
      assert.equal(await server.say('/free/who'), [200, 'nobody'])
      assert.equal(await server.say('/free/who', bearer), [200, 'ada'])
    },
  ))

test('behind token_auth nobody passes, or acts, as who the server is: who has no token is nobody, for whom app code runs as it does', async () => {
  const identities = [undefined, { actor: { id: 'web' } }, { policies: ['app:all'] }, { actor: { id: 'web' }, policies: ['app:all'] }]
  const who = handler(
    `local security, registry = require('security'), require('registry')
    local actor, entry = security.actor(), registry.get('app:all')
    res:write_json{ actor and actor:id() or 'nobody', security.scope() ~= nil, entry ~= nil }`,
    { modules: ['http', 'json', 'time', 'registry', 'security'] },
  )
  const options = { token_store: 'app:tokens', 'resource_firewall.target': 'app:all', 'sendfile.fs': 'app:files' }
  const asking = (prefix: string, more: Readonly<Record<string, unknown>>): Draft =>
    router({ prefix, options, post_options: options, ...more })
  const under = (name: string): Draft => endpoint('/who', 'who', { meta: { router: `app:${name}` } })
  for (const security of identities) {
    const drafts = {
      gateway: gateway({ lifecycle: { auto_start: true, ...(security && { security }) } }),
      memory: { kind: 'store.memory' },
      tokens: { kind: 'security.token_store', store: 'app:memory' },
      files: { kind: 'fs.directory', directory: directoryWith({ 'a.txt': 'a file' }) },
      all: { kind: 'security.policy', policy: { actions: '*', resources: '*', effect: 'allow' } },
      login: handler(`local security = require('security')
        local scope = security.new_scope{ assert(security.policy('app:all')) }
        res:write(assert(assert(security.token_store('app:tokens')):create(security.new_actor('ada'), scope)))`),
      who,
      file: handler(`res:set_header('X-Sendfile', 'a.txt')`),
      fenced: asking('/fenced', { middleware: ['token_auth'], post_middleware: ['endpoint_firewall'] }),
      fixed: asking('/fixed', { middleware: ['token_auth'], post_middleware: ['resource_firewall'] }),
      early: asking('/early', { middleware: ['resource_firewall', 'token_auth'] }),
      late: asking('/late', { middleware: ['resource_firewall'], post_middleware: ['token_auth'] }),
      free: asking('/free', { middleware: ['token_auth'], post_middleware: ['token_auth'] }),
      sending: asking('/sending', { middleware: ['token_auth', 'sendfile'] }),
      ...{ a: under('fenced'), b: under('fixed'), c: under('early'), d: under('late'), e: under('free') },
      f: endpoint('/file', 'file', { meta: { router: 'app:sending' } }),
      l: endpoint('/login', 'login'),
      site: {
        kind: 'http.static',
        meta: { server: 'app:gateway' },
        path: '/site',
        fs: 'app:files',
        middleware: ['token_auth', 'endpoint_firewall'],
        options,
      },
    }
    await served(drafts, async (server) => {
      assert.equal(server.app.node.problems, [])
      const paths = ['/fenced/who', '/fixed/who', '/early/who', '/late/who', '/site/a.txt']
      const statuses = (init: RequestInit): Promise<number[]> => Promise.all(paths.map(async (path) => (await server.say(path, init))[0]))
      for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
        assert.equal(await statuses({ headers }), [401, 401, 401, 401, 401])
        assert.equal(await server.say('/free/who', { headers }), [200, `["nobody",false,${security === undefined}]`])
        assert.equal((await server.say('/sending/file', { headers }))[1], 'a file')
      }
      const [, token] = await server.say('/login')
      const bearer = { headers: { authorization: `Bearer ${token}` } }
      assert.equal(await statuses(bearer), [200, 200, 401, 401, 200])
      assert.equal(await server.say('/free/who', bearer), [200, '["ada",true,true]'])
    })
  }
})

test('the identity of a service is that of its handlers', () =>
  served(
    {
      gateway: gateway({ lifecycle: { auto_start: true, security: { actor: { id: 'web' }, policies: ['app:some'] } } }),
      some: { kind: 'security.policy', policy: { actions: 'registry.get', resources: 'app:who', effect: 'allow' } },
      who: handler(
        `local registry, security = require('registry'), require('security')
        res:write_json{ security.actor():id(), registry.get('app:who') ~= nil, select(2, registry.get('app:some')):kind() }`,
        {
          modules: ['http', 'json', 'time', 'registry', 'security'],
        },
      ),
      route: endpoint('/who', 'who'),
    },
    async (server) => assert.equal(await server.say('/who'), [200, '["web",true,"PermissionDenied"]']),
  ))

test.run()
