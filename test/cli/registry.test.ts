// wippy registry …: the stored registry, without a node and beside one.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, index, start, wippy } from './command.ts'

const test = suite('wippy registry')

const FILES = {
  'src/_index.yaml': index(`
  - name: note
    kind: registry.entry
    meta: { type: note }
    text: from the file
  - name: waits
    kind: process.lua
    source: file://waits.lua
    modules: [io]
`),
  'src/waits.lua': 'local io = require("io")\nreturn function() io.print("up") io.read(1) end',
  'more.yaml': `namespace: app
entries:
  - { name: note, kind: registry.entry, meta: { type: note }, text: changed }
  - { name: other, kind: registry.entry, meta: { type: note }, text: new }
`,
}

const said = async (cwd: string, ...args: string[]): Promise<string> => {
  const ended = await wippy(['registry', ...args], { cwd })
  assert.equal([ended.code, ended.err], [0, ''], args.join(' '))
  return ended.out
}
const refused = async (code: number, cwd: string, ...args: string[]): Promise<Ended> => {
  const ended = await wippy(['registry', ...args], { cwd })
  assert.is(ended.code, code, args.join(' '))
  assertPlain(ended)
  return ended
}

test('entries are listed, filtered and shown, also when nothing is stored', async () => {
  const cwd = directoryWith(FILES)
  assert.match(await said(cwd, 'list'), /^app:note +registry\.entry$/m)
  assert.equal(JSON.parse(await said(cwd, 'list', '--meta', 'type=note', '--json')).entries, [
    { id: 'app:note', kind: 'registry.entry', meta: { type: 'note' }, data: { text: 'from the file' }, file: 'src/_index.yaml', line: 6 },
  ])
  assert.is(JSON.parse(await said(cwd, 'list', '-k', 'process.*', '--json')).entries.length, 1)
  assert.is(await said(cwd, 'show', 'app:note', '-f', 'text'), 'from the file\n')
  assert.match(await said(cwd, 'show', 'app:note'), /^# v0, src\/_index\.yaml:6\nid: app:note\nkind: registry\.entry\n/)
  assert.match((await refused(4, cwd, 'show', 'app:not')).err, 'Did you mean "app:note"?')
  assert.is(await said(cwd, 'diff'), 'no difference\n')
  assert.match(await said(cwd, 'history'), /^v0 +current .* baseline$/m)
})

test('a change from the command line is a version to look at and to go back from', async () => {
  const cwd = directoryWith(FILES)
  assert.is(await said(cwd, 'apply', 'more.yaml', '-m', 'two notes'), 'v1: 2 entries changed\n')
  assert.match(await said(cwd, 'list'), /^app:note +registry\.entry +changed\napp:other +registry\.entry +made at run time$/m)
  assert.match(await said(cwd, 'history'), /^v1 +current +v0 .* cli:\S+ +\+1 ~1 +two notes$/m)
  assert.match(await said(cwd, 'diff', 'v1'), /^- {2}text: from the file\n\+ {2}text: changed$/m)
  assert.is(await said(cwd, 'show', 'app:note', '--at', 'v0', '-f', 'text'), 'from the file\n')
  assert.is(await said(cwd, 'apply', '--delete', 'app:other'), 'v2: 1 entry changed\n')
  assert.match((await refused(9, cwd, 'apply', 'more.yaml', '--base', 'v1')).err, /has changed since v1.*CONFLICT/)
  assert.is(await said(cwd, 'rollback', 'v0'), 'from v2 to v0\n')
  assert.is(await said(cwd, 'diff'), 'no difference\n')
  assert.is(await said(cwd, 'rollback', 'v1'), 'from v0 to v1\n')
  assert.match(await said(cwd, 'diff', 'v1', 'v2'), /^deleted app:other$/m)
  assert.match((await refused(4, cwd, 'rollback', 'v9')).err, 'VERSION_NOT_FOUND')
  assert.match((await refused(2, cwd, 'rollback', 'soon')).err, '"soon" is not a version')
  assert.is(await said(cwd, 'prune', '--keep', '1'), '1 version went, 2 stay\n')
})

test('what the files and the run time both changed is shown, and settled either way', async () => {
  const cwd = directoryWith(FILES)
  await said(cwd, 'apply', 'more.yaml')
  const rewrite = (text: string) => writeFileSync(join(cwd, 'src/_index.yaml'), FILES['src/_index.yaml'].replace('from the file', text))
  rewrite('rewritten')
  const listed = await wippy(['registry', 'list'], { cwd })
  assert.match(listed.err, 'REGISTRY_CLASH')
  const shown = await wippy(['registry', 'diff', 'app:note'], { cwd })
  assert.match(shown.out, /^- {2}text: rewritten\n\+ {2}text: changed$/m)
  const kept = await wippy(['registry', 'resolve', 'app:note', '--take', 'runtime'], { cwd })
  assert.is(kept.out, 'app:note stays as it was changed at run time\n')
  assert.is(await said(cwd, 'show', 'app:note', '-f', 'text'), 'changed\n')
  assert.is(await said(cwd, 'resolve', 'app:note', '--take', 'files'), 'v2: app:note is what the files say\n')
  assert.is(await said(cwd, 'show', 'app:note', '-f', 'text'), 'rewritten\n')
})

test('beside a running node it reads, and leaves what only its owner may do to the node', async () => {
  const cwd = directoryWith(FILES)
  await said(cwd, 'apply', 'more.yaml')
  writeFileSync(join(cwd, 'src/_index.yaml'), FILES['src/_index.yaml'].replace('from the file', 'rewritten'))
  const node = start(['run', '-x', 'app:waits'], { cwd, input: null })
  await node.said('up')
  while ((await wippy(['ps'], { cwd })).code === 7);
  assert.is(await said(cwd, 'show', 'app:note', '-f', 'text'), 'changed\n')
  assert.is(await said(cwd, 'prune', '--keep', '1'), '1 version went, 1 stays\n')
  assert.is(await said(cwd, 'resolve', 'app:note', '--take', 'runtime'), 'app:note stays as it was changed at run time\n')
  assert.is(await said(cwd, 'resolve', 'app:note', '--take', 'files'), 'v2: app:note is what the files say\n')
  assert.match((await refused(4, cwd, 'resolve', 'app:note', '--take', 'files')).err, 'REGISTRY_NO_DIFFERENCE')
  assert.is(await said(cwd, 'show', 'app:note', '-f', 'text'), 'rewritten\n')
  node.child.stdin!.end('x')
  await node.ended
  await said(cwd, 'rollback', 'v1')
})

test('an app that keeps nothing says so', async () => {
  const cwd = directoryWith({ ...FILES, '.wippy.yaml': 'registry: { history_type: memory }\n' })
  assert.match((await refused(7, cwd, 'history')).err, 'this app keeps its registry in memory')
})

test.run()
