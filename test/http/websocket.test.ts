// WebSockets that processes open.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type WebSocket, WebSocketServer } from 'ws'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('websocket')

/** A server of the test's own, and an app that talks to it. */
const between = async (met: (socket: WebSocket) => void, act: (app: TestApp, url: string) => Promise<void>): Promise<void> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (names) => [...names][0] ?? false })
  await once(server, 'listening')
  server.on('connection', met)
  try {
    await withApp({}, (app) => act(app, `ws://127.0.0.1:${(server.address() as { port: number }).port}`))
  } finally {
    for (const socket of server.clients) socket.terminate()
    server.close()
  }
}

const echo = (socket: WebSocket): void => void socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))

const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(`local websocket = require('websocket') ${code}`, { modules: ['websocket'] })

test('text and bytes go there and come back; closing closes the channel', () =>
  between(echo, async (app, url) => {
    const code = `local client = assert(websocket.connect('${url}', { protocols = { 'chat' }, dial_timeout = '5s' }))
      local ch = client:channel()
      assert(ch == client:receive())
      assert(client:send('häl')) assert(client:send('\\0\\255', websocket.BINARY)) assert(client:ping())
      local first, second = ch:receive(), ch:receive()
      assert(client:close(websocket.CLOSE_CODES.NORMAL, 'done'))
      local last, ok = ch:receive()
      local sent, err = client:send('late')
      return { first, second.type, second.data == '\\0\\255', last == nil, ok, sent == nil and err:kind() }`
    assert.equal(await lua(app, code), [{ type: 'text', data: 'häl' }, 'binary', true, true, false, 'Unavailable'])
  }))

test('the other side closes; what it said before is received', () =>
  between(
    (socket) => {
      socket.send('one')
      socket.close(4000, 'over')
    },
    async (app, url) => {
      const code = `local ch = assert(websocket.connect('${url}')):channel() return { ch:receive().data, (ch:receive()) == nil }`
      assert.equal(await lua(app, code), ['one', true])
    },
  ))

test('who hears nothing for read_timeout, or cannot send within write_timeout, has no WebSocket any more', () =>
  between(
    (socket) => {
      socket.send('one')
      socket.pause()
    },
    async (app, url) => {
      const silent = `local ch = assert(websocket.connect('${url}', { read_timeout = '500ms' })):channel() return { ch:receive().data, (ch:receive()) == nil }`
      assert.equal(await lua(app, silent), ['one', true])
      const full = `local client, large = assert(websocket.connect('${url}', { write_timeout = '1s' })), ('x'):rep(1048576)
        for sent = 1, 100 do
          local ok, err = client:send(large)
          if not ok then return { err:kind(), err:message(), select(2, client:send('more')):kind() } end
        end`
      assert.equal(await lua(app, full), ['Unavailable', 'the other side has not taken it within 1000 ms', 'Unavailable'])
    },
  ))

test('who does not receive is not sent more than it may hold', () => {
  let backlog = 0
  return between(
    (socket) => {
      const piece = 'x'.repeat(1024 * 1024)
      for (let count = 0; count < 64; count++) socket.send(piece)
      socket.on('message', () => {
        backlog = socket.bufferedAmount
        socket.send('told')
      })
    },
    async (app, url) => {
      const code = `local client = assert(websocket.connect('${url}', { channel_capacity = 1 }))
        client:send('?')
        local ch, count = client:channel(), 0
        while ch:receive().data ~= 'told' do count = count + 1 end
        return count`
      assert.is(await lua(app, code), 64)
      assert.ok(backlog > 16 * 1024 * 1024, `${backlog} bytes were not taken`)
    },
  )
})

test('a message that is too large ends the connection', () =>
  between(
    (socket) => socket.send('x'.repeat(2000)),
    async (app, url) => {
      assert.is(await lua(app, `return (assert(websocket.connect('${url}', { read_limit = 1000 })):channel():receive()) == nil`), true)
    },
  ))

test('a process that ends leaves no connection', async () => {
  const { promise: gone, resolve } = Promise.withResolvers<number>()
  await between(
    (socket) => void socket.on('close', resolve),
    async (app, url) => {
      await lua(app, `assert(websocket.connect('${url}'))`)
      await gone
    },
  )
})

test('what is no WebSocket, no address, or no argument says so', async () => {
  const server = createServer((_, response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end()).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await withApp({}, async (app) => {
    const kinds = await lua(
      app,
      `local kinds = {}
       for _, given in ipairs{ { 'ws://127.0.0.1:${port}/' }, { 'ftp://a' }, { 'ws://127.0.0.1:1' }, { 'ws://127.0.0.1:${port}', { protocols = { 'a b' } } },
         { 'ws://127.0.0.1:${port}', { headers = { ['a b'] = 'c' } } }, { 'ws://127.0.0.1:${port}', { channel_capacity = -1 } } } do
         local client, err = websocket.connect(given[1], given[2])
         kinds[#kinds + 1] = client == nil and err:kind()
       end
       return kinds`,
    )
    assert.equal(kinds, ['Unavailable', 'Invalid', 'Unavailable', 'Invalid', 'Invalid', 'Invalid'])
  })
  server.close()
})

test.run()
