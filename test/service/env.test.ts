// Environment variables: where they live, who may read and set them, and what a change of their entries does.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeEntry } from '../../src/registry/entry.ts'
import { Registry } from '../../src/registry/registry.ts'
import { Environment, envService } from '../../src/service/env.ts'
import { parseEnv, withVariable } from '../../src/service/env-file.ts'
import type { Permit } from '../../src/service/permit.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'
import { effort } from '../support/effort.ts'
import { guest } from '../support/guest.ts'
import { permitsOf } from '../support/permits.ts'
import { refusal } from '../support/refusal.ts'

const test = suite('env')

let root = ''
test.before.each(() => {
  root = mkdtempSync(join(tmpdir(), 'wippy-env-'))
})
test.after.each(() => rmSync(root, { recursive: true }))

const entry = (name: string, kind: string, data: Record<string, unknown> = {}) => makeEntry({ id: `app:${name}`, kind, data })
const variable = (name: string, storage: string, more: Record<string, unknown> = {}) =>
  entry(name, 'env.variable', { variable: name.toUpperCase(), storage, ...more })

const basics = () => [
  entry('memory', 'env.storage.memory'),
  entry('os', 'env.storage.os'),
  entry('fixed', 'env.storage.static', { values: { MODE: 'fast', NUMBER: 5 } }),
  entry('file', 'env.storage.file', { file_path: './config.env', auto_create: true, file_mode: 600 }),
  entry('router', 'env.storage.router', { storages: ['app:memory', 'os'] }),
]

const started = async (entries: readonly ReturnType<typeof entry>[], permit: Permit = () => true) => {
  const environment = new Environment({ root, os: { HOME: '/home/a', EMPTY: '', PORT: '80', SECRET: 's' } })
  const registry = new Registry()
  registry.kinds.add(environment.handler())
  const { problems } = await registry.boot([...basics(), ...entries])
  assert.equal(
    problems.map(({ message }) => message),
    [],
  )
  return { environment, registry, service: envService(environment, permitsOf(permit)) }
}

test('a variable has the stored value, else its default; an empty value is none', async () => {
  const { service } = await started([
    variable('home', 'app:os'),
    variable('port', 'os', { default: 8080 }),
    variable('other', 'os', { default: 8080 }),
    variable('empty', 'os', { default: 'd' }),
    variable('none', 'os'),
    variable('mode', 'fixed'),
    variable('number', 'fixed'),
  ])
  const get = async (name: string) => (await values(ask(service, fakeCaller(), 'env.get', name)))[0]
  assert.equal(await Promise.all(['HOME', 'PORT', 'OTHER', 'EMPTY', 'MODE', 'NUMBER'].map(get)), [
    '/home/a',
    '80',
    '8080',
    'd',
    'fast',
    '5',
  ])
  assert.is(await refusal(() => get('NONE')), 'NotFound ENV_NOT_SET')
  assert.is(await refusal(() => get('SECRET')), 'NotFound ENV_NOT_FOUND')
  assert.is(await refusal(() => get('')), 'Invalid ENV_ARGUMENT')
  assert.is(await refusal(() => get('__proto__')), 'NotFound ENV_NOT_FOUND')
})

test('a variable is found by name, by id, and by the name of a neighbour', async () => {
  const { service } = await started([variable('home', 'os'), entry('private', 'env.variable', { storage: 'memory', default: 'p' })])
  const get = async (name: string, caller = fakeCaller()) => (await values(ask(service, caller, 'env.get', name)))[0]
  assert.is(await get('app:home'), '/home/a')
  assert.is(await get('home'), '/home/a')
  assert.is(await get('private'), 'p')
  assert.is(await refusal(() => get('private', fakeCaller({ entry: 'other:x' }))), 'NotFound ENV_NOT_FOUND')
})

test('set goes to the storage; read-only variables and storages refuse', async () => {
  const { service } = await started([
    variable('a', 'memory'),
    variable('b', 'memory', { readonly: true }),
    variable('c', 'memory', { read_only: true }),
    variable('home', 'os'),
    variable('mode', 'fixed'),
    variable('routed', 'router'),
  ])
  const set = (name: string, value: unknown) => ask(service, fakeCaller(), 'env.set', name, [value])
  assert.equal(await set('A', 'x'), [true])
  assert.equal(ask(service, fakeCaller(), 'env.get', 'A'), ['x'])
  for (const name of ['B', 'C', 'HOME', 'MODE']) assert.is(await refusal(() => set(name, 'x')), 'PermissionDenied ENV_READ_ONLY')
  await set('ROUTED', 'y')
  assert.equal(ask(service, fakeCaller(), 'env.get', 'ROUTED'), ['y'])
  assert.is(await refusal(() => set('NOPE', 'x')), 'NotFound ENV_NOT_FOUND')
  assert.is(await refusal(() => set('A', 'x'.repeat(65_537))), 'Invalid ENV_ARGUMENT')
  assert.is(await refusal(() => set('A', 5)), 'Invalid ENV_ARGUMENT')
})

test('a router asks its storages in order', async () => {
  const { service } = await started([entry('home', 'env.variable', { variable: 'HOME', storage: 'router' })])
  assert.equal(ask(service, fakeCaller(), 'env.get', 'HOME'), ['/home/a'])
  await ask(service, fakeCaller(), 'env.set', 'HOME', ['/tmp'])
  assert.equal(ask(service, fakeCaller(), 'env.get', 'HOME'), ['/tmp'])
})

test('routers in a circle have nothing and hang nobody', async () => {
  const { service } = await started([
    entry('r1', 'env.storage.router', { storages: ['r2'] }),
    entry('r2', 'env.storage.router', { storages: ['r1'] }),
    variable('x', 'r1', { default: 'd' }),
  ])
  assert.equal(ask(service, fakeCaller(), 'env.get', 'X'), ['d'])
})

test('all shows what has a value and may be read, under public names', async () => {
  const permit: Permit = (_, action, resource) => action === 'env.get' && resource !== 'SECRET'
  const { service } = await started(
    [
      variable('home', 'os'),
      variable('secret', 'os'),
      variable('none', 'os'),
      entry('private', 'env.variable', { storage: 'memory', default: 'p' }),
    ],
    permit,
  )
  const [all] = await values(ask(service, fakeCaller(), 'env.all'))
  assert.equal(Object.entries(all as object), [['HOME', '/home/a']])
})

test('another way to name a variable is no way around its guard', async () => {
  const permit: Permit = (_, __, resource) => resource !== 'SECRET'
  const { service } = await started([variable('secret', 'os')], permit)
  assert.is(await refusal(() => ask(service, fakeCaller(), 'env.get', 'app:secret')), 'PermissionDenied PERMISSION_DENIED')
})

test('a file keeps comments and order, takes its mode, and gives back what was put in', async () => {
  const path = join(root, 'config.env')
  writeFileSync(path, '# head\nNAME=Wippy Env Demo\nPASSWORD=a#b # why\n\nQUOTED="x # \\"y\\"\\n"\n')
  const { service } = await started([
    variable('name', 'file'),
    variable('password', 'file'),
    variable('quoted', 'file'),
    variable('new', 'file'),
  ])
  const get = (name: string) => (ask(service, fakeCaller(), 'env.get', name) as string[])[0]
  assert.equal(['NAME', 'PASSWORD', 'QUOTED'].map(get), ['Wippy Env Demo', 'a#b', 'x # "y"\n'])
  const hostile = 'x\nPASSWORD=owned # "\\'
  await ask(service, fakeCaller(), 'env.set', 'NAME', [hostile])
  await ask(service, fakeCaller(), 'env.set', 'NEW', ['plain'])
  assert.equal(['NAME', 'PASSWORD', 'NEW'].map(get), [hostile, 'a#b', 'plain'])
  assert.equal(readFileSync(path, 'utf8').split('\n').slice(0, 3), ['# head', 'NAME="x\\nPASSWORD=owned # \\"\\\\"', 'PASSWORD=a#b # why'])
  assert.is(statSync(path).mode & 0o777, 0o600)
})

test('a missing file is made only when auto_create says so', async () => {
  const other = entry('other', 'env.storage.file', { file_path: 'other.env' })
  const { service } = await started([other, variable('a', 'file'), variable('b', 'other', { default: 'd' })])
  assert.equal(ask(service, fakeCaller(), 'env.get', 'B'), ['d'])
  assert.is(await refusal(() => ask(service, fakeCaller(), 'env.set', 'B', ['x'])), 'Unavailable ENV_FILE_MISSING')
  await ask(service, fakeCaller(), 'env.set', 'A', ['x'])
  assert.is(existsSync(join(root, 'config.env')), true)
  assert.is(existsSync(join(root, 'other.env')), false)
})

test('files outside the app are refused, also behind a symbolic link', async () => {
  const { registry } = await started([])
  symlinkSync(tmpdir(), join(root, 'link'))
  for (const file_path of ['../x.env', '/etc/passwd', 'link/x.env', '', undefined]) {
    const refused = await refusal(() => registry.apply([{ kind: 'entry.create', entry: entry('out', 'env.storage.file', { file_path }) }]))
    assert.is(refused, 'Invalid ENV_STORAGE_INVALID')
  }
})

test('random text survives the file', () => {
  for (const value of ['', ' a ', "it's", '"', '\\', '\\n', '#', 'a #b', '\r\n\t', 'é=ü', "'q'", '"q"']) {
    const text = withVariable('OTHER=1\nX=old\n', 'X', value)
    assert.is(parseEnv(text).get('X'), value)
    assert.is(parseEnv(text).size, 2)
  }
  assert.is(parseEnv('export A = b \r\nA=c').get('A'), 'c')
})

test('a file stays readable for those it was for', async () => {
  const { service } = await started([variable('a', 'file')])
  const file = join(root, 'config.env')
  writeFileSync(file, 'A=secret\n', { mode: 0o600 })
  chmodSync(file, 0o600)
  await ask(service, fakeCaller(), 'env.set', 'A', ['other'])
  assert.is(readFileSync(file, 'utf8'), 'A=other\n')
  if (process.platform !== 'win32') assert.is(statSync(file).mode & 0o777, 0o600)
})

test('a hostile value takes no longer to read than another', () => {
  const text = withVariable('', 'X', `${' '.repeat(65_000)}x${' '.repeat(65_000)}y`)
  const ms = effort(() => assert.is(parseEnv(text).get('X')!.length, 130_002))
  assert.ok(ms < 1000, `${ms} ms`)
})

test('broken variables and taken names are refused', async () => {
  const { registry } = await started([variable('a', 'memory')])
  const create = (one: ReturnType<typeof entry>) => refusal(() => registry.apply([{ kind: 'entry.create', entry: one }]))
  assert.is(await create(entry('b', 'env.variable', { variable: 'A', storage: 'fixed' })), 'AlreadyExists ENV_NAME_TAKEN')
  assert.is(await create(entry('b', 'env.variable', { variable: 'B' })), 'Invalid ENV_VARIABLE_INVALID')
  assert.is(await create(entry('b', 'env.variable', { variable: 'B', storage: 'nothing' })), 'Invalid ENV_VARIABLE_INVALID')
  assert.is(await create(entry('b', 'env.variable', { variable: 'B C', storage: 'memory' })), 'Invalid ENV_VARIABLE_INVALID')
  assert.is(await create(entry('b', 'env.storage.router', {})), 'Invalid ENV_STORAGE_INVALID')
  assert.is(await create(entry('b', 'env.storage.static', {})), 'Invalid ENV_STORAGE_INVALID')
  assert.is(await create(entry('b', 'env.storage.cloud', {})), 'Invalid ENV_STORAGE_INVALID')
})

test('two entries that keep one name in one storage are one variable; the second stays when the first goes', async () => {
  const { registry, service } = await started([variable('a', 'memory')])
  const get = (name: string) => (ask(service, fakeCaller(), 'env.get', name) as string[])[0]
  const again = (storage: string) => entry('again', 'env.variable', { variable: 'A', storage })
  await registry.apply([{ kind: 'entry.create', entry: again('memory') }])
  await ask(service, fakeCaller(), 'env.set', 'app:again', ['one'])
  assert.equal(['A', 'app:a', 'app:again'].map(get), ['one', 'one', 'one'])
  const moved = refusal(() => registry.apply([{ kind: 'entry.update', entry: again('fixed') }]))
  assert.is(await moved, 'AlreadyExists ENV_NAME_TAKEN')
  await registry.apply([{ kind: 'entry.delete', id: 'app:a' }])
  assert.is(get('A'), 'one')
})

test('changes of entries take effect, and what is in memory outlives them', async () => {
  const { registry, service } = await started([variable('a', 'memory')])
  const get = (name: string) => (ask(service, fakeCaller(), 'env.get', name) as string[])[0]
  await ask(service, fakeCaller(), 'env.set', 'A', ['kept'])
  const memory = makeEntry({ id: 'app:memory', kind: 'env.storage.memory', meta: { comment: 'changed' } })
  await registry.apply([
    { kind: 'entry.update', entry: memory },
    { kind: 'entry.create', entry: entry('b', 'env.variable', { variable: 'B', storage: 'fixed', default: 'b' }) },
  ])
  assert.equal([get('A'), get('B')], ['kept', 'b'])
  await registry.apply([{ kind: 'entry.delete', id: 'app:a' }])
  assert.is(await refusal(() => get('A')), 'NotFound ENV_NOT_FOUND')
  await registry.apply([{ kind: 'entry.update', entry: entry('fixed', 'env.storage.static', { values: { B: 'new' } }) }])
  assert.is(get('B'), 'new')
})

test('who prepares a change sees the variables it would make, without making them', async () => {
  const { environment, registry } = await started([variable('home', 'os')])
  const after = new Map([
    ...registry.snapshot().state,
    ['app:soon', entry('soon', 'env.variable', { variable: 'SOON', storage: 'fixed', default: 's' })],
  ])
  assert.is(environment.lookup(after)('SOON'), 's')
  assert.is(environment.lookup()('SOON'), undefined)
  assert.is(environment.lookup()('HOME'), '/home/a')
})

test('in Lua: get, set, get_all, errors as values', async () => {
  const { service } = await started([variable('home', 'os'), variable('a', 'memory')])
  const { run } = await guest([service])
  const result = await run(`
    local env = require('env')
    assert(env.set('A', 5) == true)
    local none, err = env.get('NOPE')
    local _, empty = env.get('')
    local _, empty2 = env.set('', 'x')
    local _, fixed = env.set('HOME', 'x')
    local all = env.get_all()
    return env.get('A') .. tostring(none) .. err:kind() .. empty:kind() .. empty2:kind() .. fixed:kind() .. all.A .. all.HOME
  `)
  assert.is(result, '5nilNotFoundInvalidInvalidPermissionDenied5/home/a')
  assert.is(await run(`return pcall(require('env').set, 'A', {})`), false)
})

test.run()
