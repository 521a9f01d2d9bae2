// Large files that were parsed before say the same, to the last place; what is kept of them may be damaged or gone.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry } from '../../src/registry/entry.ts'
import { SourceTree } from '../../src/registry/source-tree.ts'
import { directoryWith } from './scratch.ts'

const test = suite('parsed')

const FILLER = 'x'.repeat(40)
const large = (more = ''): string => `namespace: big
meta: { owner: me }
entries:
${Array.from(
  { length: 250 },
  (_, at) => `  - name: e${at}
    kind: registry.entry
    meta: { type: t${at % 3}, tags: [a, b] }
    large: 9007199254740993
    mode: 0600
    text: &t${at} ${FILLER}
    again: *t${at}
`,
).join('')}${more}`

const SMALL = 'namespace: small\nentries:\n  - { name: x, kind: registry.entry }\n'

const app = (text = large()): string => directoryWith({ 'src/_index.yaml': text, 'src/small.yaml': SMALL, 'src/code.lua': 'return 1' })
const sources = (root: string, state?: string) => ({
  ...{ root, src: [join(root, 'src')], replacements: [], override: [], disable: { namespaces: [], entries: [] } },
  ...(state !== undefined && { state }),
})
const read = (root: string) => new SourceTree(sources(root, join(root, 'state'))).baseline
const parsedAnew = (root: string) => new SourceTree(sources(root)).baseline
const files = (root: string): string[] => readdirSync(join(root, 'state', 'parsed'))

/** An entry with its places, as a test compares it. */
const whole = ({ origin, ...entry }: Entry): unknown => ({
  ...entry,
  origin: origin && { ...origin, spots: [...origin.spots], sources: [...origin.sources] },
})
const same = (root: string): void => {
  const [one, other] = [read(root), parsedAnew(root)]
  assert.equal(one.entries.map(whole), other.entries.map(whole))
  assert.equal(
    one.problems.map(({ text, frame, where }) => ({ text, frame, where })),
    other.problems.map(({ text, frame, where }) => ({ text, frame, where })),
  )
}

test('a large file says the same when it is read again; a small one is not kept', () => {
  const root = app(large('  - { name: code, kind: function.lua, source: file://code.lua }\n'))
  same(root)
  const [kept, ...more] = files(root)
  assert.equal(more, [])
  const written = statSync(join(root, 'state/parsed', kept!)).mtimeMs
  same(root)
  assert.equal([files(root), statSync(join(root, 'state/parsed', kept!)).mtimeMs], [[kept], written])
})

test('what is wrong in it has its place', () => {
  const root = app(
    large('  - { name: "no name!", kind: registry.entry }\n  - { name: lost, kind: function.lua, source: file://none.lua }\n'),
  )
  for (let start = 0; start < 2; start++) same(root)
  assert.equal(
    read(root).problems.map(({ code, where }) => [code, where?.line]),
    [
      ['ENTRY_NAME_INVALID', 1754],
      ['INCLUDE_MISSING', 1755],
    ],
  )
})

test('what is damaged is parsed and kept again, and what is not read any more goes', () => {
  const root = app()
  same(root)
  const [kept] = files(root)
  const path = join(root, 'state/parsed', kept!)
  const bytes = readFileSync(path)
  for (const damaged of [bytes.subarray(0, 100), Buffer.from(bytes).fill(7, 50, 60), Buffer.alloc(0)]) {
    writeFileSync(path, damaged)
    same(root)
    assert.equal(readFileSync(path), bytes)
  }
  writeFileSync(join(root, 'src/_index.yaml'), large('  - { name: more, kind: registry.entry }\n'))
  same(root)
  assert.is(files(root).length, 1)
  assert.is.not(files(root)[0], kept)
})

test('a file that cannot be parsed, and one that is saved while the app runs, is not kept', () => {
  const root = app(`${large()}  - [`)
  assert.is(read(root).problems[0]?.code, 'YAML_INVALID')
  assert.throws(() => files(root), /ENOENT/)
  writeFileSync(join(root, 'src/_index.yaml'), large())
  const tree = new SourceTree(sources(root, join(root, 'state')))
  assert.is(files(root).length, 1)
  const saved = large('  - { name: saved, kind: registry.entry }\n')
  writeFileSync(join(root, 'src/_index.yaml'), saved)
  const { rewrites } = tree.draft([join(root, 'src/_index.yaml')])
  assert.equal(
    rewrites.map(({ id }) => id),
    ['big:saved'],
  )
  assert.is(files(root).length, 1)
})

test.run()
