import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Entries } from '../../src/registry/entries.ts'
import type { Entry } from '../../src/registry/entry.ts'
import { compileQuery } from '../../src/registry/finder.ts'
import { atOnce } from '../../src/registry/slices.ts'
import { entry, ids } from './scratch.ts'

const test = suite('entries')

const random = (seed: number) => (below: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed % below
}

const KINDS = ['function.lua', 'library.lua', 'registry.entry', 'http.endpoint']
const made = (next: (below: number) => number): Entry =>
  entry(
    `app.n${next(5)}:e${next(400)}`,
    KINDS[next(4)],
    { func: `e${next(400)}` },
    {
      type: ['tool', 'agent', 'page', 'agent.part'][next(4)],
      tags: [`t${next(5)}`, `t${next(5)}`],
      rank: next(3),
      deep: { er: `x${next(9)}` },
      text: 'long '.repeat(30 + next(20)) + next(3),
    },
  )

const FILTERS: readonly Record<string, unknown>[] = [
  { '.kind': 'function.lua' },
  { '.kind': '*.lua', '.ns': 'app.n1' },
  { '.name': 'e7' },
  { '.id': 'app.n1:e7' },
  { '.ns': 'app.n2' },
  { '.ns': 'app*2', 'meta.rank': 1 },
  { 'meta.type': 'tool' },
  { 'meta.type': 'tool', '.kind': 'library.lua' },
  { 'meta.tags': 't1' },
  { 'meta.tags': ['t1', 't2'] },
  { 'meta.rank': 2 },
  { 'meta.rank': '2' },
  { 'meta.deep.er': 'x3' },
  { 'meta.none': 'x' },
  { 'meta.none': null },
  { '^meta.type': 'agent' },
  { '$meta.type': 't' },
  { '*meta.type': 'g' },
  { '*meta.tags': '3' },
  { '~meta.type': '^(tool|page)$' },
  { '$meta.text': '2' },
  { '*meta.text': 'long long' },
  { '^meta.text': `${'long '.repeat(45)}1` },
  {},
]

test('indexes carried through changes find what looking at every entry finds', () => {
  const next = random(7)
  const map = new Map<string, Entry>()
  for (let i = 0; i < 300; i++) {
    const one = made(next)
    map.set(one.id, one)
  }
  let entries = Entries.of(map.values())
  for (let round = 0; round < 60; round++) {
    for (const filter of FILTERS) {
      const query = compileQuery(filter)
      assert.equal(ids(atOnce(query.run(entries))), ids([...map.values()].filter(query.test)).sort(), JSON.stringify(filter))
    }
    const old = entries
    const oldIds = [...entries.keys()]
    for (let i = 0; i < 8; i++) {
      const one = made(next)
      const there = entries.get(one.id)
      if (there && next(2) === 0) {
        map.delete(one.id)
        entries = entries.with([{ kind: 'entry.delete', entry: there }])
      } else {
        map.set(one.id, one)
        entries = entries.with([{ kind: there ? 'entry.update' : 'entry.create', entry: one }])
      }
    }
    assert.equal([...old.keys()], oldIds)
    assert.equal([...entries.keys()], [...map.keys()].sort())
  }
})

test('an index finds without visiting the others', () => {
  const many = Array.from({ length: 5000 }, (_, i) =>
    entry(`app:e${i}`, i === 4321 ? 'rare' : 'common', {}, { type: i % 50 === 0 ? 'tool' : 'x' }),
  )
  const entries = Entries.of(many)
  atOnce(compileQuery({ '.kind': 'rare' }).run(entries))
  let visits = 0
  const counted = compileQuery({ '.kind': 'rare' })
  const values = entries.values
  entries.values = () => {
    visits++
    return values.call(entries)
  }
  assert.equal(ids(atOnce(counted.run(entries))), ['app:e4321'])
  assert.is(visits, 0)
})

test.run()
