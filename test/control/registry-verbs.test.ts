// registry.apply, registry.rollback and registry.snapshot, on the socket of a node.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { received, sent } from '../../src/control/sent-entry.ts'
import { openControl } from '../../src/control/server.ts'
import type { Entry } from '../../src/registry/entry.ts'
import type { Version } from '../../src/registry/history.ts'
import { entry } from '../registry/scratch.ts'
import { failure, type TestApp, withApp } from '../support/app.ts'

const test = suite('registry verbs')

const reached = (act: (client: Client, app: TestApp) => Promise<void>): Promise<void> =>
  withApp({ note: { kind: 'registry.entry', n: 0 } }, async (app) => {
    const folder = join(app.root, '.wippy')
    const control = await openControl(app.node, { folder })
    const client = await Client.connect({ folder })
    try {
      await act(client, app)
    } finally {
      client.close()
      await control.close()
    }
  })

const note = (n: number) => entry('app:note', 'registry.entry', { n })
const apply = (client: Client, entries: readonly Entry[], more: object = {}) =>
  client.ask('registry.apply', { entries: entries.map(sent), author: 'jo', message: 'why', ...more }) as Promise<Version | null>

test('of two changes of one entry that were thought out on one version the first is made, the second refused', () =>
  reached(async (client, { node: { registry } }) => {
    const base = registry.current.id
    const [first, second] = await Promise.allSettled([apply(client, [note(1)], { base }), apply(client, [note(2)], { base })])
    assert.equal([first.status, (second as PromiseRejectedResult).reason.code], ['fulfilled', 'CONFLICT'])
    const { id, author, message } = registry.current
    assert.equal([id, author, message, registry.get('app:note')?.data], [base + 1, 'jo', 'why', { n: 1 }])
    const created = [entry('app:new')]
    const both = await Promise.allSettled([apply(client, created, { base: id }), apply(client, created, { base: id })])
    assert.equal(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.is((both[1] as PromiseRejectedResult).reason.code, 'CONFLICT')
  }))

test('a dry change tells what would be refused, and changes nothing', () =>
  reached(async (client, { node: { registry } }) => {
    const before = registry.snapshot()
    assert.is(await apply(client, [note(1)], { dry: true, gone: [] }), null)
    const error = await failure(apply(client, [note(1), entry('app:odd', 'no.such')], { dry: true }))
    assert.is(error.code, 'KIND_UNKNOWN')
    assert.is(registry.snapshot(), before)
  }))

test('a rollback goes to the version before, or to the one that is named', () =>
  reached(async (client, { node: { registry } }) => {
    const base = registry.current.id
    await apply(client, [note(1)])
    await apply(client, [note(2)])
    await client.ask('registry.rollback')
    assert.equal([registry.current.id, registry.get('app:note')?.data], [base + 1, { n: 1 }])
    await client.ask('registry.rollback', { version: base + 2 })
    assert.equal(registry.get('app:note')?.data, { n: 2 })
    await client.ask('registry.rollback', { version: 0 })
    assert.is((await failure(client.ask('registry.rollback'))).code, 'VERSION_NOT_FOUND')
    assert.is((await failure(client.ask('registry.rollback', { version: 'v1' }))).code, 'CONTROL_ARGUMENT')
  }))

test('a snapshot is every entry, and the version they are', () =>
  reached(async (client, { node: { registry } }) => {
    await apply(client, [note(1)])
    const { version, entries } = (await client.ask('registry.snapshot')) as { version: Version; entries: unknown[] }
    assert.is(version.id, registry.current.id)
    const all = [...registry.snapshot().entries()]
    assert.equal(
      entries.map(received).map(({ id, data }) => [id, data]),
      all.map(({ id, data }) => [id, data]),
    )
  }))

test.run()
