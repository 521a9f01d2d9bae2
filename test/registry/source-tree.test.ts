import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Sources } from '../../src/registry/baseline.ts'
import { fieldsOf } from '../../src/registry/entry.ts'
import { parseOverride } from '../../src/registry/override.ts'
import { assemble, type Draft, SourceTree } from '../../src/registry/source-tree.ts'
import { codes, directoryWith } from './scratch.ts'

const test = suite('source tree')

const index = (...entries: object[]): string =>
  `namespace: app\nentries:\n${entries.map((entry) => `  - ${JSON.stringify(entry)}\n`).join('')}`
const plain = (name: string, v: unknown = 0) => ({ name, kind: 'registry.entry', v })
const lua = (name: string) => ({ name, kind: 'function.lua', source: `file://${name}.lua` })

class Files {
  readonly root: string
  readonly sources: Sources
  readonly tree: SourceTree

  constructor(files: Readonly<Record<string, string>>, more: Partial<Sources> = {}) {
    this.root = directoryWith(files)
    this.sources = {
      ...{ root: this.root, src: [join(this.root, 'src')], replacements: [], override: [], disable: { namespaces: [], entries: [] } },
      ...more,
    }
    this.tree = new SourceTree(this.sources)
  }

  at(path: string): string {
    return join(this.root, path)
  }

  write(files: Readonly<Record<string, string>>): Draft {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(this.at(path), '..'), { recursive: true })
      writeFileSync(this.at(path), text)
    }
    return this.look(...Object.keys(files))
  }

  look(...paths: string[]): Draft {
    return this.tree.draft(paths.map((path) => this.at(path)))
  }
}

/** `+app:new ~app:changed -app:gone` */
const said = ({ rewrites, problems }: Draft): string[] => [
  ...rewrites.map(({ id, before, after }) => `${!before ? '+' : after ? '~' : '-'}${id}`),
  ...codes(problems),
]

test('a file that says the same again is no change; one that says other things is a change of just those entries', () => {
  const files = new Files({ 'src/_index.yaml': index(plain('a', 1), plain('b', 1)) })
  assert.equal(said(files.write({ 'src/_index.yaml': `# a comment\n${index(plain('a', 1), plain('b', 1))}` })), [])
  const draft = files.write({ 'src/_index.yaml': index(plain('b', 2), plain('c')) })
  assert.equal(said(draft), ['-app:a', '~app:b', '+app:c'])
  assert.equal([draft.rewrites[1]?.before?.data, draft.rewrites[1]?.after?.data], [{ v: 1 }, { v: 2 }])
  assert.equal(said(files.look('src/_index.yaml')), ['-app:a', '~app:b', '+app:c'], 'as long as it is not taken')
  draft.take()
  assert.equal(said(files.look('src/_index.yaml')), [])
})

test('of an included file only that file is read, and it is a change of every entry that includes it', () => {
  const files = new Files({
    'src/_index.yaml': index(lua('f'), { ...lua('g'), source: 'file://f.lua' }, lua('h')),
    'src/f.lua': 'return 1',
    'src/h.lua': 'return 1',
  })
  rmSync(files.at('src/h.lua')) // would be a problem if it were read
  const draft = files.write({ 'src/f.lua': 'return 2' })
  assert.equal(said(draft), ['~app:f', '~app:g'])
  const entry = draft.rewrites[0]!.after!
  assert.is(fieldsOf(entry).source, 'return 2')
  assert.is(entry.origin?.sources.get('data.source'), 'src/f.lua')
})

test('two included files of one entry file that change together are one draft', () => {
  const files = new Files({ 'src/_index.yaml': index(lua('f'), lua('g')), 'src/f.lua': '1', 'src/g.lua': '1' })
  const draft = files.write({ 'src/f.lua': '2', 'src/g.lua': '2' })
  assert.equal(said(draft), ['~app:f', '~app:g'])
  draft.take()
  assert.equal(said(files.write({ 'src/g.lua': '3' })), ['~app:g'])
})

test('what cannot be read is a problem with a code frame, and nothing else of the same change is a change', () => {
  const files = new Files({ 'src/_index.yaml': index(plain('a')), 'src/other/_index.yaml': 'namespace: other\nentries: []' })
  const draft = files.write({
    'src/_index.yaml': 'namespace: app\nentries:\n\t- broken',
    'src/other/_index.yaml': 'namespace: other\nname: x\nkind: k',
  })
  assert.equal(said(draft), ['YAML_INVALID'])
  assert.match(draft.problems[0]?.frame ?? '', '> 3 |')
  assert.is(draft.problems[0]?.where?.file, 'src/_index.yaml')
  draft.take()
  assert.equal(said(files.write({ 'src/_index.yaml': index(plain('a', 2)) })), ['~app:a'])
})

test('an included file that is gone is a problem until it is back', () => {
  const files = new Files({ 'src/_index.yaml': index(lua('f')), 'src/f.lua': '1' })
  rmSync(files.at('src/f.lua'))
  assert.equal(said(files.look('src/f.lua')), ['INCLUDE_MISSING'])
  assert.equal(said(files.write({ 'src/f.lua': '2' })), ['~app:f'])
})

test('an entry that could not be read at first comes when its file does', () => {
  const files = new Files({ 'src/_index.yaml': index(lua('f'), plain('a')) })
  assert.equal(codes(files.tree.baseline.problems), ['INCLUDE_MISSING'])
  assert.ok(files.tree.concerns(files.at('src/f.lua')))
  assert.equal(said(files.write({ 'src/f.lua': '1' })), ['+app:f'])
})

test('files and directories come and go', () => {
  const files = new Files({ 'src/_index.yaml': index(plain('a')) })
  const come = files.write({ 'src/deep/er/_index.yaml': 'namespace: deep\nentries: [{name: x, kind: k}]' })
  assert.equal(said(come), ['+deep:x'])
  come.take()
  renameSync(files.at('src/deep'), files.at('src/moved'))
  const moved = files.look('src/deep/er/_index.yaml', 'src/moved/er/_index.yaml')
  assert.equal(said(moved), [], 'the same entry, in another file')
  moved.take()
  rmSync(files.at('src/moved'), { recursive: true })
  assert.equal(said(files.look('src/moved/er/_index.yaml')), ['-deep:x'])
})

test('a source directory that is gone takes no entries with it', () => {
  const files = new Files({ 'src/_index.yaml': index(plain('a')) })
  rmSync(files.at('src'), { recursive: true })
  assert.equal(said(files.look('src/_index.yaml')), ['SOURCE_DIR_MISSING'])
})

test('an entry may move from file to file, but not be in two', () => {
  const files = new Files({ 'src/a.yaml': index(plain('x', 1)), 'src/b.yaml': index(plain('y')) })
  assert.equal(said(files.write({ 'src/b.yaml': index(plain('y'), plain('x', 2)) })), ['ENTRY_DUPLICATE'])
  const both = files.write({ 'src/a.yaml': index(), 'src/b.yaml': index(plain('y'), plain('x', 2)) })
  assert.equal(said(both), ['~app:x'])
})

test('of an entry in two files at the start, the second comes when the first goes', () => {
  const files = new Files({ 'src/a.yaml': index(plain('x', 1), plain('z')), 'src/b.yaml': index(plain('x', 2)) })
  assert.equal(codes(files.tree.baseline.problems), ['ENTRY_DUPLICATE'])
  assert.equal(said(files.write({ 'src/a.yaml': index(plain('x', 1), plain('z', 1)) })), ['~app:z'], 'what was wrong before is in no way')
  const draft = files.write({ 'src/a.yaml': index(plain('z')) })
  assert.equal(
    draft.rewrites.map(({ after }) => after?.data),
    [{ v: 2 }],
  )
})

test('overrides, disabled entries and what links fills hold for changes as they do at the start', () => {
  const requirement = { name: 'req', kind: 'ns.requirement', targets: [{ entry: 'page', path: 'path' }], default: '/one' }
  const text = (more: object, fill = requirement) => index(fill, { name: 'page', kind: 'k', ...more }, plain('off'), plain('over'))
  const files = new Files(
    { 'src/_index.yaml': text({ v: 1 }) },
    { override: [parseOverride('app:over:v=9')], disable: { namespaces: [], entries: ['app:off'] } },
  )
  const page = files.write({ 'src/_index.yaml': text({ v: 2 }) })
  assert.equal([said(page), page.rewrites[0]?.after?.data], [['~app:page'], { v: 2, path: '/one' }])
  page.take()
  const filled = files.write({ 'src/_index.yaml': text({ v: 2 }, { ...requirement, default: '/two' }) })
  assert.equal(said(filled), ['~app:req', '~app:page'])
  assert.equal(filled.rewrites[1]?.after?.data, { v: 2, path: '/two' })
})

test('files of others, and those in hidden folders, concern nobody', () => {
  const files = new Files({ 'src/_index.yaml': index(lua('f')), 'src/f.lua': '1' })
  const paths = ['src/f.lua', 'src/x.yaml', 'src/x.lua', 'src/node_modules/x.yaml', 'src/.git/x.json', 'other.yaml', 'src/deep/x.json']
  assert.equal(
    paths.filter((path) => files.tree.concerns(files.at(path))),
    ['src/f.lua', 'src/x.yaml', 'src/deep/x.json'],
  )
})

test('after any changes the tree holds what a fresh one would', () => {
  const files = new Files({ 'src/0.yaml': 'namespace: n0\nentries: []' })
  let seed = 1
  const chance = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 8) % below
  }
  const held = new Map(files.tree.baseline.entries.map((entry) => [entry.id, entry]))
  for (let round = 0; round < 300; round++) {
    const touched = new Set<string>()
    for (let count = 1 + chance(3); count > 0; count--) {
      const n = chance(5)
      const path = chance(2) === 0 ? `src/${n}.yaml` : `src/${n}.lua`
      touched.add(path)
      if (chance(4) === 0) rmSync(files.at(path), { force: true })
      else if (path.endsWith('.lua')) files.write({ [path]: `return ${chance(3)}` })
      else {
        const entries = [
          plain('x', chance(3)),
          { ...lua('f'), source: `file://${chance(5)}.lua` },
          { ...plain('p', chance(2)), name: `p${chance(3)}` },
        ]
        files.write({ [path]: JSON.stringify({ namespace: `n${n}`, entries: entries.filter(() => chance(3) > 0) }) })
      }
    }
    const draft = files.look(...touched)
    for (const { id, after } of draft.rewrites) {
      if (after) held.set(id, after)
      else held.delete(id)
    }
    draft.take()
    const fresh = assemble(files.sources)
    if (fresh.problems.length > 0) continue // a tree holds on to what it had; a fresh one has nothing to hold on to
    const all = files.look(...Array.from({ length: 5 }, (_, n) => [`src/${n}.yaml`, `src/${n}.lua`]).flat())
    for (const { id, after } of all.rewrites) {
      if (after) held.set(id, after)
      else held.delete(id)
    }
    all.take()
    const texts = (entries: Iterable<{ id: string; data: unknown }>) =>
      [...entries].map(({ id, data }) => `${id} ${JSON.stringify(data)}`).sort()
    assert.equal(texts(held.values()), texts(fresh.entries))
  }
})

test.run()
