// What a server refuses rather than hold, and that it says so.

import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Body } from '../../src/http/body.ts'
import { Room } from '../../src/http/room.ts'
import { endpoint, gateway, handler, router, type Served, served } from './served.ts'

const test = suite('room')

const metersOf = async ({ app }: Served): Promise<string> => (await app.node.parts.meters()).text
const send = (length: number): RequestInit => ({ method: 'POST', body: 'x'.repeat(length) })

test('bodies that are taken whole fill a server up to its bound: one more has 503, and is counted, until a handler has ended', () =>
  served(
    {
      gateway: gateway({ limits: { bodies: '3KiB' } }),
      keep: handler(`assert(req:body()) time.sleep('1h')`),
      tell: handler(`local b, err = req:body() if not b then return nil, err end res:write('' .. #b)`),
      own: handler(`local b, err = req:body() res:set_status(400) res:write(err:kind() .. ': ' .. err:message())`),
      flow: handler(
        `local s, n = assert(req:stream()), 0 for part in function() return s:read(1000) end do n = n + #part end res:write('' .. n)`,
      ),
      a: endpoint('/keep', 'keep', { method: 'POST' }),
      b: endpoint('/tell', 'tell', { method: 'POST' }),
      c: endpoint('/own', 'own', { method: 'POST' }),
      d: endpoint('/flow', 'flow', { method: 'POST' }),
    },
    async (server) => {
      const { app } = server
      assert.equal(await server.say('/tell', send(3 * 1024)), [200, '3072'])
      const kept = server.say('/keep', send(2 * 1024))
      await app.until(() => app.processes('app:keep').some(({ steps, state }) => steps > 1 && state === 'waiting'), 'a body that is held')
      const refused = await server.fetch('/tell', send(1025))
      assert.equal([refused.status, refused.headers.get('retry-after'), await refused.text()], [503, '1', 'too many bodies\n'])
      const streamed = { method: 'POST', body: new Blob(['x'.repeat(1025)]).stream(), duplex: 'half' } as RequestInit
      assert.is((await server.say('/tell', streamed))[0], 503, 'whose length is not known')
      assert.equal(await server.say('/own', send(1025)), [400, 'Unavailable: the server holds as many bodies as it may: 3072 bytes'])
      assert.equal(await server.say('/flow', send(10_000)), [200, '10000'], 'what is read piece by piece is not held')
      assert.equal(await server.say('/tell', send(1024)), [200, '1024'], 'what fits')
      app.node.scheduler.terminate(app.processes('app:keep')[0]!.pid)
      await kept
      assert.equal(await server.say('/tell', send(3 * 1024)), [200, '3072'])
      assert.match(await metersOf(server), /^wippy_http_refused_total\{server="app:gateway",why="bodies"\} 3$/m)
    },
  ))

test('a body that could never be held is too large, whoever else there is', () =>
  served(
    {
      gateway: gateway({ limits: { bodies: '1KiB' } }),
      tell: handler(`local b, err = req:body() if not b then return nil, err end res:write('' .. #b)`),
      a: endpoint('/tell', 'tell', { method: 'POST' }),
    },
    async (server) => {
      assert.equal(await server.say('/tell', send(1025)), [413, 'the body is too large'])
      const streamed = { method: 'POST', body: new Blob(['x'.repeat(1025)]).stream(), duplex: 'half' } as RequestInit
      assert.equal(await server.say('/tell', streamed), [413, 'the body is too large'])
    },
  ))

test('one request more than may be at work is counted', () =>
  served(
    { gateway: gateway({ limits: { requests: 1 } }), hang: handler(`time.sleep('1h')`), a: endpoint('/hang', 'hang') },
    async (server) => {
      const first = server.say('/hang')
      await server.app.until(() => server.app.processes('app:hang').length === 1, 'a handler')
      assert.equal(await server.say('/hang'), [503, 'too many requests'])
      server.app.node.scheduler.terminate(server.app.processes('app:hang')[0]!.pid)
      await first
      assert.match(await metersOf(server), /^wippy_http_refused_total\{server="app:gateway",why="requests"\} 1$/m)
    },
  ))

test('a name of the server that an app has taken for something else keeps no request from its answer, and is told once', () =>
  served(
    {
      router: router({ middleware: ['metrics'] }),
      hello: handler(`res:write('hello')`),
      route: endpoint('/hello', 'hello'),
    },
    async (server) => {
      const meters = await server.app.node.parts.meters()
      for (const name of ['wippy_http_requests_in_flight', 'wippy_http_requests_total']) meters.observe(name, 1)
      for (let i = 0; i < 2; i++) assert.equal(await server.say('/hello'), [200, 'hello'])
      const told = server.app.lines.filter(({ source, level }) => source === 'app:router' && level === 'warn')
      assert.equal(
        told.map(({ message }) => message),
        ['requests are not counted: "wippy_http_requests_in_flight" is a histogram'],
      )
    },
  ))

test('what comes of a body when nobody works on its request any more takes no room', async () => {
  const room = new Room(8, () => {})
  const [request, response] = [new PassThrough(), new EventEmitter()]
  const body = new Body({
    request: Object.assign(request, { headers: { 'content-length': '8' } }) as unknown as IncomingMessage,
    response: Object.assign(response, { headersSent: true }) as unknown as ServerResponse,
    most: 100,
    room,
  })
  const outcome = body.whole(100).then(
    () => 'read',
    ({ code }) => code,
  )
  request.write('1234')
  while (room.take(5)) {
    room.give(5)
    await nextTurn()
  }
  body.leave()
  request.end('5678')
  assert.is(await outcome, 'HTTP_GONE')
  assert.ok(room.take(8), 'all of the room is there')
})

test.run()
