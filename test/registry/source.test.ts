import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describe, place } from '../../src/error.ts'
import { whereOf } from '../../src/registry/entry.ts'
import { load } from '../../src/registry/source.ts'
import { codes, directoryWith, ids } from './scratch.ts'

const test = suite('source')

const INDEX = `version: "1.0"
namespace: app
meta:
  team: core
  tags: [a]
entries:
  - name: worker
    kind: process.lua
    meta:
      tags: [b, c]
    source: file://worker.lua
    imports:
      helpers: app.lib:helpers
  - name: settings
    kind: registry.entry
    data: [1, 2, three]
`

test('reads entries of nested files, data flat, meta over the file-level meta', () => {
  const directory = directoryWith({
    'src/_index.yaml': INDEX,
    'src/worker.lua': 'return 1\n',
    'src/lib/_index.yml': 'namespace: app.lib\nname: helpers\nkind: library.lua\nmeta: {type: lib}\nsource: file://deep/helpers.lua\n',
    'src/lib/deep/helpers.lua': 'return {}\n',
    'src/data.json': '{\n  "namespace": "app.data",\n  "entries": [{ "name": "one", "kind": "registry.entry", "value": 7 }]\n}\n',
  })
  const { entries, problems } = load(join(directory, 'src'), { root: directory })
  assert.equal(problems, [])
  assert.equal(ids(entries), ['app:worker', 'app:settings', 'app.data:one', 'app.lib:helpers'])
  const [worker, settings, one, helpers] = entries
  assert.equal(worker?.meta, { team: 'core', tags: ['b', 'c'] })
  assert.equal(worker?.data, { source: 'return 1\n', imports: { helpers: 'app.lib:helpers' } })
  assert.equal(settings?.data, [1, 2, 'three'])
  assert.equal(one?.data, { value: 7 })
  assert.equal([helpers?.meta, helpers?.data], [{ type: 'lib' }, { source: 'return {}\n' }])
})

test('knows where each entry and each of its values was written, and which file a source came from', () => {
  const directory = directoryWith({ 'src/_index.yaml': INDEX, 'src/worker.lua': 'return 1' })
  const worker = load(join(directory, 'src'), { root: directory }).entries[0]!
  assert.is(place(whereOf(worker)), 'src/_index.yaml:7:5 (app:worker)')
  assert.is(place(whereOf(worker, 'data.imports.helpers')), 'src/_index.yaml:13:16 (app:worker)')
  assert.is(place(whereOf(worker, 'meta.tags.1')), 'src/_index.yaml:10:17 (app:worker)')
  assert.is(place(whereOf(worker, 'data.imports.nobody')), 'src/_index.yaml:12:5 (app:worker)')
  assert.equal([...worker.origin!.sources], [['data.source', 'src/worker.lua']])
  assert.is(worker.origin?.path, join(directory, 'src/_index.yaml'))
})

test('entries cannot be changed', () => {
  const directory = directoryWith({ '_index.yaml': INDEX, 'worker.lua': '' })
  const worker = load(directory).entries[0]!
  assert.throws(() => ((worker.data as { imports: Record<string, string> }).imports.helpers = 'x'), /read only/)
})

test('what is not meant as entries is passed over', () => {
  const directory = directoryWith({
    '_index.yaml': 'namespace: app\nentries: []\n',
    'package.json': '{"name": "x", "kind": "y"}',
    'tsconfig.json': '{ // comment\n "a": [,] }',
    'chart.yaml': '{{ if .Values }}\nmetadata:\n  namespace: prod\n',
    'empty.yaml': '',
    'list.yaml': '- a\n- b\n',
    'node_modules/x/_index.yaml': 'namespace: x\nentries: 3\n',
    '.hidden/_index.yaml': 'namespace: x\nentries: 3\n',
    'notes.txt': 'namespace: x\nentries: 3\n',
  })
  assert.equal(load(directory), { entries: [], problems: [] })
})

test('0600 is octal, as a file mode is meant; large integers stay exact', () => {
  const directory = directoryWith({ '_index.yaml': 'namespace: a\nname: b\nkind: c\nmode: 0600\nbig: 9007199254740993\nfull: 10\n' })
  assert.equal(load(directory).entries[0]?.data, { mode: 0o600, big: 9007199254740993n, full: 10 })
})

/** The one problem of a directory, as a person reads it. */
const only = (files: Record<string, string>): string => {
  const { problems } = load(directoryWith(files))
  assert.is(problems.length, 1, codes(problems).join())
  return describe(problems[0])
}

test('a missing source directory', () => {
  const { problems } = load(join(directoryWith({}), 'nowhere'), { root: join(directoryWith({}), '..') })
  assert.equal(codes(problems), ['SOURCE_DIR_MISSING'])
  assert.ok(problems[0]?.hint)
})

test('a missing file:// target names the line that asks for it, and the other entries load', () => {
  const files = { '_index.yaml': INDEX }
  assert.is(
    only(files),
    `_index.yaml:11:13: "file://worker.lua" does not exist (entry "app:worker") [INCLUDE_MISSING]
   9 |     meta:
  10 |       tags: [b, c]
> 11 |     source: file://worker.lua
     |             ^
  12 |     imports:
  → The path is relative to this file; check its spelling.`,
  )
  assert.equal(ids(load(directoryWith(files)).entries), ['app:settings'])
})

test('file:// never leads out of the source directory', () => {
  const up = { 'src/_index.yaml': 'namespace: a\nname: b\nkind: c\nx: file://../secret\n', secret: 'no' }
  const directory = directoryWith(up)
  assert.equal(codes(load(join(directory, 'src')).problems), ['INCLUDE_OUTSIDE'])

  const linked = directoryWith({ 'src/_index.yaml': 'namespace: a\nname: b\nkind: c\nx: file://link\n', secret: 'no' })
  symlinkSync(join(linked, 'secret'), join(linked, 'src/link'))
  assert.equal(codes(load(join(linked, 'src')).problems), ['INCLUDE_OUTSIDE'])

  const inside = directoryWith({ 'sub/_index.yaml': 'namespace: a\nname: b\nkind: c\nx: file://../up\ny: file:///up\n', up: 'yes' })
  assert.equal(load(inside).entries[0]?.data, { x: 'yes', y: 'yes' })
})

test('a file that is not text is read as bytes', () => {
  const index = 'namespace: a\nname: b\nkind: c\nx: file://binary\n'
  const directory = directoryWith({ '_index.yaml': index, binary: Uint8Array.of(0, 0xff, 0xfe) })
  assert.equal(load(directory).entries[0]?.data, { x: Uint8Array.of(0, 0xff, 0xfe) })
})

test('YAML that is not YAML', () => {
  const text = only({ '_index.yaml': 'namespace: app\nentries:\n  - name: a\n\tkind: b\n' })
  assert.match(text, /^_index\.yaml:4:1: not readable as YAML: .*\[YAML_INVALID\]/)
  assert.match(text, '> 4 | ')
  assert.match(text, '→ Indent with spaces.')
})

test('the same key twice, an alias of nothing', () => {
  assert.match(only({ '_index.yaml': 'namespace: app\nentries: []\nentries: []\n' }), '_index.yaml:3:1: ')
  assert.match(only({ '_index.yaml': 'namespace: app\nentries: *x\n' }), 'YAML_INVALID')
})

test('an entry without kind, without name, with a bad one', () => {
  assert.match(
    only({ '_index.yaml': 'namespace: app\nentries:\n  - name: a\n' }),
    /^_index\.yaml:3:5: entry "app:a" has no kind \[ENTRY_NO_KIND\]/,
  )
  assert.match(
    only({ '_index.yaml': 'namespace: app\nentries:\n  - kind: a\n' }),
    /^_index\.yaml:3:5: the entry has no name \[ENTRY_NO_NAME\]/,
  )
  assert.match(
    only({ '_index.yaml': 'namespace: app\nentries:\n  - {name: 4, kind: a}\n' }),
    /^_index\.yaml:3:12: .*\[ENTRY_NAME_INVALID\]/,
  )
  assert.match(only({ '_index.yaml': 'namespace: app\nentries:\n  - {name: "a b", kind: a}\n' }), /^_index\.yaml:3:12: "a b" is not a name/)
  assert.match(only({ '_index.yaml': 'namespace: app\nentries:\n  - {name: a, kind: [b]}\n' }), 'ENTRY_KIND_INVALID')
  assert.match(only({ '_index.yaml': 'namespace: app\nentries:\n  - {name: a, kind: b, meta: c}\n' }), 'META_INVALID')
  assert.match(only({ '_index.yaml': 'namespace: app\nname: a\n' }), 'ENTRY_NO_KIND')
})

test('two entries of one id name both places, and the first stays', () => {
  const files = {
    'a.yaml': 'namespace: app\nentries:\n  - name: x\n    kind: registry.entry\n    from: a\n',
    'b.yaml': 'namespace: app\nentries:\n  - name: x\n    kind: registry.entry\n',
  }
  const text = only(files)
  assert.match(text, 'b.yaml:3:5 (app:x): "app:x" is defined twice, first at a.yaml:3:5 [ENTRY_DUPLICATE]')
  assert.match(text, '> 3 |   - name: x')
  assert.equal(load(directoryWith(files)).entries[0]?.data, { from: 'a' })
})

test('entries that are not a list, or not maps', () => {
  assert.match(
    only({ '_index.yaml': 'namespace: app\nentries:\n  worker:\n    kind: b\n' }),
    /^_index\.yaml:2:1: "entries" is not a list \[ENTRIES_NOT_LIST\]/,
  )
  assert.match(
    only({ '_index.yaml': 'namespace: app\nentries:\n  - worker\n' }),
    /^_index\.yaml:3:5: the entry is not a map \[ENTRY_NOT_MAP\]/,
  )
})

test('bad namespaces and unknown shapes', () => {
  assert.match(
    only({ '_index.yaml': 'namespace: "my app"\nentries: []\n' }),
    /^_index\.yaml:1:12: "my app" is not a namespace.*\[NAMESPACE_INVALID\]/,
  )
  assert.match(only({ 'x.yaml': 'namespace: app\nentrys: []\n' }), /^x\.yaml:1:12: .*\[FILE_SHAPE\]/)
  assert.match(only({ '_index.yaml': '- name: a\n  kind: b\n' }), 'FILE_SHAPE')
  assert.match(only({ '_index.yaml': 'entries:\n  - name: a\n    kind: b\n' }), 'NAMESPACE_MISSING')
})

test('one broken entry costs nothing but itself', () => {
  const yaml = 'namespace: app\nentries:\n  - name: a\n  - name: b\n    kind: k\n  - kind: k\n  - name: c\n    kind: k\n'
  const { entries, problems } = load(directoryWith({ '_index.yaml': yaml, 'broken.yaml': 'namespace: [\n' }))
  assert.equal(ids(entries), ['app:b', 'app:c'])
  assert.equal(codes(problems), ['ENTRY_NO_KIND', 'ENTRY_NO_NAME', 'YAML_INVALID'])
})

test.run()
