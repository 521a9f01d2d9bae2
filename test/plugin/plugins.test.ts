import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileComponent } from '../../src/plugin/component.ts'
import { changesTo, entriesOf } from '../../src/plugin/installation.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure, func, type TestApp, withApp } from '../support/app.ts'
import { call, hollow } from './components.ts'
import { moduleOf } from './wat.ts'

const test = suite('plugins')
const plugins = join(import.meta.dirname, '../../plugins')

/** The plugins of this repository as an app has them: in files. */
const withPlugin = (name: string, exports: readonly string[], act: (app: TestApp) => Promise<void>): Promise<void> => {
  const functions = exports.map((one) => [one, { kind: 'plugin.function', plugin: 'app:plugin', export: one }])
  const path = join(plugins, name, `${name}.wasm`)
  return withApp({ plugin: { kind: 'plugin.component', path }, ...Object.fromEntries(functions) }, act)
}

test('markdown becomes HTML that runs no code', () =>
  withPlugin('markdown', ['to-html', 'headings'], async (app) => {
    const [html] = (await call(app, 'to-html', '"# Hi\\n\\nsee <b>x</b> [a](javascript:x) **b**"')) as [string]
    assert.is(html, '<h1>Hi</h1>\n<p>see &lt;b&gt;x&lt;/b&gt; <a href="">a</a> <strong>b</strong></p>\n')
    const [headings] = (await call(app, 'headings', '"# One\\n\\ntext\\n\\n### Two"')) as [unknown]
    assert.equal(headings, [
      { level: 1, text: 'One' },
      { level: 3, text: 'Two' },
    ])
  }))

test('a QR code is drawn, and its own errors arrive as errors', () =>
  withPlugin('qrcode', ['svg', 'modules'], async (app) => {
    const [svg] = (await call(app, 'svg', '"https://example.org", "high", 3')) as [string]
    assert.match(svg, /^<svg .*<path d="M12,12l/)
    const [rows] = (await call(app, 'modules', '"hello"')) as [boolean[][]]
    assert.is(rows.length, 21)
    assert.equal(rows[0]!.slice(0, 8), [true, true, true, true, true, true, true, false])
    assert.equal(await call(app, 'svg', '""'), [null, 'empty', 'Internal'])
    assert.equal(await call(app, 'svg', '("x"):rep(4000)'), [null, 'too-long', 'Internal'])
  }))

test('an index lives between calls', () =>
  withPlugin('search', ['add', 'find', 'remove'], async (app) => {
    const documents = '{ { id = "1", title = "Actors", text = "Processes send messages" }, { id = "2", title = "Cats", text = "meow" } }'
    assert.equal(await call(app, 'add', documents), [2, false, false])
    const [hits] = (await call(app, 'find', '"mesages", 5')) as [{ id: string; title: string }[]]
    assert.equal(
      hits.map(({ id, title }) => [id, title]),
      [['1', 'Actors']],
    )
    assert.equal(await call(app, 'remove', '"1"'), [true, false, false])
    assert.equal(await call(app, 'find', '"mesages", 5'), [{}, false, false]) // an empty table
  }))

test('documents that are entries are in the index as long as they are there, whatever the index forgets', () => {
  const document = (title: string, text: string) => ({ kind: 'search.document', plugin: 'app:plugin', title, text })
  const exported = (name: string) => ({ kind: 'plugin.function', plugin: 'app:plugin', export: name })
  const plugin = { kind: 'plugin.component', path: join(plugins, 'search/search.wasm'), allow: ['kind:search.document'] }
  const drafts = { plugin, find: exported('find'), clear: exported('clear'), actors: document('Actors', 'Processes send messages') }
  return withApp(drafts, async (app) => {
    const found = async (query: string): Promise<string[]> => {
      const [hits] = (await call(app, 'find', `"${query}", 5`)) as [{ readonly id: string }[]]
      return Array.isArray(hits) ? hits.map(({ id }) => id) : []
    }
    assert.equal(await found('mesages'), ['app:actors'])
    await app.put('app:cats', document('Cats', 'meow'))
    await call(app, 'clear', '')
    assert.equal([await found('mesages'), await found('meow')], [['app:actors'], ['app:cats']])
    assert.match((await failure(app.put('app:cats', { ...document('Cats', 'meow'), text: 1 }))).text, /title and text are texts/)
    await app.drop('app:actors')
    assert.equal(await found('mesages'), [])
  })
})

test('a component that wants a host nobody offers is refused by name', async () => {
  const wit = 'package wasi:sockets@0.2.0; interface network { open: func() -> u32; } world w { import network; export f: func(); }'
  const root = directoryWith({ 'x.wasm': '' })
  writeFileSync(join(root, 'x.wasm'), await hollow(wit))
  await withApp({}, async (app) => {
    const error = await failure(app.put('app:plugin', { kind: 'plugin.component', path: join(root, 'x.wasm') }))
    assert.equal([error.code, /wasi:sockets\/network/.test(error.message)], ['PLUGIN_IMPORT', true])
  })
})

test('functions of Wippy apps: text, a core module and a component, each call for itself', () => {
  const counter = `(module (memory (export "memory") 1) (global $n (mut i32) (i32.const 0))
    (func (export "count") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))`
  const wat = { kind: 'function.wat', source: counter, wit: 'count: func() -> s32;', method: 'count' }
  return withApp({ wat }, async (app) => {
    assert.equal(await call(app, 'wat', ''), [1, false, false])
    assert.equal(await call(app, 'wat', ''), [1, false, false])
    const wrong = await failure(app.put('app:other', { ...wat, wit: 'count: func(x: string) -> s32;' }))
    assert.is(wrong.code, 'PLUGIN_MALFORMED')
  })
})

test('a result is a table where Wippy has it so, and an error of the call elsewhere', async () => {
  const source = `(module (memory (export "memory") 1) (data (i32.const 64) "odd")
    (func (export "half") (param i32) (result i32)
      (i32.store8 (i32.const 16) (i32.and (local.get 0) (i32.const 1)))
      (if (i32.load8_u (i32.const 16))
        (then (i32.store (i32.const 20) (i32.const 64)) (i32.store (i32.const 24) (i32.const 3)))
        (else (i32.store (i32.const 20) (i32.shr_u (local.get 0) (i32.const 1)))))
      (i32.const 16))
    (func (export "check") (param i32) (result i32) (local.get 0)))`
  const wit = 'half: func(x: s32) -> result<s32, string>; export check: func(fails: bool) -> result;'
  const folder = directoryWith({})
  const path = join(folder, 'x.wasm')
  writeFileSync(
    path,
    await componentNew(
      await componentEmbed({ binary: await parse(source), witSource: `package t:t; world w { export ${wit} }`, world: 'w' }),
    ),
  )
  const entry = (name: string) => ({ kind: 'plugin.function', plugin: 'app:plugin', export: name })
  const drafts = {
    ...{ half: { kind: 'function.wat', source, wit, method: 'half' }, check: { kind: 'function.wat', source, wit, method: 'check' } },
    ...{ plugin: { kind: 'plugin.component', path }, half2: entry('half'), check2: entry('check') },
  }
  return withApp(drafts, async (app) => {
    const told = await Promise.all([
      ...[call(app, 'half', '8'), call(app, 'half', '7'), call(app, 'check', 'false'), call(app, 'check', 'true')],
      ...[call(app, 'half2', '8'), call(app, 'half2', '7'), call(app, 'check2', 'false'), call(app, 'check2', 'true')],
    ])
    assert.equal(told, [
      ...[
        [{ ok: 4 }, false, false],
        [{ err: 'odd' }, false, false],
        [{ ok: true }, false, false],
        [{ err: true }, false, false],
      ],
      ...[
        [4, false, false],
        [null, 'odd', 'Internal'],
        [null, false, false],
        [null, 'the plugin failed', 'Internal'],
      ],
    ])
  })
})

test('a process of WebAssembly is spawned and ends with what its method returns', async () => {
  const adder = await moduleOf(`(module (memory (export "memory") 1)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "spin") (loop (br 0))))`)
  const root = directoryWith({ 'add.wasm': adder })
  const job = (method: string, wit: string) => ({
    ...{ kind: 'process.wasm', fs: 'app:files', path: 'add.wasm', method, wit, limits: { fuel: 1_000_000 } },
    hash: `sha256:${createHash('sha256').update(adder).digest('hex')}`,
  })
  const drafts = {
    files: { kind: 'fs.directory', directory: root },
    add: job('add', 'add: func(a: s32, b: s32) -> s32;'),
    spin: job('spin', 'spin: func();'),
    stranger: func('return function() return require("plugin").run(1, 2) end', { modules: ['plugin'] }),
  }
  await withApp(drafts, async (app) => {
    assert.equal(app.node.problems, [])
    const ended = (id: string): Promise<unknown> =>
      app.eval(`assert(process.spawn_monitored("app:${id}", "app:processes", 20, 22))
        local result = process.events():receive().result
        return { result.value, result.error and tostring(result.error) or false }`)
    assert.equal(await ended('add'), [42, false])
    assert.equal(await ended('spin'), [null, 'the plugin spent its 1000000 units of fuel'])
    assert.equal(await call(app, 'stranger', ''), [null, '"app:stranger" is no process.wasm', 'Invalid'])
    const wrong = await failure(app.put('app:add', job('sub', 'sub: func(a: s32, b: s32) -> s32;')))
    assert.is(wrong.code, 'PLUGIN_MALFORMED')
  })
})

test('an installed plugin is a component, a function for each export, and a Lua module', async () => {
  const compiled = await compileComponent(readFileSync(join(plugins, 'qrcode/qrcode.wasm')))
  const entries = entriesOf({ name: 'qrcode', root: plugins, compiled, allow: [] })
  assert.equal(
    entries.map(({ id, kind }) => [id, kind]),
    [
      ['plugins:qrcode', 'plugin.component'],
      ['plugins.qrcode:svg', 'plugin.function'],
      ['plugins.qrcode:modules', 'plugin.function'],
      ['plugins.qrcode:lua', 'library.lua'],
    ],
  )
  const files = directoryWith({ 'qrcode.wasm': '' })
  copyFileSync(join(plugins, 'qrcode/qrcode.wasm'), join(files, 'qrcode.wasm'))
  await withApp({}, async (app) => {
    const [component, ...others] = entries
    const placed = makeEntry({ ...component!, data: { ...(component!.data as object), path: join(files, 'qrcode.wasm') } })
    await app.node.registry.apply(changesTo([], [placed, ...others]))
    await app.put(
      'app:user',
      func('local qr = require("qr") return function() return #qr.modules("x", "low") end', { imports: { qr: 'plugins.qrcode:lua' } }),
    )
    assert.is(await app.eval('return require("funcs").call("app:user")'), 21)
  })
})

test.run()
