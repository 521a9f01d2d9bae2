// Compression: there and back, within bounds.

import { gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inspectDictionary, trainDictionary } from '../../src/service/zstd-dictionary.ts'
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

const EVENTS = Array.from({ length: 80 }, (_, at) => `{"event":"click","user_id":${at},"session":"sess-${at}","ts":17000000${at % 100}}`)
const EVENT = '{"event":"click","user_id":4242,"session":"sess-4242","ts":1700000099}'

/** Made by `zstd --train --maxdict=800` (1.5.4). */
const OTHER = Buffer.from(
  'N6Qw7D/2ARsXEOgK0wEAAABRAChRbimTTDI80EgIIQETBwAAAADbrTUAAAAEYIABgAsSEEUACmZCgFCsPMsAAAAAeAUAAAAAAAAAAAAAAAC0q2KnrG4AAAAAAAAAAAAAAAAAAQAAAAQAAAAIAAAAIiwidHMiOjE3MDAwMDg4NjYsInBhdGgiOiIvc2hvcC8yIn17ImV2ZW50IjoiY2xpY2siLCJ1c2VyX2lkIjozODg3LCJzZXNzaW9uIjoic2Vzcy0zNDgiLCJ0cyI6MTcwMDAwNDUyNCwicGF0aCI6Ii9zaG9wLzgifXsiZXZlbnQiOiJ2aWV3IiwidXNlcl9pZCI6MzAxMSwic2Vzc2lvbiI6InNlc3MtNzUxIiwidHMiOjE3MDAwMDk3NjMsInBhdGgiOiIvc2hvcC8zIn17ImV2ZW50IjoiYnV5IiwidXNlcl9pZCI6NTIxNSwic2Vzc2lvbiI6InNlc3MtMTk0IiwidHMiOjFzcy01OTkiLCJ0cyI6MTcwMDAwNzc4NywicGF0aCI6Ii9zaG9wLzQifXsiZXZlbnQiOiJidXkiLCJ1c2VyX2lkIjo5MzQzLCJzZXNzaW9uIjoic2Vzcy03NyIsInRzIjoxNzAwMDAxMDAxLCJwYXRoIjoiL3Nob3AvOSJ9eyJldmVudCI6InZpZXciLCJ1c2VyX2lkIjoxOTIsInNlc3Npb24iOiJzZXNzLTQ2MCIsInRzIjoxNzAwMDA1OTgwLCJwYXRoIjoiL3Nob3AvMSJ9eyJldmVudCI6InZpZXciLCJ1c2VyX2lkIjo4MTQwLCJzZXNzaW9uIjoic2Vzcy0zMjIiLCJ0cyI6MTcwMDAwNDE4NiwicGF0aCI6Ii9zaG9wLzE2In17ImV2ZW50IjoiY2xpY2siLCJ1c2VyX2lkIjo3NDg2LCJzZXNzaW9uIjoic2Vzcy02IiwidHMiOjE3MDAwMDAwNzgsInBhdGgiOiIvc2hvcC82In17ImV2ZW50IjoiYnV5IiwidXNlcl9pZCI6NTEzOCwic2Vzc2lvbiI6InNlc3MtMjE=',
  'base64',
)

test('a dictionary of zstd makes small texts smaller, and nobody reads them without it', () =>
  withApp({}, async (app) => {
    const train = `local samples = {} for at = 1, 80 do samples[at] = ('{"event":"%s","user_id":%d,"session":"sess-%04d","ts":17000000%02d}'):format(EVENT, at, at, at % 100) end`
    const told = await lua(
      app,
      `local z, data = compress.zstd, '${EVENT}'
       local EVENT = 'click' ${train} local dict = assert(z.train_dict(samples, { id = 4711 }))
       EVENT = 'buy' ${train} local other = assert(z.train_dict(samples))
       local packed = assert(z.encode(data, { dict = dict, level = 5 }))
       return { z.inspect_dict(dict).id, z.inspect_dict(other).id >= 32768, #packed < #z.encode(data) / 2, z.decode(packed, { dict = dict }) == data,
         select(2, z.decode(packed)):kind(), select(2, z.decode(packed, { dict = other })):kind() }`,
    )
    assert.equal(told, [4711, true, true, true, 'Internal', 'Internal'])
    const kinds = await lua(
      app,
      `local z, kinds = compress.zstd, {}
       local function no(_, err) kinds[#kinds + 1] = err:kind() end
       no(z.train_dict{}) no(z.train_dict{ 'ab', 'cd' }) no(z.train_dict{ 'long enough', '' }) no(z.train_dict({ 'long enough' }, { size = 255 }))
       no(z.train_dict({ 'long enough' }, { id = -1 })) no(z.train_dict{ ('x'):rep(5000000) }) no(z.inspect_dict('not one')) no(z.inspect_dict(''))
       no(z.encode('x', { dict = '' })) no(z.encode('x', { dict = 'not one' })) no(z.decode('x', { dict = 1 })) no(compress.gzip.encode('x', { dict = 'x' }))
       return kinds`,
    )
    assert.equal(
      kinds,
      Array.from({ length: 12 }, () => 'Invalid'),
    )
  }))

test('dictionaries are those of others', () => {
  assert.equal(inspectDictionary(OTHER), { id: 453_113_407, contentSize: 689 })
  for (let length = 0; length < OTHER.length - 689 + 8; length++) assert.is(inspectDictionary(OTHER.subarray(0, length)), null)
  const samples = EVENTS.map((event) => Buffer.from(event))
  const dictionary = trainDictionary(samples, 4096, 5)!
  assert.ok(dictionary.length <= 4096)
  const packed = zstdCompressSync(EVENT, { dictionary })
  assert.is(zstdDecompressSync(packed, { dictionary }).toString(), EVENT)
  assert.is(trainDictionary([Buffer.from('seven b')], 256, 5), null)
  assert.ok(inspectDictionary(trainDictionary([Buffer.from('nothing comes twice')], 256, 5)!))
})

test.run()
