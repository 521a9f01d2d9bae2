// Whose code it is: what the app's files say has the operator's rights, what was made or changed at run time has none, however the node came to it.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { sent } from '../../src/control/sent-entry.ts'
import { openControl } from '../../src/control/server.ts'
import { deploymentOf } from '../../src/registry/deployment.ts'
import { type Draft, func, library, start, startIn, type TestApp } from '../support/app.ts'

const test = suite('provenance')

const DURABLE = { set: ['registry.history=durable'] }

/** What it may do: it has the operator's rights, or none. */
const rights = func('return function() return system.memory.stats() ~= nil and "operator" or "none" end')
const files: Readonly<Record<string, Draft>> = {
  tool: rights,
  lib: library('return {}'),
  user: func('local lib = require("lib") return function() return system.memory.stats() ~= nil and "operator" or "none" end', {
    imports: { lib: 'app:lib' },
  }),
}

const seen = async (app: TestApp): Promise<unknown> => {
  const out: unknown[] = []
  for (const id of ['tool', 'user', 'made'])
    out.push(await app.eval(`local r, err = funcs.call("app:${id}") return err and err:kind() or r`))
  return out.join(' ')
}

/** Starts the app in a directory again. */
const again = async (app: TestApp): Promise<TestApp> => {
  await app.node.stop()
  return startIn(app.root, DURABLE)
}

test('made or changed at run time, code has no rights: after a restart, after going back and forth, and after both', async () => {
  let app = await start(files, DURABLE)
  try {
    assert.is(await seen(app), 'operator operator NotFound')
    const { registry } = app.node
    const begin = registry.current.id
    await app.make('app:made', rights)
    await app.make('app:tool', { ...rights, code: `-- changed\n${rights.code}` })
    await app.make('app:lib', library('return { changed = true }'))
    const changed = registry.current.id
    assert.is(await seen(app), 'none none none')

    app = await again(app)
    assert.is(await seen(app), 'none none none', 'after a restart')

    await app.node.registry.applyVersion(begin)
    assert.is(await seen(app), 'operator operator NotFound', 'gone back')
    app = await again(app)
    assert.is(await seen(app), 'operator operator NotFound', 'gone back, and started again')

    await app.node.registry.applyVersion(changed)
    assert.is(await seen(app), 'none none none', 'gone forward')
    app = await again(app)
    assert.is(await seen(app), 'none none none', 'gone forward, and started again')
  } finally {
    await app.node.stop({ now: true })
  }
})

test("what is deployed is the operator's, and makes nothing so that was made at run time", async () => {
  let app = await start(files, DURABLE)
  try {
    const fromFiles = [...app.node.registry.snapshot().entries()]
    await app.make('app:made', rights)
    await app.make('app:tool', rights)
    assert.is(await seen(app), 'none operator none')
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder })
    const client = await Client.connect({ folder })
    const wanted = fromFiles.map((entry) => (entry.id === 'app:tool' ? { ...entry, meta: { deployed: true } } : entry))
    const { entries, gone } = deploymentOf([...app.node.registry.snapshot().entries()], wanted)
    assert.equal([entries.map(({ id }) => id), gone.includes('app:made')], [['app:tool'], false])
    await client.ask('registry.apply', { entries: entries.map(sent), gone: [], author: 'jo', message: '' })
    client.close()
    await control.close()
    assert.is(await seen(app), 'operator operator none')
    app = await again(app)
    assert.is(await seen(app), 'operator operator none')
  } finally {
    await app.node.stop({ now: true })
  }
})

test("a file that is saved is the operator's again, and Lua cannot say where an entry comes from", async () => {
  let app = await start(files, DURABLE)
  try {
    await app.eval(`local changes = registry.snapshot():changes()
      local entry = registry.get("app:tool")
      entry.origin = { file = "src/_index.yaml", path = "/", base = "/", line = 1, column = 1, spots = {}, sources = {} }
      entry.meta = { forged = true }
      assert(changes:update(entry):apply())`)
    assert.is(await seen(app), 'none operator NotFound')
    app = await again(app)
    assert.is(await seen(app), 'none operator NotFound')
    await app.put('app:tool', rights)
    assert.is(await seen(app), 'operator operator NotFound')
  } finally {
    await app.node.stop({ now: true })
  }
})

test.run()
