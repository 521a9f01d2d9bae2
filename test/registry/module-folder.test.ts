import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { moduleFolder } from '../../src/registry/module-folder.ts'
import { assemble } from '../../src/registry/source-tree.ts'
import { codes, directoryWith, ids } from './scratch.ts'

const test = suite('module folders')

const MANIFEST = `organization: org
module: mod
exclude: ["app:**", "test/**", "org.mod:fixture_*"]
exclude_meta:
  type: [test, bench]
  scope: dev
`
const ENTRIES = `namespace: org.mod
entries:
  - {name: kept, kind: registry.entry, meta: {type: tool}}
  - {name: fixture_one, kind: registry.entry}
  - {name: checks, kind: registry.entry, meta: {type: test}}
  - {name: helper, kind: registry.entry, meta: {scope: dev}}
  - {name: many, kind: registry.entry, meta: {type: [test]}}
`
const OWN_APP = 'namespace: app\nentries: [{name: db, kind: registry.entry, whose: module}]\n'
const APP = 'namespace: app\nentries: [{name: db, kind: registry.entry, whose: app}]\n'

const assembled = (files: Record<string, string>) => {
  const root = directoryWith({ 'src/_index.yaml': APP, ...files })
  return assemble({
    ...{ root, src: [join(root, 'src')], override: [], disable: { namespaces: [], entries: [] } },
    replacements: [{ module: 'org/mod', path: join(root, 'mod') }],
  })
}

test('what a module keeps to itself is not there for the app that uses it', () => {
  const { entries, problems } = assembled({
    'mod/wippy.yaml': MANIFEST,
    'mod/_index.yaml': ENTRIES,
    'mod/test/_index.yaml': OWN_APP,
  })
  assert.equal(problems, [])
  assert.equal(ids(entries), ['app:db', 'org.mod:kept', 'org.mod:many'])
  assert.equal(entries[0]?.data, { whose: 'app' })
})

test('the entries of a module are those below its src, where it has one', () => {
  const files = { 'mod/src/_index.yaml': ENTRIES, 'mod/test/_index.yaml': OWN_APP }
  assert.equal(ids(assembled({ ...files, 'mod/wippy.yaml': MANIFEST }).entries), ['app:db', 'org.mod:kept', 'org.mod:many'])
  const { entries, problems } = assembled(files)
  assert.equal([entries.length, problems], [6, []])
  const [, kept] = entries
  assert.ok(kept?.origin?.base.endsWith('mod'), 'paths in entries are relative to the module, not to its src')
})

test('a manifest that cannot be parsed is a problem with its place; one that says nothing leaves everything', () => {
  const broken = assembled({ 'mod/wippy.yaml': 'exclude: [', 'mod/_index.yaml': ENTRIES })
  assert.is(broken.problems[0]?.where?.file, 'mod/wippy.yaml')
  assert.equal(codes(assembled({ 'mod/wippy.yaml': '- odd', 'mod/_index.yaml': ENTRIES }).problems), [])
  const { without } = moduleFolder(directoryWith({ 'wippy.yaml': 'exclude_meta: {type: [1, test]}' }), (path) => path)
  assert.equal(without, { namespaces: [], entries: [], meta: { type: ['test'] } })
})

test('a file that both the app and a module have is the module’s, once', () => {
  const root = directoryWith({ '_index.yaml': APP, 'mod/_index.yaml': ENTRIES })
  const { entries, problems } = assemble({
    ...{ root, src: [root], override: [], disable: { namespaces: [], entries: [] } },
    replacements: [{ module: 'org/mod', path: join(root, 'mod') }],
  })
  assert.equal([problems, entries.length, entries[1]?.meta.module], [[], 6, 'org/mod'])
})

test('an app that tries out the module around it keeps its own entries, also those that the module keeps to itself', () => {
  const root = directoryWith({ 'wippy.yaml': MANIFEST, '_index.yaml': ENTRIES, 'test/_index.yaml': APP })
  const { entries, problems } = assemble({
    ...{ root: join(root, 'test'), src: [join(root, 'test')], override: [], disable: { namespaces: [], entries: [] } },
    replacements: [{ module: 'org/mod', path: root }],
  })
  assert.equal(problems, [])
  assert.equal(
    entries.map(({ id, meta }) => [id, meta.module]),
    [
      ['app:db', undefined],
      ['org.mod:kept', 'org/mod'],
      ['org.mod:many', 'org/mod'],
    ],
  )
})

test('a module whose directory is not there says so', () => {
  const [problem] = assembled({}).problems
  assert.equal([problem?.code, problem?.message], ['SOURCE_DIR_MISSING', 'the directory "mod" of the module org/mod does not exist'])
})

test.run()
