import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { type Change, delta, inOrder, type Operation, plan, type State } from '../../src/registry/change.ts'
import { Entries } from '../../src/registry/entries.ts'
import type { Entry } from '../../src/registry/entry.ts'
import { entry } from './scratch.ts'

const test = suite('change')

const stateOf = (...entries: Entry[]): State => new Map(entries.map((one) => [one.id, one]))
const create = (made: Entry): Operation => ({ kind: 'entry.create', entry: made })
const update = (made: Entry): Operation => ({ kind: 'entry.update', entry: made })
const remove = (id: string): Operation => ({ kind: 'entry.delete', id })
const shown = (changes: readonly Change[]) => changes.map(({ kind, entry: { id } }) => `${kind.slice(6)} ${id}`)

const refused = (code: string, state: State, ...operations: Operation[]) =>
  assert.throws(
    () => plan(state, operations),
    (error: unknown) => error instanceof WippyError && error.code === code,
  )

test('create needs a free id, update and delete a taken one', () => {
  const state = stateOf(entry('a:x'))
  refused('ENTRY_EXISTS', state, create(entry('a:x')))
  refused('ENTRY_NOT_FOUND', state, update(entry('a:y')))
  refused('ENTRY_NOT_FOUND', state, remove('a:y'))
  refused('ENTRY_NOT_FOUND', state, remove('a:x'), remove('a:x'))
  refused('ENTRY_EXISTS', state, create(entry('a:y')), create(entry('a:y')))
})

test('operations on one entry come to one change, or none', () => {
  const old = entry('a:x', 'k', { v: 1 })
  const state = stateOf(old)
  const newer = entry('a:x', 'k', { v: 2 })
  const newest = entry('a:x', 'k', { v: 3 })
  assert.equal(plan(new Map(), [create(old), update(newer)]), [{ kind: 'entry.create', entry: newer, before: null }])
  assert.equal(plan(new Map(), [create(old), remove('a:x')]), [])
  assert.equal(plan(state, [update(newer), update(newest)]), [{ kind: 'entry.update', entry: newest, before: old }])
  assert.equal(plan(state, [update(newer), remove('a:x')]), [{ kind: 'entry.delete', entry: old, before: old }])
  assert.equal(plan(state, [remove('a:x'), create(newer)]), [{ kind: 'entry.update', entry: newer, before: old }])
})

const library = entry('a:lib', 'library.lua')
const handler = entry('a:f', 'function.lua', { imports: { l: 'lib' } })
const endpoint = entry('a:e', 'http.endpoint', { func: 'f' })

test('creates go dependencies first, deletes dependents first', () => {
  assert.equal(shown(plan(new Map(), [endpoint, handler, library].map(create))), ['create a:lib', 'create a:f', 'create a:e'])
  assert.equal(shown(plan(stateOf(library, handler, endpoint), ['a:lib', 'a:f', 'a:e'].map(remove))), [
    'delete a:e',
    'delete a:f',
    'delete a:lib',
  ])
})

test('what an updated entry lets go of is deleted after it, what it takes up is created before it', () => {
  const moved = entry('a:f', 'function.lua', { imports: { l: 'lib2' } })
  const changes = plan(stateOf(library, handler), [remove('a:lib'), update(moved), create(entry('a:lib2', 'library.lua'))])
  assert.equal(shown(changes), ['create a:lib2', 'update a:f', 'delete a:lib'])
})

test('of two that are updated the one that the other needs comes first', () => {
  const [newer, other] = [entry('a:lib', 'library.lua', { v: 2 }), entry('a:f', 'function.lua', { imports: { l: 'lib' }, v: 2 })]
  assert.equal(shown(plan(stateOf(library, handler), [update(other), update(newer)])), ['update a:lib', 'update a:f'])
})

test('deletes that have nothing to do with the rest come first', () => {
  const other = entry('b:old', 'http.service')
  assert.equal(shown(plan(stateOf(other), [create(entry('b:new', 'http.service')), remove('b:old')])), ['delete b:old', 'create b:new'])
})

test('a delta leads from one state to the other and leaves alone what is the same', () => {
  const from = stateOf(library, handler, entry('a:same', 'k', { list: [1, { x: 2 }] }))
  const to = stateOf(entry('a:lib', 'library.lua', { source: 'new' }), entry('a:same', 'k', { list: [1, { x: 2 }] }), endpoint)
  const changes = delta(from, to)
  assert.equal(shown(changes), ['delete a:f', 'update a:lib', 'create a:e'])
  const back = Entries.of(from.values()).with(changes).with(delta(to, from))
  assert.equal(delta(back, from), [])
})

test('a knot has an order too', () => {
  const a: Change = { kind: 'entry.create', entry: entry('x:a', 'k', {}, { depends_on: ['b'] }), before: null }
  const b: Change = { kind: 'entry.create', entry: entry('x:b', 'k', {}, { depends_on: ['a'] }), before: null }
  assert.equal(inOrder([a, b]).length, 2)
})

test.run()
