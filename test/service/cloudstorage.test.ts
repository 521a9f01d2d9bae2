// Buckets, against a server that checks every signature.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bucketEntries, S3Server } from '../cloud/s3-server.ts'
import { proc, type StartOptions, type TestApp, withApp } from '../support/app.ts'

const test = suite('cloudstorage')

const MODULES = ['cloudstorage', 'fs', 'stream', 'registry', 'env', 'time', 'funcs']

type Act = (run: (code: string) => Promise<unknown>, server: S3Server, app: TestApp) => Promise<void>

/** An app with a bucket `s` and a directory `d`. */
const withBucket = async (act: Act, more: Readonly<Record<string, unknown>> = {}, options: StartOptions = {}): Promise<void> => {
  const server = await S3Server.open()
  try {
    const drafts = { ...bucketEntries(server.endpoint, more), dir: { kind: 'fs.directory', directory: 'files', auto_init: true } }
    await withApp(
      drafts,
      (app) => {
        const begin = `local s = assert(require('cloudstorage').get('app:shelf')) local d = assert(require('fs').get('app:dir'))`
        const run = (code: string): Promise<unknown> => app.eval(`${begin} ${code}`, { modules: MODULES })
        return act(run, server, app)
      },
      options,
    )
  } finally {
    server.close()
  }
}

test('objects are written, described, read and deleted', () =>
  withBucket(async (run, server) => {
    assert.is(
      await run(
        `return assert(s:upload_object('a/b c+d&<é>(!*~$@:=,;).txt', 'häl', { content_type = 'text/plain', cache_control = 'no-store', metadata = { Who = 'me' }, headers = { ['x-amz-meta-raw'] = 'x' } }))`,
      ),
      true,
    )
    assert.is(server.bytes('a/b c+d&<é>(!*~$@:=,;).txt')?.toString(), 'häl')
    const {
      headers,
      last_modified: modified,
      etag,
      version_id: version,
      ...head
    } = (await run(`return s:head_object('a/b c+d&<é>(!*~$@:=,;).txt')`)) as Record<string, unknown>
    assert.equal(head, {
      size: 4,
      content_type: 'text/plain',
      cache_control: 'no-store',
      content_disposition: '',
      content_encoding: '',
      storage_class: 'STANDARD',
      metadata: { who: 'me', raw: 'x' },
    })
    assert.match(String(etag), /^"[0-9a-f]{32}"$/)
    assert.ok(Math.abs(Number(modified) - Date.now() / 1000) < 60)
    assert.is(version, 'v1')
    assert.is((headers as Record<string, unknown>)['x-amz-storage-class'], 'STANDARD')
    const read = `local f = d:open('/x', 'w') local ok, err = s:download_object('a/b c+d&<é>(!*~$@:=,;).txt', f, OPTIONS) f:close() return ok and d:readfile('/x') or err:kind()`
    assert.is(await run(read.replace('OPTIONS', '{}')), 'häl')
    assert.is(await run(read.replace('OPTIONS', "{ range = 'bytes=0-0' }")), 'h')
    assert.is(await run(read.replace('OPTIONS', "{ range = 'bytes=-1' }")), 'l')
    assert.is(await run(read.replace('OPTIONS', `{ if_none_match = '${etag}' }`)), 'Conflict')
    assert.is(await run(read.replace('OPTIONS', `{ if_match = '"no"' }`)), 'Conflict')
    assert.equal(
      await run(
        `assert(s:delete_objects{ 'a/b c+d&<é>(!*~$@:=,;).txt', 'never' }) local _, err = s:head_object('a/b c+d&<é>(!*~$@:=,;).txt') return { err:kind(), err:message() }`,
      ),
      ['NotFound', 'there is no object "a/b c+d&<é>(!*~$@:=,;).txt"'],
    )
  }))

test('what is said to be packed arrives as it was sent', () =>
  withBucket(async (run) => {
    const code = `assert(s:upload_object('z', 'not really gzip', { content_encoding = 'gzip' }))
      local f = d:open('/z', 'w') assert(s:download_object('z', f)) f:close() return d:readfile('/z')`
    assert.is(await run(code), 'not really gzip')
  }))

test('lists come in pages, with owners and versions when they are wanted', () =>
  withBucket(async (run) => {
    await run(`for at = 1, 5 do assert(s:upload_object('p/' .. at .. ' &', ('x'):rep(at))) end assert(s:upload_object('q', ''))`)
    const pages = await run(
      `local pages, token = {}, ''
      repeat
        local page = assert(s:list_objects{ prefix = 'p/', max_keys = 2, continuation_token = token, VERSIONS })
        local keys = {} for _, o in ipairs(page.objects) do keys[#keys + 1] = o.key end
        pages[#pages + 1] = keys token = page.next_continuation_token
      until not page.is_truncated
      return pages`.replace('VERSIONS', ''),
    )
    assert.equal(pages, [['p/1 &', 'p/2 &'], ['p/3 &', 'p/4 &'], ['p/5 &']])
    const [first] = ((await run(`return s:list_objects{ include_owner = true, max_keys = 1 }`)) as { objects: Record<string, unknown>[] })
      .objects
    assert.equal(
      [first!.key, first!.size, first!.storage_class, first!.owner],
      ['p/1 &', 1, 'STANDARD', { id: 'me', display_name: 'Me & I' }],
    )
    const versions = await run(`assert(s:upload_object('q', 'new'))
      local found, token = {}, ''
      repeat
        local page = assert(s:list_objects{ include_versions = true, max_keys = 4, continuation_token = token })
        for _, o in ipairs(page.objects) do found[#found + 1] = o.key .. ' ' .. o.version_id end
        token = page.next_continuation_token
      until not page.is_truncated
      return found`)
    assert.equal(versions, ['p/1 & v1', 'p/2 & v2', 'p/3 & v3', 'p/4 & v4', 'p/5 & v5', 'q v7', 'q v6'])
  }))

test('conditions of uploads', () =>
  withBucket(async (run, server) => {
    const kinds = await run(`local kinds = {}
      local function try(...) local ok, err = s:upload_object('c', ...) kinds[#kinds + 1] = ok or (err:kind() .. ' ' .. err:message()) end
      try('1', { only_if_absent = true }) try('2', { only_if_absent = true }) try('3', { if_none_match = '*' })
      try('4', { if_match = s:head_object('c').etag }) try('5', { if_match = '"no"' })
      return kinds`)
    assert.equal(kinds, [true, 'Conflict precondition_failed', 'Conflict precondition_failed', true, 'Conflict precondition_failed'])
    assert.is(server.bytes('c')?.toString(), '4')
  }))

test('files and streams go in parts, and what fails leaves none', () =>
  withBucket(async (run, server) => {
    const large = `local f = d:open('/large', 'w') for at = 1, 17 do f:write(('%07d\\n'):format(at):rep(131072)) end f:close()`
    await run(`${large} local f = d:open('/large', 'r') assert(s:upload_object('large', f, { content_type = 'text/x' })) f:close()`)
    const bytes = server.bytes('large')!
    assert.equal([bytes.length, bytes.subarray(0, 8).toString(), bytes.subarray(-8).toString()], [17 * 1024 ** 2, '0000001\n', '0000017\n'])
    assert.equal(
      server.asked.filter((line) => line.includes(' large')),
      [
        'POST large?uploads',
        'PUT large?partNumber?uploadId',
        'PUT large?partNumber?uploadId',
        'PUT large?partNumber?uploadId',
        'POST large?uploadId',
      ],
    )
    assert.is(await run(`return s:head_object('large').content_type`), 'text/x')
    assert.is(
      await run(`local f = d:open('/large', 'r') local _, err = s:upload_object('large', f, { only_if_absent = true }) return err:kind()`),
      'Conflict',
    )
    assert.is(server.openUploads, 0)
    await run(`d:writefile('/small', 'few') local f = d:open('/small', 'r') assert(s:upload_object('small', f))`)
    assert.is(server.bytes('small')?.toString(), 'few')
  }))

test('a storage that is busy is asked again, but not with a condition; one that is not there is told', () =>
  withBucket(async (run, server, app) => {
    server.isBusy = 2
    assert.is(await run(`return s:upload_object('b', 'x')`), true)
    server.isBusy = 1
    assert.equal(
      await run(`local _, err = s:upload_object('b', 'x', { if_match = '"a"' }) return { err:kind(), err:message(), err:retryable() }`),
      ['Internal', 'the storage answers 503: SlowDown: no & no', true],
    )
    await app.put('app:shelf', bucketEntries('http://127.0.0.1:1').shelf)
    assert.match(
      String(await run(`local _, err = s:head_object('b') return err:message()`)),
      /^the storage cannot be reached: .*ECONNREFUSED/,
    )
  }))

test('another key counts from the next operation on', () =>
  withBucket(async (run, _, app) => {
    const { account } = bucketEntries('')
    await app.put('app:account', { ...account, secret_access_key: 'wrong' })
    assert.match(String(await run(`local _, err = s:head_object('x') return err:message()`)), /answers 403/)
    await app.put('app:account', { kind: 'config.aws', region: 'x' })
    assert.equal(
      await run(`local s, err = require('cloudstorage').get('app:shelf') return { s == nil, err:kind() }`).catch(({ text }) => text),
      '"app:account" has no keys',
    )
  }))

test('signed addresses do one thing, for a time', () =>
  withBucket(async (run) => {
    const [get, put] = (await run(`assert(s:upload_object('p q', 'here'))
      return { s:presigned_get_url('p q'), s:presigned_put_url('new', { expiration = 60, content_type = 'text/plain', content_length = 3 }) }`)) as [
      string,
      string,
    ]
    assert.is(await (await fetch(get)).text(), 'here')
    assert.match(put, /X-Amz-Expires=60/)
    assert.is((await fetch(put, { method: 'PUT', body: 'abc', headers: { 'content-type': 'text/plain' } })).status, 200)
    assert.is((await fetch(put, { method: 'PUT', body: 'abc', headers: { 'content-type': 'text/html' } })).status, 403)
    assert.is((await fetch(put, { method: 'PUT', body: 'abcd', headers: { 'content-type': 'text/plain' } })).status, 403)
    assert.is((await fetch(get.replace('p%20q', 'other'))).status, 403)
    const wrong = `local kinds = {} for _, n in ipairs{ 0, 604801, 1.5 } do local _, err = s:presigned_get_url('k', { expiration = n }) kinds[#kinds + 1] = err:kind() end return kinds`
    assert.equal(await run(wrong), ['Invalid', 'Invalid', 'Invalid'])
  }))

test('a key stays in its bucket, and what cannot be is refused before it is sent', () =>
  withBucket(async (run, server) => {
    const before = server.asked.length
    const kinds = await run(`local kinds = {}
      local function no(value, err) kinds[#kinds + 1] = tostring(value) .. ' ' .. err:kind() end
      no(s:head_object('../other/secret')) no(s:head_object('a/./b')) no(s:upload_object('', 'x')) no(s:upload_object('k', nil))
      no(s:upload_object('k', 'x', { headers = { Authorization = 'mine' } })) no(s:upload_object('k', 'x', { headers = { a = 'x\\ny' } }))
      no(s:upload_object('k', 'x', { metadata = { ['a b'] = 'x' } })) no(s:head_object(('x'):rep(1025)))
      no(s:download_object('k', 'no writer')) no(s:delete_objects{ '' })
      s:release() no(s:list_objects()) no(s:upload_object('k', 'x')) no(s:presigned_get_url('k'))
      return kinds`)
    assert.equal(
      kinds,
      Array.from({ length: 13 }, () => 'nil Invalid'),
    )
    assert.is(server.asked.length, before)
    assert.equal(
      await run(
        `local _, err = require('cloudstorage').get('app:none') local _, other = require('cloudstorage').get('app:dir') return { err:kind(), other:kind() }`,
      ),
      ['NotFound', 'Invalid'],
    )
    assert.match(
      String(await run(`local _, err = s:delete_objects{ 'locked/a', 'b' } return err:message()`)),
      /1 objects are left: locked\/a: AccessDenied/,
    )
  }))

test('a process that ends ends what it had under way', () =>
  withBucket(async (_, server, app) => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>()
    const { promise: given, resolve: isGivenUp } = Promise.withResolvers<void>()
    server.hold = (response) => {
      response.once('close', isGivenUp)
      isAsked()
    }
    await app.put('app:slow', proc(`return function() require('cloudstorage').get('app:shelf'):head_object('x') end`, { modules: MODULES }))
    const pid = await app.eval(`return process.spawn('app:slow', 'app:processes')`)
    await app.patient(asked, 'a request')
    await app.eval(`process.terminate('${pid}')`)
    await app.patient(given, 'a request that is given up')
  }))

test('keys from the environment, and entries that cannot be', async () => {
  await withApp(
    {
      account: { kind: 'config.aws', region_env: 'app:nowhere' },
      noconfig: { kind: 'cloudstorage.s3', bucket: 'b', config: 'app:nothing' },
      noname: { kind: 'cloudstorage.s3', bucket: '../b', config: 'app:fine' },
      noaddress: { kind: 'cloudstorage.s3', bucket: 'bucket', config: 'app:fine', endpoint: 'ftp://x' },
      fine: { kind: 'config.aws', region: 'r' },
    },
    async ({ node }) => {
      assert.equal(node.problems.map(({ where }) => where?.entry).sort(), ['app:account', 'app:noaddress', 'app:noconfig', 'app:noname'])
    },
  )
  const { account } = bucketEntries('')
  process.env.WIPPY_TEST_SECRET = account.secret_access_key
  await withBucket(async (run, _, app) => {
    await app.put('app:os', { kind: 'env.storage.os' })
    await app.put('app:secret', { kind: 'env.variable', storage: 'app:os', variable: 'WIPPY_TEST_SECRET' })
    const { secret_access_key: _secret, ...rest } = account
    await app.put('app:account', { ...rest, secret_access_key_env: 'app:secret' })
    assert.is(await run(`return s:upload_object('k', 'x')`), true)
  }).finally(() => {
    delete process.env.WIPPY_TEST_SECRET
  })
})

test.run()
