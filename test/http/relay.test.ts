// WebSockets of clients, whose other end is a process.

import { once } from 'node:events'
import { connect } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import type { Draft } from '../support/app.ts'
import { proc } from '../support/app.ts'
import { endpoint, gateway, handler, router, type Served, served as withServer } from './served.ts'

const test = suite('websocket_relay')

/** Says to whoever joined what it hears, and tells `app:note` of the rest. */
const HUB = `local inbox = process.inbox()
  process.registry.register('hub')
  return { main = function()
    local client
    while true do
      local msg = inbox:receive()
      local topic, data = msg:topic(), msg:payload():data()
      if topic == 'ws.join' then client = data.client_pid process.send(client, 'welcome', data.metadata) end
      if topic == 'ws.message' and data == 'close' then process.send(client, 'ws.close', 'bye')
      elseif topic == 'ws.message' and data == 'die' then error('dead')
      elseif topic == 'ws.message' and data == 'move' then process.send(client, 'ws.control', { message_topic = 'other' })
      elseif topic == 'ws.message' and data == 'number' then process.send(client, 'n', { math.maxinteger, 0/0 })
      elseif topic == 'ws.message' and data == 'large' then process.send(client, 'x', ('x'):rep(300000))
      elseif topic == 'ws.message' or topic == 'other' then process.send(client, 'echo', { topic, data, msg:from() == client }) end
      if topic == 'ws.leave' then process.send('watch', 'left', data) end
    end
  end }`

const entries = (more: Readonly<Record<string, unknown>> = {}): Record<string, Draft> => ({
  gateway: gateway(),
  router: router({
    middleware: ['websocket_relay'],
    options: { 'wsrelay.allowed.origins': 'https://app.example.com, localhost:*' },
    ...more,
  }),
  hub: proc(HUB),
  join: handler(
    `local pid = process.registry.lookup('hub') or process.spawn('app:hub', 'app:processes')
     res:set_header('X-WS-Relay', json.encode({ target_pid = pid, metadata = { room = 1 } }))`,
  ),
  plain: handler(`res:write('plain')`),
  at: endpoint('/ws', 'join'),
  other: endpoint('/plain', 'plain'),
})

const open = async (served: Served, path = '/ws', headers: Record<string, string> = {}) => {
  const socket = new WebSocket(`${served.url.replace('http', 'ws')}${path}`, { headers })
  const heard: unknown[] = []
  let more: () => void = () => {}
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)))
    more()
  })
  await once(socket, 'open')
  const next = async (): Promise<unknown> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (more = resolve))
    return heard.shift()
  }
  return { socket, next }
}

const refusal = (served: Served, path: string, headers: Record<string, string> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}${path}`, { headers })
    socket.on('unexpected-response', (_, { statusCode }) => {
      resolve(statusCode ?? 0)
      socket.terminate()
    })
    socket.on('open', () => reject(new Error('it is open')))
    socket.on('error', () => {})
  })

test('what a client says comes to the target, and what is sent to it comes to the client', () =>
  withServer(entries(), async (served) => {
    const { socket, next } = await open(served)
    assert.equal(await next(), { data: { room: 1 }, topic: 'welcome' })
    socket.send('häl')
    assert.equal(await next(), { data: ['ws.message', 'häl', true], topic: 'echo' })
    socket.send(Uint8Array.of(0, 255))
    assert.equal(await next(), { data: ['ws.message', 'AP8=', true], topic: 'echo' })
    socket.send('number')
    assert.equal(await next(), { data: [2 ** 63, null], topic: 'n' })
    socket.send('move')
    socket.send('there')
    const { data } = (await next()) as { data: unknown[] }
    assert.equal(data.slice(1), ['there', true])
    socket.send('close')
  }))

test('it ends with its target, when it is told to, and when a message is too large', () =>
  withServer(entries(), async (served) => {
    for (const [word, code, why] of [
      ['close', 1000, 'bye'],
      ['large', 1009, 'a message is too large'],
      ['die', 1000, 'target process exited'],
    ] as const) {
      const { socket, next } = await open(served)
      await next()
      socket.send(word)
      const [said, reason] = await once(socket, 'close')
      assert.equal([said, String(reason)], [code, why])
    }
  }))

test('the target hears that a client has left', () =>
  withServer(entries(), async (served) => {
    const left = served.app.eval(`process.registry.register('watch') return process.inbox():receive():payload():data().metadata`)
    const { socket, next } = await open(served)
    await next()
    socket.close()
    assert.equal(await left, { room: 1 })
  }))

test('others are answered as ever, and pages of other origins are not let in', () =>
  withServer(entries(), async (served) => {
    assert.is(await refusal(served, '/plain'), 200)
    assert.is(await refusal(served, '/nowhere'), 404)
    assert.is((await served.fetch('/ws')).status, 426)
    assert.is(await refusal(served, '/ws', { origin: 'https://evil.example.com' }), 403)
    for (const origin of ['https://app.example.com', 'http://localhost:3000', served.url]) {
      const { socket } = await open(served, '/ws', { origin })
      socket.terminate()
    }
  }))

test('a client that is gone before it is answered disturbs nobody', () =>
  withServer(
    {
      ...entries(),
      slow: handler(`process.send('watch', 'asked') time.sleep('300ms') res:write('late')`),
      third: endpoint('/slow', 'slow'),
    },
    async (served) => {
      const asked = served.app.eval(`process.registry.register('watch') return process.inbox():receive():topic()`)
      const wire = connect(served.port, '127.0.0.1')
      wire.write('GET /slow HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      assert.is(await asked, 'asked')
      wire.resetAndDestroy()
      const { socket, next } = await open(served)
      assert.equal(await next(), { data: { room: 1 }, topic: 'welcome' })
      socket.terminate()
    },
  ))

test('a server that stops says goodbye', async () => {
  const closed = Promise.withResolvers<number>()
  await withServer(entries(), async (served) => {
    const { socket, next } = await open(served)
    await next()
    socket.on('close', closed.resolve)
  })
  assert.is(await closed.promise, 1001)
})

test.run()
