import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Tree } from '../../src/registry/tree.ts'

const test = suite('tree')

/** Numbers from a seed, so that a failure can be repeated. */
const random = (seed: number) => (below: number) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed % below
}
const sorted = (map: ReadonlyMap<string, number>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))

test('it holds what a map would, in order, whatever is put in and taken out', () => {
  for (const [seed, range] of [
    [1, 40],
    [2, 500],
    [3, 5000],
  ] as const) {
    const next = random(seed)
    const map = new Map<string, number>()
    let tree = Tree.of<number>()
    for (let round = 0; round < 20_000; round++) {
      const key = `k${next(range)}`
      if (next(5) < (round < 12_000 ? 3 : 1)) {
        map.set(key, round)
        tree = tree.with(key, round)
      } else {
        map.delete(key)
        tree = tree.without(key)
      }
      if (round % 2500 === 0) assert.equal([...tree], sorted(map))
      assert.is(tree.size, map.size)
      assert.is(tree.get(key), map.get(key))
      assert.is(tree.has(key), map.has(key))
    }
    assert.equal([...tree], sorted(map))
    for (const key of map.keys()) tree = tree.without(key)
    assert.equal([tree.size, [...tree]], [0, []])
    assert.equal([...tree.with('again', 1)], [['again', 1]])
  }
})

test('made of many it is the same, and what was before stays', () => {
  const pairs = Array.from({ length: 3000 }, (_, i) => [`key ${i * 7}`, i] as const)
  const first = Tree.of(pairs)
  assert.equal([...first], sorted(new Map(pairs)))
  let next = first
  for (const [key] of pairs.slice(0, 2000)) next = next.without(key)
  for (let i = 0; i < 2000; i++) next = next.with(`new ${i}`, i)
  assert.equal([...first], sorted(new Map(pairs)))
  assert.is(next.size, 3000)
})

test('a prefix finds its keys and no others', () => {
  const tree = Tree.of(['a', 'a:1', 'a:2', 'a;', 'b:1', ...Array.from({ length: 200 }, (_, i) => `c:${i}`)].map((key) => [key, key]))
  assert.equal(
    [...tree.startingWith('a:')].map(([key]) => key),
    ['a:1', 'a:2'],
  )
  assert.is([...tree.startingWith('c:')].length, 200)
  assert.equal([...tree.startingWith('d')], [])
  assert.equal([...tree.startingWith('')].length, tree.size)
})

test.run()
