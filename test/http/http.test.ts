// Requests, handlers and answers, over real connections.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failure, proc, service } from '../support/app.ts'
import { endpoint, gateway, handler, router, type Served, served } from './served.ts'

const test = suite('http')

test('a handler sees the request', () =>
  served(
    {
      see: handler(`res:write_json{
        method = req:method(), path = req:path(), id = req:param('id'), params = req:params(), q = req:query('q'), all = req:query_params(),
        none = req:query('none') == nil, header = req:header('x-custom'), host = req:host() ~= '', type = req:content_type(),
        json = req:is_content_type('application/json'), accepts = { req:accepts('text/html'), req:accepts('image/png') },
        length = req:content_length(), has = req:has_body(), body = req:body(), again = req:body(), value = req:body_json().n,
        remote = req:remote_addr():match('^127%.0%.0%.1:%d+$') ~= nil, text = tostring(req) }`),
      route: endpoint('/see/{id}', 'see', { method: 'POST' }),
    },
    async (server) => {
      const response = await server.fetch('/see/a%20b?q=1&q=%C3%A4&x=y+z', {
        method: 'POST',
        headers: { 'X-Custom': 'yes', 'content-type': 'application/json; charset=utf-8', accept: 'text/*, image/png;q=0' },
        body: '{"n":7}',
      })
      assert.is(response.headers.get('content-type'), 'application/json')
      assert.equal(await response.json(), {
        ...{ method: 'POST', path: '/see/a b', id: 'a b', params: { id: 'a b' }, q: '1', all: { q: '1,ä', x: 'y z' }, none: true },
        ...{ header: 'yes', host: true, type: 'application/json; charset=utf-8', json: true, accepts: [true, false], length: 7, has: true },
        ...{ body: '{"n":7}', again: '{"n":7}', value: 7, remote: true, text: 'http.Request{method=POST, path=/see/a b}' },
      })
    },
  ))

test('answers: status, headers, length; what is small leaves whole, what is flushed leaves at once', () =>
  served(
    {
      whole: handler(`res:set_status(http.STATUS.CREATED) res:set_header('X-A', 'old') res:set_header('x-a', 'new')
        res:set_header('Content-Length', '3') res:set_content_type('text/plain') res:write('one ') res:write('two')`),
      pieces: handler(`res:set_transfer('chunked') res:write('first') res:flush() time.sleep('20ms') res:write('second')`),
      nothing: handler(`res:set_status(204)`),
      moved: handler(`res:set_status(http.STATUS.FOUND) res:set_header('Location', '/whole')`),
      large: handler(`res:write(('x'):rep(300000))`),
      bytes: handler(`res:write('\\0\\255\\13\\10')`),
      a: endpoint('/whole', 'whole'),
      b: endpoint('/pieces', 'pieces'),
      c: endpoint('/nothing', 'nothing'),
      d: endpoint('/large', 'large'),
      e: endpoint('/bytes', 'bytes'),
      f: endpoint('/moved', 'moved'),
    },
    async (server) => {
      const whole = await server.fetch('/whole')
      const { headers } = whole
      assert.equal([whole.status, headers.get('x-a'), headers.get('content-length'), await whole.text()], [201, 'new', '7', 'one two'])
      const wire = await server.open()
      await wire.say('GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n', /5\r\nfirst\r\n/)
      assert.not.match(wire.received, /second/)
      await wire.say('', /6\r\nsecond\r\n0\r\n\r\n$/)
      await wire.say('GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nHEAD /whole HTTP/1.1\r\nHost: x\r\n\r\n', /204[\s\S]*201[\s\S]*\r\n\r\n$/)
      wire.socket.destroy()
      assert.equal(await server.say('/moved'), [201, 'one two'])
      assert.is((await server.say('/large'))[1].length, 300_000)
      assert.equal([...new Uint8Array(await (await server.fetch('/bytes')).arrayBuffer())], [0, 255, 13, 10])
    },
  ))

test('the head is set once; what cannot be a head is told to the handler, and it may mend it', () =>
  served(
    {
      late: handler(`res:write('some data')
        local errs = { res:set_status(200), res:set_header('a', 'b'), res:set_content_type('c'), res:set_transfer('sse'), res:write_event{ name = 'n', data = 1 } }
        local kinds = {} for i = 1, 5 do kinds[i] = errs[i]:kind() end
        require('logger'):info(table.concat(kinds, ' '))`),
      bad: handler(`local one = res:set_status(99)
        local two, three = res:set_header('X-A', 'a\\r\\nX-B: b'), res:set_header('bad name', 'c')
        require('logger'):info(one:kind() .. ' ' .. tostring(two) .. ' ' .. three:kind())`),
      a: endpoint('/late', 'late'),
      b: endpoint('/bad', 'bad'),
    },
    async (server) => {
      assert.equal(await server.say('/late'), [200, 'some data'])
      await server.app.logged('Invalid Invalid Invalid Invalid Invalid')
      assert.equal(await server.say('/bad'), [500, 'no response sent'])
      await server.app.logged('Invalid the value of header "X-A" has characters that no header can have Invalid')
    },
  ))

test('what a handler returns, fails with, or does not do; errors are logged, not told', () =>
  served(
    {
      text: handler(`return '{"a":1}'`),
      none: handler(''),
      fails: handler(`error('secret')`),
      refuses: handler(`return nil, 'secret too'`),
      breaks: handler(`res:write('begun') res:flush() error('half')`),
      ...Object.fromEntries(['text', 'none', 'fails', 'refuses', 'breaks'].map((name) => [`${name}.route`, endpoint(`/${name}`, name)])),
    },
    async (server) => {
      assert.equal(await server.say('/text'), [200, '{"a":1}'])
      assert.equal(await server.say('/none'), [500, 'no response sent'])
      assert.equal(await server.say('/fails'), [500, 'internal error'])
      assert.match(String((await server.app.logged('handler failed')).fields.error), /secret/)
      assert.equal(await server.say('/refuses'), [500, 'internal error'])
      const error = await failure(server.say('/breaks'))
      assert.match(error.message, /terminated/)
      assert.equal(await server.say('/elsewhere'), [404, 'there is nothing here'])
      assert.equal(await server.say('/text', { method: 'DELETE' }), [405, 'this takes GET, HEAD, OPTIONS'])
      assert.is((await server.fetch('/text', { method: 'OPTIONS' })).headers.get('allow'), 'GET, HEAD, OPTIONS')
      assert.equal(await server.say('/%E4%'), [400, 'this is no path'])
    },
  ))

test('events reach the client as they are written', () =>
  served(
    {
      events: handler(`res:write_event{ name = 'start', data = { n = 1 } }
        local bad = res:write_event{ name = 'a\\nb', data = 1 }
        time.sleep('10ms')
        res:write_event{ name = 'end', data = bad:kind() }`),
      a: endpoint('/events', 'events'),
    },
    async (server) => {
      const response = await server.fetch('/events')
      assert.is(response.headers.get('content-type'), 'text/event-stream')
      const reader = response.body!.getReader()
      assert.is(Buffer.from((await reader.read()).value!).toString(), 'event: start\ndata: {"n":1}\n\n')
      assert.is(Buffer.from((await reader.read()).value!).toString(), 'event: end\ndata: "Invalid"\n\n')
      assert.is((await reader.read()).done, true)
    },
  ))

test('a body is read as a stream, once, and lines of it by a scanner', () =>
  served(
    {
      echo: handler(`local s = assert(req:stream())
        local _, twice = req:body()
        local size, count, part = 0, 0, nil
        repeat part = s:read(1000) if part then size, count = size + #part, count + 1 end until not part
        local stat = s:stat() s:close() s:close()
        local _, closed = s:read()
        res:write_json{ size, count > 1, stat.position, stat.size, stat.seekable, twice:kind(), closed:kind() }`),
      lines: handler(`local found = {}
        local s = assert(req:stream()):scanner(req:query('split'))
        while s:scan() do found[#found + 1] = s:text() end
        res:write_json{ found, s:err() }`),
      a: endpoint('/echo', 'echo', { method: 'POST' }),
      b: endpoint('/lines', 'lines', { method: 'POST' }),
    },
    async (server) => {
      const body = 'x'.repeat(200_000)
      const expected = JSON.stringify([200_000, true, 200_000, 200_000, false, 'Invalid', 'Internal'])
      assert.equal(await server.say('/echo', { method: 'POST', body }), [200, expected])
      for (const [split, text, tokens] of [
        ['lines', 'one\r\ntwo\n\nthree', ['one', 'two', '', 'three']],
        ['words', ' a  bb\nc ', ['a', 'bb', 'c']],
        ['runes', 'aä€', ['a', 'ä', '€']],
        ['bytes', 'ab', ['a', 'b']],
      ] as const) {
        assert.equal(await server.say(`/lines?split=${split}`, { method: 'POST', body: text }), [200, JSON.stringify([tokens])], split)
      }
      const [, long] = await server.say('/lines', { method: 'POST', body: 'y'.repeat(70_000) })
      assert.is(long, '[[],"token too long"]')
    },
  ))

test('a form of very many parts takes nobody’s time but its own', () =>
  served(
    { form: handler('local form, err = req:parse_multipart() res:write(tostring(err))'), a: endpoint('/form', 'form', { method: 'POST' }) },
    async (server) => {
      const part = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
      const form = { method: 'POST', body: part.repeat(200_000), headers: { 'content-type': 'multipart/form-data; boundary=x' } }
      let longest = 0
      let last = performance.now()
      const beat = setInterval(() => {
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      }, 5)
      const [, told] = await server.say('/form', form)
      clearInterval(beat)
      assert.match(told, /takes longer than 5 s|failed to parse/)
      assert.ok(longest < 2000, `the node stood still for ${longest} ms`)
    },
  ))

test('forms with files', () =>
  served(
    {
      form: handler(`local form, err = req:parse_multipart(5000)
        if err then res:set_status(400) return res:write(tostring(err)) end
        local file = form.files.file[1]
        res:write_json{ form.values, file:name(), file:size(), file:header('Content-Type'), file:header('content-disposition'),
          file:stream():read(), tostring(file), #form.files.file }`),
      a: endpoint('/form', 'form', { method: 'POST' }),
    },
    async (server) => {
      const body = new FormData()
      body.append('one', '1')
      body.append('two', 'a')
      body.append('two', 'b')
      body.append('file', new File(['hello'], 'a.txt', { type: 'text/plain' }))
      const [status, text] = await server.say('/form', { method: 'POST', body })
      const disposition = 'form-data; name="file"; filename="a.txt"'
      const file = 'http.MultipartFile{name=a.txt, size=5}'
      assert.equal(
        [status, JSON.parse(text)],
        [200, [{ one: '1', two: ['a', 'b'] }, 'a.txt', 5, 'text/plain', disposition, 'hello', file, 1]],
      )
      body.append('file', new File(['x'.repeat(5000)], 'b.txt'))
      assert.match((await server.say('/form', { method: 'POST', body }))[1], /too large: more than 5000 bytes/)
      assert.equal(await server.say('/form', { method: 'POST', body: 'x' }), [400, 'content type is not multipart/form-data'])
      const broken = { method: 'POST', body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=y' } }
      assert.equal(await server.say('/form', broken), [400, 'failed to parse multipart form'])
    },
  ))

test('without a request there is none', () =>
  served({}, async ({ app }) => {
    const code = `local _, a = require('http').request() local _, b = require('http').response() return { a:kind(), b:message() }`
    assert.equal(await app.eval(code, { modules: ['http'] }), ['Internal', 'no HTTP request context found'])
  }))

test('where an answer ends, and what becomes of its connection, a handler does not say', () =>
  served(
    {
      smuggle: handler(`for _, name in ipairs{ 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade' } do
          res:set_header(name, 'chunked')
        end
        res:set_header('Content-Length', '3') res:write('whole')`),
      a: endpoint('/smuggle', 'smuggle'),
    },
    async (server) => {
      const wire = await server.open()
      const told = await wire.say('GET /smuggle HTTP/1.1\r\nHost: x\r\n\r\n', /whole$/)
      assert.not.match(told, /chunked/)
      assert.match(told, /^Content-Length: 5\r$/m)
      wire.socket.destroy()
    },
  ))

test('limits: bodies, headers, requests at once', () =>
  served(
    {
      gateway: gateway({ limits: { header: '2KiB', body: '1KiB', requests: 2 } }),
      body: handler(`local b, err = req:body() if not b then return nil, err end res:write('' .. #b)`),
      own: handler(`local b, err = req:body() res:set_status(400) res:write(tostring(err))`),
      hang: handler(`time.sleep('1h')`),
      a: endpoint('/body', 'body', { method: 'POST' }),
      b: endpoint('/own', 'own', { method: 'POST' }),
      c: endpoint('/hang', 'hang'),
    },
    async (server) => {
      const { app } = server
      const large = 'x'.repeat(1025)
      assert.equal(await server.say('/body', { method: 'POST', body: 'x'.repeat(1024) }), [200, '1024'])
      assert.equal(await server.say('/body', { method: 'POST', body: large }), [413, 'the body is too large'])
      const chunked = { method: 'POST', body: new Blob([large]).stream(), duplex: 'half' } as RequestInit
      assert.equal(await server.say('/body', chunked), [413, 'the body is too large'])
      const again = { ...chunked, body: new Blob([large]).stream() }
      assert.equal(await server.say('/own', again), [400, 'request body too large: more than 1024 bytes'])
      assert.is((await server.fetch('/body', { headers: { 'x-large': 'x'.repeat(3000) } })).status, 431)
      const both = [server.say('/hang'), server.say('/hang')]
      await app.until(() => app.processes('app:hang').length === 2, 'two handlers')
      assert.equal(await server.say('/hang'), [503, 'too many requests'])
      for (const { pid } of app.processes('app:hang')) app.node.scheduler.terminate(pid)
      await Promise.all(both)
    },
  ))

test('limits of time: heads, bodies, and handlers until they begin their answer', () =>
  served(
    {
      gateway: gateway({ timeouts: { header: '500ms', read: '1s', handler: '1s', idle: '10s' } }),
      body: handler(`local b, err = req:body() if not b then return nil, err end res:write('' .. #b)`),
      hang: handler(`time.sleep('1h')`),
      slow: handler(`res:write('begun') res:flush() time.sleep('1200ms') res:write(' and done')`),
      a: endpoint('/body', 'body', { method: 'POST' }),
      b: endpoint('/hang', 'hang'),
      c: endpoint('/slow', 'slow'),
    },
    async (server) => {
      const head = await server.open()
      const rest = await server.open()
      await Promise.all([
        head.say('GET /hang HTTP/1.1\r\nHo', /^HTTP\/1\.1 408/).then(() => head.closed()),
        rest
          .say('POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', /^HTTP\/1\.1 (?:408|504|500)/)
          .then(() => rest.closed()),
      ])
      const [hung, slow] = await Promise.all([server.say('/hang'), server.say('/slow')])
      assert.equal(
        [hung, slow],
        [
          [504, 'this takes too long'],
          [200, 'begun and done'],
        ],
      )
      assert.equal(server.app.processes('app:hang'), [])
    },
  ))

test('a body that waits for a word is asked for by who reads it, and not by who does not', () =>
  served(
    {
      gateway: gateway({ limits: { body: 10 } }),
      reads: handler(`res:write('got ' .. req:body())`),
      ignores: handler(`res:set_status(403) res:write('no')`),
      a: endpoint('/reads', 'reads', { method: 'POST' }),
      b: endpoint('/ignores', 'ignores', { method: 'POST' }),
    },
    async (server) => {
      const head = (path: string, length: number): string =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`
      const reads = await server.open()
      await reads.say(head('/reads', 5), /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
      await reads.say('hello', /got hello$/)
      reads.socket.destroy()
      for (const [path, length, status] of [
        ['/ignores', 5, 403],
        ['/reads', 11, 413],
      ] as const) {
        const wire = await server.open()
        await wire.say(head(path, length), new RegExp(`^HTTP/1\\.1 ${status} [^]*Connection: close`))
        await wire.closed()
      }
    },
  ))

test('a handler asks a process, and has the answer in its inbox', () =>
  served(
    {
      cart: proc(`return function() process.registry.register('cart') local inbox = process.inbox()
        while true do local m = inbox:receive() process.send(m:from(), 'answer', { items = m:payload():data() }) end end`),
      carts: service('cart'),
      ask: handler(`local inbox, late = process.inbox(), time.after('5s')
        process.send(process.registry.lookup('cart'), 'get', { req:param('user') })
        local r = channel.select{ inbox:case_receive(), late:case_receive() }
        res:write_json(r.channel == inbox and r.value:payload():data() or { late = true })`),
      route: endpoint('/cart/{user}', 'ask'),
    },
    async (server) => {
      const users = Array.from({ length: 20 }, (_, at) => `user${at}`)
      const answers = await Promise.all(users.map(async (user) => (await server.say(`/cart/${user}`))[1]))
      assert.equal(
        answers,
        users.map((user) => `{"items":["${user}"]}`),
      )
    },
  ))

test('a pool bounds the calls of a function, and who waits has its turn', () =>
  served(
    {
      one: handler(`time.sleep('20ms') res:write('done')`, { pool: { size: 1 } }),
      a: endpoint('/one', 'one'),
    },
    async (server) => {
      let most = 0
      const stop = server.app.node.scheduler.processes
      const answers = Array.from({ length: 5 }, async () => {
        const answer = await server.say('/one')
        most = Math.max(most, [...stop].filter(({ entry }) => entry === 'app:one').length)
        return answer
      })
      assert.equal(new Set((await Promise.all(answers)).map(String)), new Set(['200,done']))
      assert.ok(most <= 1)
    },
  ))

test('who is slow to read an answer holds no place of the function', () =>
  served(
    {
      large: handler(`res:write(('x'):rep(8000000))`, { pool: { size: 1 } }),
      route: endpoint('/large', 'large'),
    },
    async (server) => {
      const slow = await server.open()
      slow.socket.pause()
      slow.socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
      await server.app.until(() => server.app.processes('app:large').length === 1, 'a handler')
      assert.is((await server.say('/large'))[1].length, 8_000_000)
      slow.socket.destroy()
    },
  ))

test('a client that leaves is told to its handler, which ends itself or is ended', async () => {
  const leaving = async (server: Served, name: string): Promise<void> => {
    const wire = await server.open()
    wire.socket.write(`GET /${name} HTTP/1.1\r\nHost: x\r\n\r\n`)
    await server.app.until(() => server.app.processes(`app:${name}`).length === 1, name)
    wire.socket.destroy()
    await server.app.until(() => server.app.processes(`app:${name}`).length === 0, `the end of ${name}`)
  }
  const heeds = handler(`local event = process.events():receive() require('logger'):info('heard: ' .. tostring(event.reason))
    local err = res:write('x') require('logger'):info(tostring(err))`)
  await served({ heeds, at: endpoint('/heeds', 'heeds') }, async (server) => {
    await leaving(server, 'heeds')
    await server.app.logged('heard: the client is gone')
    await server.app.logged('the client is gone')
  })
  const ignores = handler(`while true do res:write_event{ name = 'a', data = 1 } time.sleep('5ms') end`)
  const limited = gateway({ timeouts: { handler: '300ms' } })
  await served({ gateway: limited, ignores, at: endpoint('/ignores', 'ignores') }, (server) => leaving(server, 'ignores'))
})

test('a client that does not take its answer loses its connection', () =>
  served(
    {
      gateway: gateway({ timeouts: { write: '200ms' } }),
      flood: handler(`local chunk = ('x'):rep(1000000) local err
        repeat err = res:write(chunk) until err
        require('logger'):info('stopped: ' .. tostring(err))`),
      a: endpoint('/flood', 'flood'),
    },
    async (server) => {
      const wire = await server.open()
      wire.socket.pause()
      wire.socket.write('GET /flood HTTP/1.1\r\nHost: x\r\n\r\n')
      await server.app.logged('stopped: the client is gone')
      wire.socket.destroy()
    },
  ))

test('an address that is taken is a problem of its entry; it is tried again', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  await served(
    { gateway: gateway({ addr: `127.0.0.1:${port}`, lifecycle: { auto_start: true, restart: { initial_delay: '20ms' } } }) },
    async ({ app }) => {
      const [problem] = app.node.problems
      assert.equal(
        [problem?.code, problem?.where?.entry, problem?.message],
        ['HTTP_ADDRESS', 'app:gateway', `address 127.0.0.1:${port} is in use: "app:gateway" needs it`],
      )
      assert.match(problem?.frame ?? '', /addr/)
      assert.equal(app.node.unstarted, ['app:gateway'])
      other.close()
      await app.logged('listening')
      const error = await failure(app.put('app:second', gateway({ addr: `127.0.0.1:${port}` })))
      assert.is(error.code, 'HTTP_ADDRESS')
      assert.is(app.node.registry.get('app:second'), undefined)
    },
  )
})

test('entries that cannot be are refused with their place', () =>
  served({ hello: handler('') }, async ({ app }) => {
    const refused = async (draft: Parameters<typeof app.put>[1]): Promise<string> => {
      const { code, message } = await failure(app.put('app:x', draft))
      return `${code} ${message}`
    }
    assert.match(await refused(gateway({ addr: 'nowhere' })), /^ENTRY_FIELD addr of "app:x" is no address/)
    assert.match(await refused(gateway({ tls: { cert: 'x' } })), /ENTRY_FIELD/)
    assert.match(await refused(gateway({ tls: { mode: 'auto' } })), /ENTRY_FIELD/)
    assert.match(await refused(router({ meta: { server: 'app:hello' } })), /^HTTP_ENTRY "app:x" names "app:hello", which is a function.lua/)
    assert.match(await refused(router({ middleware: ['corse'] })), /^MIDDLEWARE_UNKNOWN "app:x" wants the middleware "corse"/)
    assert.match(await refused(router({ prefix: 'api' })), /^HTTP_ENTRY/)
    assert.match(await refused(endpoint('/x', 'missing')), /^HTTP_ENTRY "app:x" names "app:missing", which does not exist/)
    assert.match(await refused(endpoint('/x', 'hello', { method: 'FETCH' })), /^ENTRY_FIELD/)
    assert.match(await refused(endpoint('/{', 'hello')), /^HTTP_ENTRY/)
    await app.put('app:y', endpoint('/a/{id}', 'hello'))
    assert.match(await refused(endpoint('/a/{name}', 'hello')), /^HTTP_ROUTE_TAKEN/)
  }))

test.run()
