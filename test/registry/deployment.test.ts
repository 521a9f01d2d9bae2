import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { deploymentOf } from '../../src/registry/deployment.ts'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { entry, ids } from './scratch.ts'

const test = suite('deployment')

const written = (id: string, data: unknown = {}, file = 'src/_index.yaml'): Entry => {
  const spots = { spots: new Map(), sources: new Map() }
  const origin = { file, path: `/${file}`, base: '/', line: 1, column: 1, ...spots }
  return makeEntry({ id, kind: 'registry.entry', data, origin })
}

test('what is new or different comes, what says the same does not', () => {
  const there = [written('a:same', { n: 1 }), written('a:other', { n: 1 })]
  const { pairs, entries, gone } = deploymentOf(there, [entry('a:same', 'registry.entry', { n: 1 }), written('a:other'), written('a:new')])
  assert.equal([ids(entries), gone], [['a:other', 'a:new'], []])
  assert.equal(
    pairs.map(({ id, before, after }) => [id, before?.data, after?.data]),
    [
      ['a:new', undefined, {}],
      ['a:other', { n: 1 }, {}],
    ],
  )
})

test('what files brought into the same namespaces goes; what is elsewhere, or was made at run time, stays', () => {
  const there = [written('a:kept'), written('a:old'), entry('a:made'), written('b:old')]
  const { pairs, entries, gone } = deploymentOf(there, [written('a:kept')])
  assert.equal([ids(entries), gone], [[], ['a:old']])
  assert.equal(
    pairs.map(({ id, after }) => [id, after]),
    [['a:old', null]],
  )
})

test('a folder with entries of its own in the namespace of plugins leaves those that are installed', () => {
  const there = [written('plugins:own'), written('plugins:installed', {}, 'plugin installed')]
  const { gone } = deploymentOf(there, [written('plugins:other')])
  assert.equal(gone, ['plugins:own'])
})

test.run()
