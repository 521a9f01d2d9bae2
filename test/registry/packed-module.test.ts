import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { boot } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { assemble, SourceTree } from '../../src/registry/source-tree.ts'
import { codes, directoryWith, ids } from './scratch.ts'
import { wapp } from './wapp.ts'

const test = suite('modules in one file')

const MODULE = wapp([
  { id: 'org.mod:definition', kind: 'ns.definition', meta: { title: 'Mod' } },
  { id: 'org.mod:greet', kind: 'library.lua', data: { source: 'return function(who) return "hello " .. who end' } },
  { id: 'org.mod:page', kind: 'registry.entry', data: { Data: { path: '/', order: 7 }, Format: 'json' } },
  { id: 'org.mod:router', kind: 'ns.requirement', data: { targets: [{ entry: 'page', path: '.router' }], default: 'own' } },
])
const LOCK = 'directories: {modules: .wippy, src: src}\nmodules: [{name: org/mod, version: v1.2.0}]\n'
const APP = `namespace: app
entries:
  - {name: dep, kind: ns.dependency, component: org/mod, parameters: [{name: router, value: "app:api"}]}
  - {name: terminal, kind: terminal.host}
  - name: cli
    kind: process.lua
    imports: {greet: "org.mod:greet"}
    source: 'return function() return greet("you") == "hello you" and 0 or 1 end'
`
const installed = (bytes: Uint8Array) =>
  directoryWith({ 'wippy.lock': LOCK, 'src/_index.yaml': APP, '.wippy/vendor/org/mod-v1.2.0.wapp': bytes })

test('an app runs with the module that a hub has installed', async () => {
  const { config, problems, warnings } = await loadConfig(installed(MODULE))
  assert.equal([problems, warnings], [[], []])
  const node = await boot(config)
  try {
    assert.equal(node.problems, [])
    const page = node.registry.get('org.mod:page')
    assert.equal([page?.data, page?.meta], [{ path: '/', order: 7, router: 'app:api' }, { module: 'org/mod' }])
    const terminal = { args: [], write: () => {}, writeError: () => {}, read: async () => null, readLine: async () => null }
    assert.is(await node.execute('app:cli', [], { terminal }), 0)
  } finally {
    await node.stop()
  }
})

test('what is torn, altered or something else is one problem, and nothing of it is there', () => {
  const sum = Buffer.from(MODULE)
  sum[300]! ^= 1
  const contents = Buffer.from(MODULE)
  contents[contents.length - 20]! ^= 1
  const far = Buffer.from(MODULE)
  far.writeBigUInt64LE(2n ** 63n, far.length - 16)
  for (const bytes of [
    sum,
    contents,
    far,
    MODULE.subarray(0, 400),
    MODULE.subarray(0, 20),
    Buffer.alloc(0),
    Buffer.from('PK\x03\x04'.padEnd(500)),
  ]) {
    const root = directoryWith({ 'src/_index.yaml': 'namespace: app\nentries: []\n', 'mod.wapp': bytes })
    const { entries, problems } = assemble({
      ...{ root, src: [join(root, 'src')], override: [], disable: { namespaces: [], entries: [] } },
      replacements: [{ module: 'org/mod', path: join(root, 'mod.wapp') }],
    })
    assert.equal([entries, codes(problems), problems[0]?.where?.file], [[], ['MODULE_DAMAGED'], 'mod.wapp'])
  }
})

test('a directory or something else by the name of a file is one problem', () => {
  const root = directoryWith({ 'src/_index.yaml': 'namespace: app\nentries: []\n', 'mod.wapp/inside': '' })
  const { problems } = assemble({
    ...{ root, src: [join(root, 'src')], override: [], disable: { namespaces: [], entries: [] } },
    replacements: [{ module: 'org/mod', path: join(root, 'mod.wapp') }],
  })
  assert.equal(codes(problems), ['MODULE_DAMAGED'])
  assert.match(problems[0]?.message ?? '', /it is no file/)
})

test('entries that cannot be entries are refused with the file', () => {
  for (const broken of [
    { id: 'org mod:x', kind: 'k' },
    { id: 'org.mod:', kind: 'k' },
    { id: 'org.mod:x', kind: '' },
    { id: 'org.mod:x', kind: ' ' },
  ]) {
    const root = directoryWith({ 'src/_index.yaml': '', 'mod.wapp': wapp([broken]) })
    const [problem] = new SourceTree({
      ...{ root, src: [join(root, 'src')], override: [], disable: { namespaces: [], entries: [] } },
      replacements: [{ module: 'org/mod', path: join(root, 'mod.wapp') }],
    }).baseline.problems
    assert.match(problem?.message ?? '', /one of its entries has no name or kind/)
  }
})

test('a module that is exchanged while files are followed is taken in as a whole', () => {
  const root = installed(MODULE)
  const file = join(root, '.wippy/vendor/org/mod-v1.2.0.wapp')
  const tree = new SourceTree({
    ...{ root, src: [join(root, 'src')], override: [], disable: { namespaces: [], entries: [] } },
    replacements: [{ module: 'org/mod', path: file }],
  })
  assert.equal(tree.baseline.problems, [])
  writeFileSync(file, wapp([{ id: 'org.mod:greet', kind: 'library.lua', data: { source: 'return 2' } }]))
  const { rewrites, problems } = tree.draft([file])
  assert.equal(problems, [])
  assert.equal(ids(rewrites).sort(), ['org.mod:definition', 'org.mod:greet', 'org.mod:page', 'org.mod:router'])
})

test.run()
