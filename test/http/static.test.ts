// Files as answers.

import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { partOf } from '../../src/http/files.ts'
import { directoryWith } from '../registry/scratch.ts'
import type { Draft } from '../support/app.ts'
import { endpoint, gateway, handler, router, type Served, served } from './served.ts'

const test = suite('static')

const root = directoryWith({
  'site/index.html': '<h1>home</h1>',
  'site/app.js': 'let a = 1',
  'site/docs/index.html': 'docs',
  'site/.env': 'SECRET=1',
  'site/.well-known/x.txt': 'known',
  'site/large.txt': 'x'.repeat(200_000),
  'secret.txt': 'secret',
})
symlinkSync('../secret.txt', join(root, 'site/link.txt'))
symlinkSync('..', join(root, 'site/up'))

const site = (more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'http.static',
  meta: { server: 'app:gateway' },
  path: '/',
  fs: 'app:files',
  ...more,
})
const files: Draft = { kind: 'fs.directory', directory: join(root, 'site') }
const hello = handler(`res:write('hello')`)

const withSite = (more: Readonly<Record<string, unknown>>, act: (server: Served) => Promise<void>): Promise<void> =>
  served({ files, site: site(more), hello, api: endpoint('/api/hello', 'hello') }, act)

/** As it is written: fetch would tidy it up. */
const raw = async (server: Served, path: string): Promise<string> => {
  const wire = await server.open()
  const received = await wire.say(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, /\r\n\r\n[\s\S]+/)
  wire.socket.destroy()
  return received
}

test('files with their types, times and tags; routes come first; what is hidden or outside is not there', () =>
  withSite({ static_options: { cache: 'max-age=60' } }, async (server) => {
    const home = await server.fetch('/')
    const { headers } = home
    assert.equal([home.status, await home.text(), headers.get('content-type')], [200, '<h1>home</h1>', 'text/html; charset=utf-8'])
    assert.equal(
      [headers.get('cache-control'), headers.get('x-content-type-options'), headers.get('content-length')],
      ['max-age=60', 'nosniff', '13'],
    )
    assert.is((await server.fetch('/app.js')).headers.get('content-type'), 'text/javascript; charset=utf-8')
    assert.equal(await server.say('/docs/'), [200, 'docs'])
    assert.equal(await server.say('/.well-known/x.txt'), [200, 'known'])
    assert.equal(await server.say('/api/hello'), [200, 'hello'])
    assert.equal(await server.say('/api/hello', { method: 'POST' }), [405, 'this takes GET, HEAD'])
    for (const path of [
      '/none',
      '/.env',
      '/link.txt',
      '/up/secret.txt',
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/docs/..%5c..',
      '/a%00b',
    ]) {
      assert.match(await raw(server, path), /^HTTP\/1\.1 404/, path)
    }
  }))

test('what a client has already is not sent again; parts are sent as they are asked for', () =>
  withSite({}, async (server) => {
    const { headers } = await server.fetch('/large.txt')
    const tag = headers.get('etag') ?? ''
    assert.is(headers.get('content-length'), '200000')
    const status = async (given: Record<string, string>): Promise<number> => (await server.fetch('/large.txt', { headers: given })).status
    assert.equal([await status({ 'if-none-match': tag }), await status({ 'if-none-match': '"other"' })], [304, 200])
    assert.equal(
      [await status({ 'if-modified-since': headers.get('last-modified') ?? '' }), await status({ 'if-modified-since': 'x' })],
      [304, 200],
    )
    const part = await server.fetch('/large.txt', { headers: { range: 'bytes=10-14' } })
    assert.equal([part.status, part.headers.get('content-range'), await part.text()], [206, 'bytes 10-14/200000', 'xxxxx'])
    assert.is(await status({ range: 'bytes=200000-' }), 416)
    const head = await server.fetch('/large.txt', { method: 'HEAD' })
    assert.equal([head.headers.get('content-length'), await head.text()], ['200000', ''])
    assert.equal(
      ['bytes=0-0', 'bytes=-3', 'bytes=5-', 'bytes=3-99', 'bytes=10-', 'bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,3-4', undefined].map(
        (range) => partOf(range, 10),
      ),
      [{ from: 0, to: 0 }, { from: 7, to: 9 }, { from: 5, to: 9 }, { from: 3, to: 9 }, false, false, null, null, null, null],
    )
  }))

test('an app that finds its own way has its index for every path; below a prefix too', () =>
  withSite({ path: '/app', static_options: { spa: true } }, async (server) => {
    for (const path of ['/app', '/app/', '/app/users/7']) assert.equal(await server.say(path), [200, '<h1>home</h1>'], path)
    assert.equal(await server.say('/app/app.js'), [200, 'let a = 1'])
    assert.equal(await server.say('/other'), [404, 'there is nothing here'])
  }))

test('compressed where it is text, and the middleware is there', () =>
  withSite({ middleware: ['compress'] }, async (server) => {
    const packed = await server.fetch('/large.txt')
    assert.equal([packed.headers.get('content-encoding'), (await packed.text()).length], ['gzip', 200_000])
  }))

test('a handler hands over a file; a name that leads out is none', () =>
  served(
    {
      files,
      send: handler(
        `res:set_header('X-Sendfile', req:query('f')) res:set_header('X-Own', 'kept') if req:query('n') then res:set_header('X-File-Name', req:query('n')) end`,
      ),
      route: endpoint('/send', 'send'),
      router: router({ middleware: ['sendfile'], options: { 'sendfile.fs': 'app:files' } }),
    },
    async (server) => {
      const { headers, status } = await server.fetch('/send?f=/app.js&n=%C3%A4.js')
      const disposition = `attachment; filename="_.js"; filename*=UTF-8''%C3%A4.js`
      assert.equal(
        [status, headers.get('x-own'), headers.get('x-sendfile'), headers.get('content-disposition')],
        [200, 'kept', null, disposition],
      )
      assert.equal(await server.say('/send?f=app.js', { headers: { range: 'bytes=0-2' } }), [206, 'let'])
      for (const file of ['../secret.txt', 'link.txt', 'docs', '.env']) assert.is((await server.say(`/send?f=${file}`))[0], 404, file)
    },
  ))

test('what is shown at run time needs the right to the directory', () =>
  served({ files, gateway: gateway() }, async (server) => {
    await server.app.make('app:made', site())
    assert.equal(await server.say('/app.js'), [403, 'this is not shown'])
    await server.app.put('app:made', site())
    assert.equal(await server.say('/app.js'), [200, 'let a = 1'])
  }))

test.run()
