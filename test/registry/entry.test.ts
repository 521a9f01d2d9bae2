import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { makeEntry, parseId, resolveId, whereOf } from '../../src/registry/entry.ts'
import { appendAt, getAt, setAt, splitPath } from '../../src/registry/path.ts'
import { entry } from './scratch.ts'

const test = suite('entry')

test('an id splits at its first colon', () => {
  assert.equal(parseId('app.lib:assert'), { ns: 'app.lib', name: 'assert' })
  assert.equal(parseId('justname'), { ns: '', name: 'justname' })
  assert.equal(parseId('ns:name:with:colons'), { ns: 'ns', name: 'name:with:colons' })
  assert.equal(parseId(''), { ns: '', name: '' })
})

test('a reference without a colon means a neighbour', () => {
  assert.is(resolveId('gateway', 'app.api'), 'app.api:gateway')
  assert.is(resolveId('app:gateway', 'app.api'), 'app:gateway')
})

test('an entry needs a namespace, a name and a kind', () => {
  for (const [id, kind] of [
    ['name', 'k'],
    ['a b:c', 'k'],
    ['a..b:c', 'k'],
    ['a:', 'k'],
    ['a:{x|0x1}', 'k'],
    ['a:b', ' '],
  ] as const) {
    assert.throws(
      () => makeEntry({ id, kind }),
      (error: unknown) => error instanceof WippyError && error.code === 'ENTRY_INVALID',
    )
  }
  assert.is(makeEntry({ id: 'app.x-y:path/to/f.n_1', kind: 'k' }).name, 'path/to/f.n_1')
})

test('maps from messages become plain data, nothing reaches a prototype', () => {
  const odd = JSON.parse('{"__proto__": {"polluted": true}}')
  const made = makeEntry({
    id: 'a:b',
    kind: 'k',
    data: new Map<string, unknown>([
      ['x', new Map([['y', 1]])],
      ['o', odd],
    ]),
  })
  assert.equal((made.data as { x: unknown }).x, { y: 1 })
  assert.is(({} as { polluted?: boolean }).polluted, undefined)
  assert.is((made.data as { o: { polluted?: boolean } }).o.polluted, undefined)
})

test('an entry made at run time has no place but its id', () => {
  assert.equal(whereOf(entry('a:b'), 'data.x'), { entry: 'a:b' })
})

test('paths lead into data unless they say meta', () => {
  assert.equal(splitPath('.meta.router'), ['meta', 'router'])
  assert.equal(splitPath('pool.size'), ['data', 'pool', 'size'])
  assert.equal(splitPath('data.pool.size'), ['data', 'pool', 'size'])
  for (const bad of ['', '.', 'a..b', 'meta', 'data']) assert.is(splitPath(bad), null)
})

test('setting makes a new entry and the way to the value', () => {
  const before = entry('a:b', 'k', { pool: { size: 1 }, list: [{ x: 1 }], options: { 'cors.allow': 'no' } })
  assert.equal(setAt(before, ['data', 'pool', 'max', 'n'], 2).data, { ...(before.data as object), pool: { size: 1, max: { n: 2 } } })
  assert.equal(getAt(setAt(before, ['data', 'list', '0', 'x'], 5), ['data', 'list', '0', 'x']), 5)
  assert.equal(getAt(setAt(before, ['data', 'options', 'cors', 'allow'], 'yes'), ['data', 'options']), { 'cors.allow': 'yes' })
  assert.equal(setAt(before, ['meta', 'router'], 'r').meta, { router: 'r' })
  assert.equal(getAt(before, ['data', 'pool', 'size']), 1)
})

test('appending adds once, and only to a list', () => {
  const before = entry('a:b', 'k', { modules: ['io'], x: 1 })
  assert.equal(appendAt(before, ['data', 'modules'], 'json')?.data, { modules: ['io', 'json'], x: 1 })
  assert.is(appendAt(before, ['data', 'modules'], 'io'), before)
  assert.equal(getAt(appendAt(before, ['data', 'new'], 1)!, ['data', 'new']), [1])
  assert.is(appendAt(before, ['data', 'x'], 1), null)
})

test.run()
