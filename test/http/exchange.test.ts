// Servers, routes and handlers change while requests are under way: none is lost.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, func } from '../support/app.ts'
import { Load } from './load.ts'
import { endpoint, gateway, handler, router, served } from './served.ts'

const test = suite('http, exchanged')

const CLIENTS = 6
const answering = (text: string) => handler(`time.sleep('1ms') res:write('${text}')`)

test('handlers, routes and routers change under load: every request is answered, each by one version', () =>
  served({ hello: answering('0'), other: answering('other'), route: endpoint('/hello', 'hello') }, async (server) => {
    const { app } = server
    const load = new Load(CLIENTS, () => `${server.url}/hello`)
    const passed = (count: number): Promise<void> => app.until(() => load.heard.length >= count, `${count} answers`)
    for (let version = 1; version <= 10; version++) {
      const before = load.heard.length
      await app.put('app:hello', answering(String(version)))
      await app.put('app:more', endpoint(`/more${version}`, 'other'))
      await app.put('app:router', router({ middleware: version % 2 === 0 ? ['cors'] : [] }))
      await passed(before + CLIENTS * 2)
    }
    await load.stop()
    assert.equal(load.failures, [])
    assert.equal(new Set(load.heard.map(({ status }) => status)), new Set([200]))
    const versions = load.heard.map(({ body }) => Number(body))
    assert.equal(new Set(versions), new Set(Array.from({ length: 11 }, (_, version) => version)))
    assert.equal(await server.say('/more10'), [200, 'other'])
    assert.equal(await server.say('/more9'), [404, 'there is nothing here'])
  }))

test('a route that goes takes no new request, and what it has begun ends well', () =>
  served({ slow: handler(`time.sleep('200ms') res:write('done')`), route: endpoint('/slow', 'slow') }, async (server) => {
    const begun = server.say('/slow')
    await server.app.until(() => server.app.processes('app:slow').length === 1, 'a handler')
    await server.app.drop('app:route')
    await server.app.drop('app:slow')
    assert.equal(await server.say('/slow'), [404, 'there is nothing here'])
    assert.equal(await begun, [200, 'done'])
  }))

test('another address under load: the new one is open before the old one closes, what is under way ends there', () =>
  served(
    {
      hello: answering('hello'),
      slow: handler(`res:write('begun ') res:flush() time.sleep('300ms') res:write('done')`),
      a: endpoint('/hello', 'hello'),
      b: endpoint('/slow', 'slow'),
    },
    async (server) => {
      const { app } = server
      const load = new Load(CLIENTS, () => `${server.url}/hello`)
      for (let round = 1; round <= 4; round++) {
        const old = server.url
        const slow = server.say('/slow')
        await app.until(() => app.processes('app:slow').length === 1, 'a slow request')
        const heard = load.heard.length
        await app.put('app:gateway', gateway({ addr: `127.0.0.${round + 1}:0` }))
        assert.is.not(server.url, old)
        assert.equal(await server.say('/hello'), [200, 'hello'])
        assert.match(String((await failure(fetch(`${old}/hello`))).cause), /ECONNREFUSED/)
        assert.equal(await slow, [200, 'begun done'])
        await app.until(() => load.heard.length > heard + CLIENTS, 'answers of the new address')
      }
      await load.stop()
      assert.equal(load.failures, [])
      assert.equal(new Set(load.heard.map(({ status }) => status)), new Set([200]))
    },
  ))

test('other limits and times hold from the next request on, the connection stays', () =>
  served({ size: handler(`res:write('' .. #req:body())`), route: endpoint('/size', 'size', { method: 'POST' }) }, async (server) => {
    const wire = await server.open()
    const send = 'POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello'
    await wire.say(send, /200 OK[\s\S]*5$/)
    await server.app.put('app:gateway', gateway({ limits: { body: 4 } }))
    await wire.say(send, /413 Payload Too Large/)
    assert.is(server.app.lines.filter(({ message }) => message === 'listening').length, 1)
    wire.socket.destroy()
  }))

test('an address that cannot be had refuses the change; all stays as it is', () =>
  served({ hello: answering('hello'), route: endpoint('/hello', 'hello'), second: gateway() }, async (server) => {
    const { app, port } = server
    const taken = new URL(String(app.lines.find(({ message, source }) => message === 'listening' && source === 'app:second')?.fields.url))
      .port
    const error = await failure(app.put('app:gateway', gateway({ addr: `127.0.0.1:${taken}` })))
    assert.equal([error.code, server.port], ['HTTP_ADDRESS', port])
    assert.equal(await server.say('/hello'), [200, 'hello'])
    const both = [
      {
        kind: 'entry.update' as const,
        entry: { ...app.node.registry.get('app:gateway')!, data: { addr: '127.0.0.9:0', lifecycle: { auto_start: true } } },
      },
      { kind: 'entry.update' as const, entry: { ...app.node.registry.get('app:route')!, meta: { router: 'app:nobody' } } },
    ]
    assert.is((await failure(app.node.registry.apply(both))).code, 'HTTP_ENTRY')
    assert.equal(await server.say('/hello'), [200, 'hello'])
  }))

test('a server that stops waits for what is under way; one whose entry goes is gone', () =>
  served({ slow: handler(`time.sleep('200ms') res:write('done')`), route: endpoint('/slow', 'slow') }, async (server) => {
    const { app, url } = server
    const begun = server.say('/slow')
    await app.until(() => app.processes('app:slow').length === 1, 'a handler')
    await app.node.registry.apply(['app:route', 'app:router', 'app:gateway'].map((id) => ({ kind: 'entry.delete', id })))
    assert.equal(await begun, [200, 'done'])
    await app.until(
      () => app.lines.length >= 0 && ![...app.node.parts.supervisor.services()].some(([id]) => id === 'app:gateway'),
      'its end',
    )
    assert.match(String((await failure(fetch(`${url}/slow`))).cause), /ECONNREFUSED/)
  }))

test('routes made at run time have no rights that the files do not give them', () =>
  served(
    {
      reads: func(
        `local http, registry = require('http'), require('registry') return function()
        local _, err = registry.get('app:gateway') http.response():write(err and err:kind() or 'read') end`,
        { modules: ['http', 'registry'] },
      ),
      files: endpoint('/files', 'reads'),
    },
    async (server) => {
      assert.equal(await server.say('/files'), [200, 'read'])
      await server.app.make('app:made', endpoint('/made', 'reads'))
      assert.equal(await server.say('/made'), [200, 'PermissionDenied'])
    },
  ))

test.run()
