// The way from one version to another.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Change } from '../../src/registry/change.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { memoryHistory } from '../../src/registry/history.ts'
import { walking } from '../../src/registry/lineage.ts'
import { atOnce } from '../../src/registry/slices.ts'

const wayBetween = (...about: Parameters<typeof walking>) => atOnce(walking(...about))

const test = suite('lineage')

const created = (name: string): Change => ({
  kind: 'entry.create',
  entry: makeEntry({ id: `app:${name}`, kind: 'x', data: {} }),
  before: null,
})
const version = (id: number, parent: number) => ({ id, parent, author: '', time: 0, message: '' })
const stepsOf = (changes: readonly Change[]): string[] => changes.map(({ kind, entry }) => `${kind} ${entry.id}`)

test('it goes back to the last version in common, undoing what came last first, and forward from there', () => {
  const history = memoryHistory()
  history.append(version(1, 0), [created('a')])
  history.append(version(2, 1), [created('b'), created('c')])
  history.append(version(3, 1), [created('d')])
  assert.equal(stepsOf(wayBetween(history, 2, 3)), ['entry.delete app:c', 'entry.delete app:b', 'entry.create app:d'])
  assert.equal(wayBetween(history, 2, 2), [])
})

test('a version may have more changes than a call has arguments', () => {
  const history = memoryHistory()
  history.append(
    version(1, 0),
    Array.from({ length: 200_000 }, (_, at) => created(`n${at}`)),
  )
  assert.is(wayBetween(history, 1, 0).length, 200_000)
})

test.run()
