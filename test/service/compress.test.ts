// Compression: there and back, within bounds.

import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('compress')

const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(`local compress = require('compress') ${code}`, { modules: ['compress'] })

test('each format gives back what it was given, at its lowest and its highest level', () =>
  withApp({}, async (app) => {
    const code = `local data, bad = ('abc\\0\\255'):rep(1000), {}
      for name, levels in pairs{ gzip = { 1, 9 }, deflate = { 1, 9 }, zlib = { 1, 9 }, brotli = { 0, 11 }, zstd = { 1, 22 } } do
        local format = compress[name]
        for _, level in ipairs(levels) do
          local packed = assert(format.encode(data, { level = level }))
          if #packed >= #data or format.decode(packed) ~= data then bad[#bad + 1] = name end
        end
        for _, level in ipairs{ levels[1] - 1, levels[2] + 1, 1.5 } do
          if select(2, format.encode(data, { level = level })):kind() ~= 'Invalid' then bad[#bad + 1] = name .. level end
        end
        if select(2, format.encode('')):kind() ~= 'Invalid' then bad[#bad + 1] = name .. ' empty' end
        if not select(2, format.decode('not packed')):kind() then bad[#bad + 1] = name .. ' broken' end
      end
      return table.concat(bad, ' ')`
    assert.is(await lua(app, code), '')
    const packed = await lua(app, `return compress.gzip.encode('hello')`)
    assert.is(gunzipSync(packed as Uint8Array).toString(), 'hello')
  }))

test('a bomb is not opened', () =>
  withApp({}, async (app) => {
    const code = (format: string): string =>
      `local packed = compress.${format}.encode(('x'):rep(1000001)) local _, err = compress.${format}.decode(packed, { max_size = 1000000 })
      return { err:kind(), err:message(), #compress.${format}.decode(packed, { max_size = 1000001 }), select(2, compress.${format}.decode(packed, { max_size = 0 })):kind() }`
    for (const format of ['gzip', 'brotli', 'zstd']) {
      assert.equal(
        await lua(app, code(format)),
        ['Internal', 'what comes out has more than max_size, 1000000 bytes', 1_000_001, 'Invalid'],
        format,
      )
    }
  }))

test.run()
