import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { refine, type Sources } from '../../src/registry/baseline.ts'
import { withoutDisabled } from '../../src/registry/disable.ts'
import { link } from '../../src/registry/link.ts'
import { applyOverrides, coerce, parseOverride } from '../../src/registry/override.ts'
import { assemble } from '../../src/registry/source-tree.ts'
import { codes, directoryWith, entry, ids } from './scratch.ts'

const test = suite('baseline')

const NOTHING = { namespaces: [], entries: [] }

test('override values given as text become what they look like', () => {
  assert.equal(['true', '8080', '1.5', '-3', '007', '1e3', ':9090', '', 'null'].map(coerce), [
    true,
    8080,
    1.5,
    -3,
    '007',
    '1e3',
    ':9090',
    '',
    'null',
  ])
})

test('overrides reach data, meta and kind', () => {
  const all = [entry('app.v2:gate.way', 'http.service', { addr: ':80', host: { workers: 1 } })]
  const asked = [
    'app.v2:gate.way:addr=:9090',
    'app.v2:gate.way:data.host.workers=4',
    'app.v2:gate.way:meta.a.b=x=y',
    'app.v2:gate.way:kind=registry.entry',
  ]
  const { entries, problems } = applyOverrides(all, asked.map(parseOverride))
  assert.equal(problems, [])
  assert.equal(entries[0]?.data, { addr: ':9090', host: { workers: 4 } })
  assert.equal([entries[0]?.meta, entries[0]?.kind], [{ a: { b: 'x=y' } }, 'registry.entry'])
})

test('an override of nothing is a problem and stops no other', () => {
  const all = [entry('app:gateway', 'k')]
  const { entries, problems } = applyOverrides(all, [parseOverride('app:gatway:addr=1'), parseOverride('app:gateway:addr=2')])
  assert.equal(codes(problems), ['OVERRIDE_NO_ENTRY'])
  assert.match(problems[0]?.hint ?? '', 'app:gateway')
  assert.equal(entries[0]?.data, { addr: 2 })
})

test('an override without a value or a field cannot be read', () => {
  for (const bad of ['', 'app', 'app:x']) assert.throws(() => parseOverride(bad), /it has no =/, bad)
  for (const bad of ['app:x=1', 'app:x:=1', ':x:y=1', 'app:x:meta=1']) assert.throws(() => parseOverride(bad), /does not name a field/, bad)
})

test('disabled entries are gone', () => {
  const all = ['app:a', 'app.test:b', 'app.test.deep:c', 'app.api:debug_d', 'app.api:e'].map((id) => entry(id))
  assert.equal(ids(withoutDisabled(all, { namespaces: ['app.test.**'], entries: ['app.*:debug_*'] })), ['app:a', 'app.api:e'])
  assert.equal(withoutDisabled(all, NOTHING).length, 5)
})

const requirement = (data: object, meta: Record<string, unknown> = {}) => entry('org.mod:router', 'ns.requirement', data, meta)
const targets = [
  { entry: 'page', path: '.meta.router' },
  { entry: 'org.mod:page', path: 'modules +=' },
]
const page = entry('org.mod:page', 'http.endpoint', { modules: ['http'] })
const dependency = (id: string, value: unknown, name = 'router') =>
  entry(id, 'ns.dependency', { component: 'org/mod', version: '*', parameters: [{ name, value }] })

test('a requirement is filled by a parameter, else by its default', () => {
  const filled = link([requirement({ targets, default: 'own:r' }), page, dependency('app:dep', 'app:r')])
  assert.equal([filled.problems, filled.warnings], [[], []])
  assert.equal([filled.entries[1]?.meta, filled.entries[1]?.data], [{ router: 'app:r' }, { modules: ['http', 'app:r'] }])
  assert.equal(link([requirement({ targets, default: '' }), page]).entries[1]?.meta, { router: '' })
  assert.equal(link([requirement({ targets }), page, dependency('app:dep', 'q', 'org.mod:router')]).entries[1]?.meta, { router: 'q' })
  const elsewhere = entry('other:router', 'ns.requirement', { targets: [{ entry: 'org.mod:page', path: 'x' }] }, { module: 'org/mod' })
  assert.equal(link([elsewhere, page, dependency('app:dep', 'q')]).entries[1]?.data, { modules: ['http'], x: 'q' })
})

test('what several requirements add to one list stands in the order of their ids', () => {
  const adding = (id: string, value: string) =>
    entry(id, 'ns.requirement', { default: value, targets: [{ entry: 'org.mod:page', path: 'on +=' }] })
  assert.equal(link([adding('org.mod:b', '2'), adding('org.mod:a', '1'), page]).entries[2]?.data, { modules: ['http'], on: ['1', '2'] })
})

test('a requirement that two dependencies give the same list or map has that value', () => {
  const linked = link([requirement({ targets }), page, dependency('app:d1', ['a', { b: 1 }]), dependency('app:d2', ['a', { b: 1 }])])
  assert.equal([linked.problems, linked.entries[1]?.meta], [[], { router: ['a', { b: 1 }] }])
})

test('a requirement without a value is a warning; two values, no targets, a target that is not there are problems', () => {
  assert.equal(codes(link([requirement({ targets }), page]).warnings), ['REQUIREMENT_OPEN'])
  assert.equal(codes(link([requirement({ targets }), page, dependency('app:d1', 'a'), dependency('app:d2', 'b')]).problems), [
    'REQUIREMENT_CONFLICT',
  ])
  assert.equal(codes(link([requirement({ targets }), page, dependency('app:d1', 'a'), dependency('app:d2', 'a')]).problems), [])
  assert.equal(codes(link([requirement({ default: 'x' }), page]).problems), ['REQUIREMENT_TARGET'])
  assert.equal(codes(link([requirement({ default: 'x', targets })]).problems), ['REQUIREMENT_TARGET', 'REQUIREMENT_TARGET'])
  const scalar = [{ entry: 'page', path: 'path +=' }]
  assert.equal(codes(link([requirement({ default: 'x', targets: scalar }), entry('org.mod:page', 'k', { path: 1 })]).problems), [
    'REQUIREMENT_TARGET',
  ])
})

test('an override of a default is what is filled in; one of the filled field stays', () => {
  const entries = [requirement({ targets, default: 'own:r' }), page]
  const router = (...overrides: string[]) =>
    refine(entries, { override: overrides.map(parseOverride), disable: NOTHING }).entries[1]?.meta.router
  assert.is(router(), 'own:r')
  assert.is(router('org.mod:router:default=app:r'), 'app:r')
  assert.is(router('org.mod:router:default=app:r', 'org.mod:page:meta.router=app:last'), 'app:last')
  const missed = refine(entries, { override: [parseOverride('org.mod:paeg:x=1')], disable: NOTHING })
  assert.equal(codes(missed.problems), ['OVERRIDE_NO_ENTRY'])
})

test('sources, replacements, overrides and disabled entries come together', () => {
  const root = directoryWith({
    'src/_index.yaml': 'namespace: app\nentries:\n  - {name: a, kind: registry.entry, v: 1}\n  - {name: b, kind: registry.entry}\n',
    'more/_index.yaml':
      'namespace: app\nentries:\n  - {name: a, kind: registry.entry, v: 2}\n  - {name: f, kind: function.lua, imports: {x: none}}\n',
    'modules/mod/src/_index.yaml': 'namespace: org.mod\nname: assets\nkind: fs.directory\ndirectory: ./assets\n',
  })
  const sources: Sources = {
    root,
    src: [join(root, 'src'), join(root, 'more')],
    replacements: [{ module: 'org/mod', path: join(root, 'modules/mod') }],
    override: [parseOverride('app:a:v=3')],
    disable: { namespaces: [], entries: ['app:b'] },
  }
  const { entries, problems } = assemble(sources)
  assert.equal(ids(entries), ['app:a', 'app:f', 'org.mod:assets'])
  assert.equal(codes(problems), ['ENTRY_DUPLICATE', 'IMPORT_MISSING'])
  assert.is(problems[0]?.where?.file, 'more/_index.yaml')
  assert.equal(entries[0]?.data, { v: 3 })
  assert.equal(entries[2]?.meta, { module: 'org/mod' })
  assert.is(entries[2]?.origin?.base, join(root, 'modules/mod'))
  assert.is(entries[2]?.origin?.file, 'modules/mod/src/_index.yaml')
})

test.run()
