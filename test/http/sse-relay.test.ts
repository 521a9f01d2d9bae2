// Answers that go on as server-sent events, whose other end is a process.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, proc } from '../support/app.ts'
import { endpoint, gateway, handler, router, type Served, served as withServer } from './served.ts'

const test = suite('sse_relay')

type Event = { readonly name: string; readonly data: string }

/** Events of an answer, read as an EventSource reads them; comments are events without data. */
class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(response: Response) {
    this.#reader = response.body!.getReader()
  }

  /** The next one; null at the end. */
  async next(): Promise<Event | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        return eventIn(block)
      }
      const { done, value } = await this.#reader.read()
      if (done) return null
      this.#text += this.#decoder.decode(value, { stream: true })
    }
  }

  /** The next one that is no comment: its name, and its data as JSON when it is that. */
  async said(): Promise<readonly [name: string, data: unknown] | null> {
    const event = await this.next()
    if (event === null) return null
    if (event.name === '') return this.said()
    try {
      return [event.name, JSON.parse(event.data)]
    } catch {
      return [event.name, event.data]
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}

const eventIn = (block: string): Event => {
  const lines = block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
  const of = (field: string): string[] => lines.flatMap(([name, value]) => (name === field ? [value] : []))
  return { name: of('event').join(), data: of('data').join('\n') }
}

/** Says `code` to whoever joined (`client`), and tells `watch` of all it hears. */
const target = (code: string): Draft =>
  proc(`return { main = function()
    local time = require('time')
    local inbox = process.inbox()
    process.registry.register('hub')
    while true do
      local msg = inbox:receive()
      local topic, data = msg:topic(), msg:payload():data()
      process.send('watch', topic, data)
      local client = type(data) == 'table' and data.client_pid
      if topic == 'sse.join' then ${code} end
      if topic == 'die' then error('dead') end
    end
  end }`)

const JOIN = `local pid = process.registry.lookup('hub') or process.spawn('app:hub', 'app:processes')
  res:set_header('X-SSE-Relay', json.encode({ target_pid = pid, metadata = { room = 1 }, heartbeat_interval = '1s' }))`

const entries = (code: string, options: Readonly<Record<string, string>> = {}): Record<string, Draft> => ({
  gateway: gateway({ timeouts: { drain: '5s' } }),
  router: router({ middleware: ['sse_relay', 'compress'], options }),
  hub: target(code),
  join: handler(JOIN),
  at: endpoint('/events', 'join'),
})

const open = async (served: Served, path = '/events', headers: Record<string, string> = {}): Promise<EventReader> => {
  const response = await served.fetch(path, { headers })
  assert.is(response.status, 200)
  assert.is(response.headers.get('content-type'), 'text/event-stream')
  assert.is(response.headers.get('cache-control'), 'no-cache')
  assert.is(response.headers.get('x-sse-relay'), null)
  return new EventReader(response)
}

/** What `watch` hears under a topic. */
const heard = (served: Served, topic: string): Promise<unknown> =>
  served.app.eval(`local ok = process.registry.register('watch')
    local inbox = process.inbox()
    while true do
      local msg = inbox:receive()
      if msg:topic() == '${topic}' then return msg:payload():data() end
    end`)

test('what is sent to it comes to the client: texts as they are, the rest as JSON, of other topics nothing', () =>
  withServer(
    entries(`process.send(client, 'other', 'not this')
      process.send(client, 'sse.message', 'two\\nlines', { n = 1 }, 42)
      process.send(client, 'sse.message', string.char(0, 255))
      process.send(client, 'sse.control', { message_topic = '*' })
      process.send(client, 'llm.delta', { text = 'häl' })
      process.send(client, 'a\\nb', true)
      process.send(client, 'sse.close', 'enough')`),
    async (served) => {
      const events = await open(served)
      const all: unknown[] = []
      for (let one = await events.said(); one !== null; one = await events.said()) all.push(one)
      assert.equal(all, [
        ['sse.message', 'two\nlines'],
        ['sse.message', { n: 1 }],
        ['sse.message', 42],
        ['sse.message', 'AP8='],
        ['llm.delta', { text: 'häl' }],
        ['a b', true],
        ['done', { reason: 'enough' }],
      ])
      const [status] = await served.say('/nowhere')
      assert.is(status, 404)
    },
  ))

test('the target hears that a client joins, that it lives, and that it leaves', () =>
  withServer(entries(`process.send(client, 'sse.message', 1)`), async (served) => {
    const beat = heard(served, 'sse.heartbeat')
    const events = await open(served)
    assert.equal(await events.said(), ['sse.message', 1])
    const { client_pid: pid, ...rest } = (await beat) as Record<string, unknown>
    assert.match(String(pid), /http:relay/)
    assert.equal([rest.metadata, rest.message_count], [{ room: 1 }, 1])
    const leaving = heard(served, 'sse.leave')
    await served.app.until(() => served.app.node.scheduler.names.lookup('watch') !== undefined, 'somebody to watch')
    await events.cancel()
    assert.equal(await leaving, { client_pid: pid, metadata: { room: 1 } })
  }))

test('it ends with its target, when nothing was said for long, and when it lasts too long', () =>
  withServer(
    {
      ...entries(`process.send('hub', 'die')`),
      quiet: handler(`res:set_header('X-SSE-Relay', json.encode({ idle_timeout = '20ms' }))`),
      short: handler(`res:set_header('X-SSE-Relay', json.encode({ hard_timeout = '20ms', idle_timeout = '1h' }))`),
      q: endpoint('/quiet', 'quiet'),
      s: endpoint('/short', 'short'),
    },
    async (served) => {
      for (const [path, reason] of [
        ['/events', 'target process exited'],
        ['/quiet', 'idle timeout'],
        ['/short', 'hard timeout'],
      ] as const) {
        const events = await open(served, path)
        if (path !== '/events') assert.is((await events.said())![0], 'ready')
        assert.equal(await events.said(), ['done', { reason }])
        assert.is(await events.next(), null)
      }
    },
  ))

test('without a target the client is told a pid that others can send to, and be made its target', () =>
  withServer(
    {
      ...entries(`process.send(client, 'news', 'joined')`),
      late: handler(`res:set_header('X-SSE-Relay', json.encode({ message_topic = 'news', metadata = { a = 1 } }))`),
      l: endpoint('/late', 'late'),
    },
    async (served) => {
      const events = await open(served, '/late')
      const [name, { stream_pid: pid, ...rest }] = (await events.said()) as [string, Record<string, unknown>]
      assert.equal([name, rest], ['ready', { message_topic: 'news', metadata: { a: 1 } }])
      await served.app.eval(`process.send('${pid}', 'news', 'to all')
        process.send('${pid}', 'sse.control', { target_pid = process.spawn('app:hub', 'app:processes') })`)
      assert.equal(await events.said(), ['news', 'to all'])
      assert.equal(await events.said(), ['news', 'joined'])
      await served.app.eval(`process.send('${pid}', 'sse.control', { target_pid = '' }) process.send('hub', 'die')
        process.send('${pid}', 'news', 'still here')`)
      assert.equal(await events.said(), ['news', 'still here'])
      await events.cancel()
    },
  ))

test('who cannot be streamed to has an answer that no EventSource asks for again', () =>
  withServer(
    {
      ...entries('', { 'sserelay.allowed.origins': 'https://app.example.com' }),
      gone: handler(`res:set_header('X-SSE-Relay', json.encode({ target_pid = '{app:processes|0x0dead}' }))`),
      broken: handler(`res:set_header('X-SSE-Relay', '{')`),
      begun: handler(`res:set_header('X-SSE-Relay', '{}') res:write('body') res:flush()`),
      g: endpoint('/gone', 'gone'),
      b: endpoint('/broken', 'broken'),
      n: endpoint('/begun', 'begun'),
    },
    async (served) => {
      assert.equal(await served.say('/gone'), [404, 'the target is not there'])
      assert.is((await served.say('/broken'))[0], 500)
      assert.equal(await served.say('/begun'), [200, 'body'])
      assert.is((await served.fetch('/events', { headers: { origin: 'https://evil.example.com' } })).status, 403)
      assert.is((await served.fetch('/events', { method: 'HEAD' })).status, 200)
      const events = await open(served, '/events', { origin: 'https://app.example.com' })
      await events.cancel()
    },
  ))

test('what a client does not take is bounded: it is cut, and who sends hears it', () =>
  withServer(
    entries(`local large = ('x'):rep(200000)
      repeat
        local ok, err = process.send(client, 'sse.message', large)
        if not ok then time.sleep('1ms') end
      until err and err:kind() ~= errors.RATE_LIMITED
      process.send('watch', 'stopped', true)`),
    async (served) => {
      const stopped = heard(served, 'stopped')
      await served.app.until(() => served.app.node.scheduler.names.lookup('watch') !== undefined, 'somebody to watch')
      const wire = await served.open()
      wire.socket.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n')
      wire.socket.pause()
      await stopped
      wire.socket.resume()
      await wire.closed()
    },
  ))

test('streams hold no place among the requests at work, and end when their server does', async () => {
  let last: Promise<unknown> = Promise.resolve()
  await withServer({ ...entries(''), gateway: gateway({ limits: { requests: 1 } }) }, async (served) => {
    const readers = [await open(served), await open(served), await open(served)]
    last = Promise.all(readers.map((events) => events.said()))
  })
  assert.equal(
    await last,
    Array.from({ length: 3 }, () => ['done', { reason: 'the server goes away' }]),
  )
})

test.run()
