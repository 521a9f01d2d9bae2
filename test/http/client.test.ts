// Requests to others: what is sent, what comes back, what is bounded.

import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('http_client')

/** A server of the test's own, and an app that talks to it. */
const between = async (answer: RequestListener, act: (app: TestApp, url: string, server: Server) => Promise<void>): Promise<void> => {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  try {
    await withApp({}, (app) => act(app, `http://127.0.0.1:${port}`, server))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(`local http, time = require('http_client'), require('time') ${code}`, { modules: ['http_client', 'time', 'stream'] })

/** Answers with what came. */
const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const { method, url, headers } = request
    response.setHeader('X-Custom-Header', 'yes')
    response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=two'])
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') }))
  })
}

test('methods, headers, query, cookies, auth, bodies; and what an answer has', () =>
  between(echo, async (app, url) => {
    const got = (await lua(
      app,
      `local r = assert(http.post('${url}/p?x=1', { headers = { ['X-A'] = 'b', host = 'evil', ['Content-Length'] = '7' }, query = { q = 'ä b', n = 2 },
        cookies = { s = 't' }, auth = { user = 'u', pass = 'p' }, body = '\\0\\255' }))
      return { r.status_code, r.url, r.headers['X-Custom-Header'], r.cookies, r.body_size == #r.body, r.body }`,
    )) as [number, string, string, unknown, boolean, string]
    const [status, at, header, cookies, sized, body] = got
    const seen = JSON.parse(body)
    assert.equal([status, at, header, cookies, sized], [200, `${url}/p?x=1&n=2&q=%C3%A4+b`, 'yes', { a: '1', b: 'two' }, true])
    assert.equal([seen.method, seen.url, seen.body], ['POST', '/p?x=1&n=2&q=%C3%A4+b', '\0\xff'])
    const { host, cookie, authorization, 'x-a': own, 'content-length': length } = seen.headers
    assert.equal([host, cookie, authorization, own, length], [new URL(url).host, 's=t', 'Basic dTpw', 'b', '2'])
    const methods = `local m = {} for _, name in ipairs{ 'get', 'put', 'patch', 'delete' } do m[#m + 1] = http[name]('${url}').body:match('"method":"(%u+)"') end
      m[#m + 1] = http.head('${url}').body_size m[#m + 1] = http.request('options', '${url}').body:match('OPTIONS') return m`
    assert.equal(await lua(app, methods), ['GET', 'PUT', 'PATCH', 'DELETE', 0, 'OPTIONS'])
  }))

test('forms and files', () =>
  between(echo, async (app, url) => {
    const form = JSON.parse((await lua(app, `return http.post('${url}', { form = { a = '1 & 2' } }).body`)) as string)
    assert.equal([form.body, form.headers['content-type']], ['a=1+%26+2', 'application/x-www-form-urlencoded'])
    const files = `{ form = { a = '1' }, files = { { name = 'f', filename = 'x.txt', content = 'hello', content_type = 'text/css' } } }`
    const sent = JSON.parse((await lua(app, `return http.post('${url}', ${files}).body`)) as string)
    assert.match(sent.headers['content-type'], /^multipart\/form-data; boundary=/)
    assert.match(sent.body, /name="f"; filename="x.txt"\r\nContent-Type: text\/css\r\n\r\nhello\r\n/)
  }))

test('an answer as a stream; what is not read is given up with its process', () => {
  let closed = 0
  return between(
    (_, response) => {
      response.on('close', () => closed++)
      response.write('one\ntwo\nth')
      setImmediate(() => response.write('ree\n'))
    },
    async (app, url) => {
      const code = `local r = assert(http.get('${url}', { stream = true })) local s, found = r.stream:scanner(), {}
        while #found < 3 and s:scan() do found[#found + 1] = s:text() end return { r.body_size, r.body == nil, found }`
      assert.equal(await lua(app, code), [-1, true, ['one', 'two', 'three']])
      await app.until(() => closed === 1, 'the end of the connection')
    },
  )
})

test('several at once: answers and errors by their places', () =>
  between(echo, async (app, url) => {
    const code = `local rs, errs = http.request_batch{ { 'get', '${url}/1' }, { 'GET', 'http://127.0.0.1:1/' }, { 'post', '${url}/3', { body = 'x' } } }
      local all = select(2, http.request_batch{ { 'get', '${url}' } })
      local _, bad = http.request_batch{ { 'get', '${url}', { stream = true } } }
      return { rs[1].body:match('"url":"(.-)"'), rs[2] == nil, rs[3].body:match('"body":"(.-)"'), errs[2]:kind(), errs[2]:retryable(), errs[1] == nil, all == nil, bad:kind() }`
    assert.equal(await lua(app, code), ['/1', true, 'x', 'Internal', true, true, true, 'Invalid'])
  }))

test('answers are decompressed, and bounded after that', () =>
  between(
    async (_, response) => {
      const { gzipSync } = await import('node:zlib')
      response.setHeader('Content-Encoding', 'gzip')
      response.end(gzipSync('x'.repeat(1_000_000)))
    },
    async (app, url) => {
      const code = `local r = http.get('${url}') local _, err = http.get('${url}', { max_response_body = 999999 })
        local raw = http.get('${url}', { headers = { ['Accept-Encoding'] = 'gzip' } })
        return { #r.body, r.headers['Content-Encoding'] == nil, err:message(), #raw.body < 5000, raw.headers['Content-Encoding'] }`
      assert.equal(await lua(app, code), [1_000_000, true, 'response body too large (max 999999 bytes)', true, 'gzip'])
    },
  ))

test('redirects are followed: as GET where they say so, with no secrets for others, and not for ever', () =>
  between(
    (request, response) => {
      const { pathname, port } = new URL(request.url ?? '', `http://${request.headers.host}`)
      const away: Readonly<Record<string, readonly [number, string]>> = {
        '/a': [302, '/b'],
        '/keep': [307, '/b'],
        '/away': [301, `http://localhost:${port}/b`],
        '/loop': [302, '/loop'],
        '/file': [302, 'file:///etc/passwd'],
      }
      const [status, location] = away[pathname] ?? []
      if (status === undefined) echo(request, response)
      else response.writeHead(status, { location }).end()
    },
    async (app, url) => {
      const send = (path: string): string =>
        `http.post('${url}${path}', { body = 'x', headers = { authorization = 'secret', cookie = 'secret', ['x-own'] = 'kept' } })`
      const follow = async (path: string) => JSON.parse((await lua(app, `return ${send(path)}.body`)) as string)
      const [a, keep, away] = [await follow('/a'), await follow('/keep'), await follow('/away')]
      assert.equal([a.method, a.body, a.headers.authorization, a.url], ['GET', '', 'secret', '/b'])
      assert.equal([keep.method, keep.body], ['POST', 'x'])
      assert.equal([away.headers.authorization, away.headers.cookie, away.headers['x-own']], [undefined, undefined, 'kept'])
      assert.match(String(await lua(app, `return tostring(select(2, ${send('/loop')}))`)), /more than 10 redirects/)
      assert.match(String(await lua(app, `return select(2, ${send('/file')}):kind()`)), /Invalid/)
    },
  ))

test('what takes too long is over, and so is what nobody waits for; one process has so many at once', () => {
  let open = 0
  return between(
    (request, response) => {
      open++
      response.on('close', () => open--)
      if (request.url === '/half') response.write('half')
    },
    async (app, url) => {
      const code = (path: string) =>
        `local r, err = http.get('${url}${path}', { timeout = '100ms' }) return { err:kind(), err:retryable(), err:message() }`
      const [kind, retryable, message] = (await lua(app, code(''))) as [string, boolean, string]
      assert.equal([kind, retryable], ['Timeout', true])
      assert.match(message, /took longer than 100 ms/)
      assert.equal(((await lua(app, code('/half'))) as string[])[0], 'Timeout')
      await app.until(() => open === 0, 'no connection')
      const many = `for i = 1, 64 do coroutine.spawn(function() http.get('${url}') end) end
        local _, err = http.get('${url}') return err:kind()`
      assert.is(await lua(app, many), 'RateLimited')
      await app.until(() => open === 0, 'no connection of the process that has ended')
    },
  )
})

test('what cannot be sent is refused', () =>
  between(echo, async (app, url) => {
    const kinds = `local kinds = {}
      for _, try in ipairs{
        { 'ftp://x/' }, { 'nowhere' }, { 'http://u:p@x/' }, { '${url}', { headers = { ['a b'] = 'c' } } }, { '${url}', { headers = { a = 'b\\r\\nc: d' } } },
        { '${url}', { cookies = { a = 'b; c' } } }, { '${url}', { overlay_network = 'app:tor' } }, { '${url}', { headers = 'x' } },
      } do kinds[#kinds + 1] = select(2, http.get(try[1], try[2])):kind() end
      return kinds`
    assert.equal(await lua(app, kinds), Array(8).fill('Invalid'))
    assert.is(await lua(app, `return select(2, http.get('http://nobody.invalid/')):kind()`), 'Internal')
    const [encoded, decoded, wrong] = (await lua(
      app,
      `local s = 'a b&ä+%' local e = http.encode_uri(s) return { e, http.decode_uri(e) == s, select(2, http.decode_uri('%zz')):kind() }`,
    )) as unknown[]
    assert.equal([encoded, decoded, wrong], ['a+b%26%C3%A4%2B%25', true, 'Invalid'])
  }))

test.run()
