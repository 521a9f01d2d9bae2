// The registry from Lua: reading any version, changing entries, going back.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { Registry } from '../../src/registry/registry.ts'
import type { Permit } from '../../src/service/permit.ts'
import { registryService } from '../../src/service/registry.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'
import { guest } from '../support/guest.ts'
import { permitsOf } from '../support/permits.ts'
import { refusal } from '../support/refusal.ts'

const test = suite('registry service')

const tool = (name: string, meta: Record<string, unknown> = {}, data: unknown = {}) =>
  makeEntry({ id: `app:tool.${name}`, kind: 'registry.entry', meta: { type: 'tool', ...meta }, data })

const booted = async (permit: Permit = () => true) => {
  const registry = new Registry()
  await registry.boot([
    tool('calculator', { title: 'Calculator' }, { limit: 5 }),
    tool('translator'),
    makeEntry({ id: 'sys:secret', kind: 'registry.entry' }),
  ])
  return { registry, service: registryService(registry, { permits: permitsOf(permit) }) }
}

test('an entry has id, kind, meta and data, and nothing else', async () => {
  const { service } = await booted()
  const [entry] = await values(ask(service, fakeCaller(), 'registry.get', 'app:tool.calculator'))
  assert.equal(Object.keys(entry as object), ['id', 'kind', 'meta', 'data'])
  assert.is(await refusal(() => ask(service, fakeCaller(), 'registry.get', 'app:none')), 'NotFound ENTRY_NOT_FOUND')
})

test('lists leave out what the process may not read', async () => {
  const { service } = await booted((_, action, resource) => action === 'registry.get' && resource.startsWith('app:'))
  const ids = async (op: string, args: readonly unknown[]) => {
    const [entries] = await values(ask(service, fakeCaller(), op, '', args))
    return (entries as { id: string }[]).map(({ id }) => id)
  }
  const tools = ['app:tool.calculator', 'app:tool.translator']
  assert.equal(await ids('registry.entries', []), tools)
  assert.equal(await ids('registry.entries', [0, 'sys']), [])
  assert.equal(await ids('registry.find', [{ '.kind': 'registry.*' }]), tools)
  assert.equal(await ids('registry.find', [{ 'meta.title': 'Calculator' }]), ['app:tool.calculator'])
})

test('every changed entry needs its own permission; none is changed when one is denied', async () => {
  const { registry, service } = await booted((_, action, resource) => action === 'registry.apply' && resource.startsWith('app:'))
  const create = (id: string) => ({ kind: 'entry.create', entry: { id, kind: 'registry.entry', meta: {}, data: {} } })
  assert.is(
    await refusal(() => ask(service, fakeCaller(), 'registry.apply', 'app:a', [[create('app:a'), create('sys:b')], 0])),
    'PermissionDenied PERMISSION_DENIED',
  )
  assert.is(
    await refusal(() => ask(service, fakeCaller(), 'registry.apply', '', [[{ kind: 'entry.delete', entry: { id: 'sys:secret' } }], 0])),
    'PermissionDenied PERMISSION_DENIED',
  )
  assert.is(registry.current.id, 0)
  assert.equal(await ask(service, fakeCaller(), 'registry.apply', 'app:a', [[create('app:a')], 0]), [1])
})

test('others have their turns while there is much to find, to compare, to change and to go back over', async () => {
  const COUNT = 4000
  const registry = new Registry()
  const one = (n: number, size: number): Entry => tool(`t${n}`, { n: `${n}` }, { text: 'x'.repeat(size) })
  await registry.boot(Array.from({ length: COUNT }, (_, n) => one(n, 200)))
  const service = registryService(registry, { permits: permitsOf() })
  const plain = ({ id, kind, meta, data }: Entry) => ({ id, kind, meta, data })
  const lists = [200, 300].map((size) => Array.from({ length: COUNT }, (_, n) => plain(one(n, size))))
  const operations = lists[1]!.map((entry) => ({ kind: 'entry.update', entry }))
  for (const [op, args] of [
    ['registry.find', [{}]],
    ['registry.entries', []],
    ['registry.delta', lists],
    ['registry.apply', [operations]],
    ['registry.apply_version', [0]],
    ['registry.entries', [1]],
  ] as const) {
    let turns = 0
    let isOver = false
    const turn = (): void => {
      if (!isOver) setImmediate(turn)
      turns++
    }
    const answer = values(ask(service, fakeCaller(), op, '', args))
    setImmediate(turn)
    await answer
    isOver = true
    assert.ok(turns > 0, op)
  }
})

test('a version says who made it', async () => {
  const { registry } = await booted()
  const service = registryService(registry, { permits: permitsOf(), author: ({ pid }) => `actor of ${pid}` })
  await ask(service, fakeCaller(), 'registry.apply', '', [[{ kind: 'entry.delete', entry: { id: 'sys:secret' } }]])
  assert.is(registry.current.author, 'actor of {app:processes|0x00001}')
})

test('malformed changes are Invalid', async () => {
  const { service } = await booted()
  const apply = (operations: unknown) => refusal(() => ask(service, fakeCaller(), 'registry.apply', '', [operations]))
  for (const wrong of [
    null,
    5,
    [5],
    [{}],
    [{ kind: 'entry.create' }],
    [{ kind: 'entry.create', entry: { id: 'a:b' } }],
    [{ kind: 'entry.delete', entry: {} }],
  ])
    assert.is(await apply(wrong), 'Invalid REGISTRY_ARGUMENT')
  assert.is(await apply([]), 'Invalid NO_CHANGES')
  assert.is(await apply([{ kind: 'entry.create', entry: { id: 'no id', kind: 'x' } }]), 'Invalid ENTRY_INVALID')
})

test('keys of entries are text, and no key reaches a prototype', async () => {
  const { registry, service } = await booted()
  const data = new Map<unknown, unknown>([
    [1, 'one'],
    ['__proto__', { admin: true }],
    ['list', [new Map([[2, 'two']])]],
  ])
  await ask(service, fakeCaller(), 'registry.apply', '', [
    [
      {
        kind: 'entry.create',
        entry: new Map<string, unknown>([
          ['id', 'app:x'],
          ['kind', 'registry.entry'],
          ['data', data],
        ]),
      },
    ],
  ])
  const kept = registry.get('app:x')!.data as Record<string, unknown>
  assert.equal(Object.keys(kept), ['1', '__proto__', 'list'])
  assert.is(kept.admin, undefined)
  assert.is(({} as Record<string, unknown>).admin, undefined)
})

test('two keys that are one text are refused: neither of them would be meant', async () => {
  const { service } = await booted()
  const keys = new Map<unknown, unknown>([
    [1, 'number'],
    ['1', 'text'],
  ])
  const operations = [{ kind: 'entry.create', entry: { id: 'app:twice', kind: 'registry.entry', data: keys } }]
  assert.is(await refusal(() => ask(service, fakeCaller(), 'registry.apply', '', [operations])), 'Invalid REGISTRY_ARGUMENT')
})

test('in Lua: a snapshot is changed into a new version and stays as it was', async () => {
  const { service } = await booted()
  const { run } = await guest([service])
  const result = await run(`
    local registry = require('registry')
    local snap = registry.snapshot()
    local entry = { id = 'app:tool.weather', kind = 'registry.entry', meta = { type = 'tool' }, data = { n = 1 } }
    local changes = snap:changes():create(entry)
    entry.data.n = 2
    local version, err = changes:apply()
    assert(not err, tostring(err))
    assert(registry.get('app:tool.weather').data.n == 1)
    assert(snap:get('app:tool.weather') == nil and #snap:entries() == 3 and #registry.snapshot():entries() == 4)
    assert(#snap:find({ ['meta.type'] = 'tool' }) == 2 and #registry.find({ ['meta.type'] = 'tool' }) == 3)
    assert(#snap:namespace('app') == 2)
    return snap:version():string() .. version:string() .. tostring(version) .. tostring(snap) .. tostring(changes) .. tostring(registry.history())
  `)
  assert.is(result, 'v0v1registry.Version{v1}registry.Snapshot{version=v0}registry.Changes{ops=1}registry.History{}')
})

test('in Lua: two snapshots of one version, changing different entries, both apply; the same entry conflicts', async () => {
  const { service } = await booted()
  const { run } = await guest([service])
  const result = await run(`
    local registry = require('registry')
    local a, b, c = registry.snapshot(), registry.snapshot(), registry.snapshot()
    local function update(snap, id) return snap:changes():update({ id = id, kind = 'registry.entry', data = { by = 'x' } }):apply() end
    assert(update(a, 'app:tool.calculator'):id() == 1)
    assert(update(b, 'app:tool.translator'):id() == 2)
    local none, err = update(c, 'app:tool.calculator')
    return tostring(none) .. err:kind() .. tostring(err:retryable())
  `)
  assert.is(result, 'nilConflicttrue')
})

test('in Lua: versions are navigated, rolled back and forward', async () => {
  const { service } = await booted()
  const { run } = await guest([service])
  const result = await run(`
    local registry = require('registry')
    for i = 1, 2 do registry.snapshot():changes():create({ id = 'app:n' .. i, kind = 'registry.entry' }):apply() end
    local versions = registry.versions()
    assert(#versions == 3 and versions[1]:previous() == nil and versions[3]:next() == nil)
    assert(versions[1]:next() == versions[2] and versions[3]:previous():previous():id() == 0)
    assert(registry.history():get_version(1) == versions[2] and #registry.history():versions() == 3)
    assert(registry.apply_version(versions[2]) == true)
    assert(registry.current_version():id() == 1 and registry.get('app:n2') == nil and registry.get('app:n1'))
    assert(registry.snapshot_at(2):get('app:n2') and registry.history():snapshot_at(versions[1]):get('app:n1') == nil)
    assert(registry.apply_version(versions[3]))
    return registry.current_version():string()
  `)
  assert.is(result, 'v2')
})

test('in Lua: errors are values with the right kinds', async () => {
  const { service } = await booted()
  const { run } = await guest([service])
  const kinds = await run(`
    local registry = require('registry')
    local changes = registry.snapshot():changes()
    local function kind(value, err) assert(not value) return err:kind() .. ' ' end
    local hist = registry.history()
    return kind(registry.get('a:b')) .. kind(registry.snapshot_at(0)) .. kind(registry.snapshot_at(-1)) .. kind(registry.snapshot_at(99))
      .. kind(hist:get_version(-1)) .. kind(hist:get_version(99)) .. kind(hist:snapshot_at(5)) .. kind(registry.apply_version(1)) .. kind(changes:apply())
      .. kind(changes:create({ kind = 'x' })) .. kind(changes:create({ id = 'a:b' })) .. kind(changes:delete(5)) .. kind(registry.build_delta(1, 2))
  `)
  assert.is(
    String(kinds).trim(),
    'NotFound Invalid Invalid NotFound Invalid NotFound Invalid Invalid Invalid Invalid Invalid Invalid Invalid',
  )
  assert.is(await run(`return (require('registry').apply_version('v1'))`), false)
  assert.is(await run(`return pcall(require('registry').get)`), false)
})

test('in Lua: operations can be looked at, and computed between two lists of entries', async () => {
  const { service } = await booted()
  const { run } = await guest([service])
  const result = await run(`
    local registry = require('registry')
    local entry = { id = { ns = 'test', name = 'entry' }, kind = 'test.kind', meta = { t = true }, data = { v = 1 } }
    local changes = registry.snapshot():changes():create(entry):update(entry):delete('test:entry'):delete({ ns = 'test', name = 'other' })
    local out = {}
    for _, op in ipairs(changes:ops()) do out[#out + 1] = op.kind .. '=' .. op.entry.id end
    local function one(id, v) return { id = id, kind = 'registry.entry', data = { v = v } } end
    for _, op in ipairs(registry.build_delta({ one('a:gone'), one('a:same'), one('a:new', 1) }, { one('a:same'), one('a:new', 2), one('a:come') })) do
      out[#out + 1] = op.kind .. '=' .. op.entry.id
    end
    return table.concat(out, ' ')
  `)
  assert.is(
    result,
    'entry.create=test:entry entry.update=test:entry entry.delete=test:entry entry.delete=test:other entry.delete=a:gone entry.update=a:new entry.create=a:come',
  )
})

test('in Lua: parse_id splits at the first colon', async () => {
  const { run } = await guest([])
  const parsed = await run(`
    local out = {}
    for i, text in ipairs({ 'a:b', 'name', 'a:b:c', '' }) do
      local id = require('registry').parse_id(text)
      out[i] = id.ns .. '|' .. id.name
    end
    return table.concat(out, ' ')
  `)
  assert.is(parsed, 'a|b |name a|b:c |')
})

test.run()
