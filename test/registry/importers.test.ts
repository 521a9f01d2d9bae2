import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Importers } from '../../src/registry/importers.ts'
import { entry } from './scratch.ts'

const test = suite('importers')

const lua = (id: string, ...imports: string[]) =>
  entry(id, 'library.lua', { imports: Object.fromEntries(imports.map((imported) => [imported.replace(':', '_'), imported])) })

test('finds who imports what, through others, in a circle too', () => {
  const importers = new Importers()
  for (const one of [lua('a:a'), lua('a:b', 'a:a'), lua('a:c', 'b', 'a:d'), lua('a:d', 'a:c'), lua('a:e')]) importers.put(one)
  assert.equal([...importers.of(['a:a'])], ['a:b', 'a:c', 'a:d'])
  assert.equal([...importers.of(['a:c'])], ['a:d'])
  assert.equal([...importers.of(['a:a', 'a:c'])], ['a:b', 'a:d'])
  assert.equal([...importers.of(['a:e', 'a:nothing'])], [])
})

test('follows entries that change or go', () => {
  const importers = new Importers()
  importers.put(lua('a:b', 'a:a'))
  importers.put(lua('a:b', 'a:c'))
  assert.equal([[...importers.of(['a:a'])], [...importers.of(['a:c'])]], [[], ['a:b']])
  importers.delete('a:b')
  assert.equal([...importers.of(['a:c'])], [])
})

test.run()
