// Plugins that spin and hoard, are exchanged, and taken away while others use them.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeEntry } from '../../src/registry/entry.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure, type TestApp, withApp } from '../support/app.ts'
import { callOf, fakeCaller } from '../support/caller.ts'
import { call, scripted } from './components.ts'

const test = suite('hostile plugins')

const HOSTILE = 'package t:t; world w { export spin: func(); export hoard: func() -> u32; export name: func() -> string; }'
const hostile = (name: string): string => `
export const spin = () => { for (;;); }
export const hoard = () => { const all = []; for (;;) all.push(new Uint8Array(1 << 20)) }
export const name = () => '${name}'`

const first = await scripted(HOSTILE, hostile('first'))

const withHostile = async (
  act: (app: TestApp, component: string) => Promise<void>,
  limits: object = { fuel: 20_000_000 },
): Promise<void> => {
  const root = directoryWith({ 'x.wasm': '' })
  const path = join(root, 'x.wasm')
  writeFileSync(path, first)
  const entry = (name: string) => ({ kind: 'plugin.function', plugin: 'app:plugin', export: name })
  const drafts = { plugin: { kind: 'plugin.component', path, limits }, spin: entry('spin'), hoard: entry('hoard'), name: entry('name') }
  await withApp(drafts, (app) => act(app, path))
}

test('a plugin that spins or hoards is stopped by its limits while the app goes on, and answers again afterwards', () =>
  withHostile(async (app) => {
    const spun = call(app, 'spin', '')
    assert.is(await app.eval('return 1 + 1'), 2)
    assert.equal(await spun, [null, 'the plugin spent its 20000000 units of fuel', 'RateLimited'])
    const [value, error] = (await call(app, 'hoard', '')) as [unknown, string]
    assert.is(value, null)
    assert.match(error, /^the plugin (?:trapped|spent)/)
    assert.equal(await call(app, 'name', ''), ['first', false, false])
  }))

test('a plugin that takes too long loses its thread, and those who wait behind it are answered by the next', () =>
  withHostile(
    async (app) => {
      const [spun, named] = await Promise.all([call(app, 'spin', ''), call(app, 'name', '')])
      assert.equal(spun, [null, 'plugin "app:plugin" took longer than 2000 ms', 'Timeout'])
      assert.equal(named, ['first', false, false])
    },
    { timeout: '2s' },
  ))

test('who calls pays all that might have been spent when the thread had to be ended', () =>
  withHostile(
    async (app) => {
      const limits = { fuel: 2_000_000_000, timeout: '20s', allow: ['funcs', 'funcs.call:app:spin'] }
      const code = `return function() require("funcs").call("app:spin") while true do end end`
      const outcome = await app.node.parts.door
        .operation('sandbox.run')
        .then((run) => run(callOf(fakeCaller({ context: { values: {}, operator: true } }), 'sandbox.run', '', [code, limits])))
      const [{ ok, fuel, error }] = outcome as [{ ok: boolean; fuel: number; error: { kind: string } }]
      assert.equal([ok, error.kind, fuel >= 2_000_000_000], [false, 'fuel', true])
    },
    { timeout: '300ms' },
  ))

test('a changed component answers the next call; one that is broken changes nothing', () =>
  withHostile(async (app, path) => {
    const { data } = app.node.registry.get('app:plugin')!
    const update = (more: object = {}) => {
      const entry = makeEntry({ id: 'app:plugin', kind: 'plugin.component', data: { ...(data as object), ...more } })
      return app.node.registry.apply([{ kind: 'entry.update', entry }])
    }
    writeFileSync(path, 'not a component')
    assert.is((await failure(update())).code, 'PLUGIN_NO_COMPONENT')
    assert.equal(await call(app, 'name', ''), ['first', false, false])
    writeFileSync(path, await scripted(HOSTILE, hostile('second')))
    assert.is((await failure(update({ hash: 'sha256:00' }))).code, 'PLUGIN_HASH')
    assert.is((await failure(update({ allow: ['everything'] }))).code, 'PLUGIN_GRANT')
    assert.equal(await call(app, 'name', ''), ['first', false, false])
    await update()
    assert.equal(await call(app, 'name', ''), ['second', false, false])
  }))

test('what is used cannot be taken away, and says by whom', () =>
  withHostile(async (app) => {
    const error = await failure(app.drop('app:plugin'))
    assert.is(error.code, 'PLUGIN_IN_USE')
    assert.match(error.message, /app:hoard, app:name|app:spin/)
    assert.equal(await call(app, 'name', ''), ['first', false, false])
    await app.node.registry.apply(['spin', 'hoard', 'name', 'plugin'].map((name) => ({ kind: 'entry.delete', id: `app:${name}` })))
    assert.equal(await call(app, 'name', ''), [null, 'function "app:name" not found', 'NotFound'])
  }))

test('an export that is not there is named with what is', () =>
  withHostile(async (app) => {
    const error = await failure(app.put('app:other', { kind: 'plugin.function', plugin: 'app:plugin', export: 'names' }))
    assert.is(error.code, 'PLUGIN_NO_EXPORT')
    assert.match(error.hint ?? '', /name/)
  }))

test.run()
