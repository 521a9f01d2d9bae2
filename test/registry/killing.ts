// A registry whose program is killed at random moments. After each start it is one whole version: the newest that was acknowledged, or the
// one that was on its way.
//
// Version N gives every entry of the files the value N and makes the entry `made:N`, so that what belongs together can be told.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as assert from 'uvu/assert'
import { StateFolder } from '../../src/lmdb/state-folder.ts'
import type { Operation } from '../../src/registry/change.ts'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { Registry } from '../../src/registry/registry.ts'
import type { Snapshot } from '../../src/registry/snapshot.ts'
import { StoredHistory } from '../../src/registry/stored-history.ts'
import { directoryWith } from './scratch.ts'

const PROGRAM = join(import.meta.dirname, 'applier.ts')
const LONGEST_MS = 60 // from what a program said last to its end
const FIRST_MS = 600 // the same while nothing is stored yet: the first change also loads lmdb and makes the folder
const MOST_DONE = 5 // changes that a program is let make before its time runs

const valued = (id: string, value: number): Entry =>
  makeEntry({ id, kind: 'registry.entry', data: { value, text: 'x'.repeat(value % 300) } })

export const FILES: readonly Entry[] = Array.from({ length: 8 }, (_, place) => valued(`app:e${place}`, 0))

/** The change that makes version `id`. */
export const stamped = (id: number): Operation[] => [
  ...FILES.map((entry): Operation => ({ kind: 'entry.update', entry: valued(entry.id, id) })),
  { kind: 'entry.create', entry: valued(`made:${id}`, id) },
]

/** What one program said before it was killed: some time after it had begun, and was done with so many changes. */
const live = async (root: string, seed: number, longestMs: number): Promise<string[]> => {
  const lines = 1 + 2 * ((seed - 1) % (MOST_DONE + 1))
  const child = spawn(process.execPath, [PROGRAM, root, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
    if (said.split('\n').length > lines) resolve()
  })
  const gone = once(child, 'close')
  await Promise.race([enough, gone])
  await setTimeout(Math.random() * longestMs)
  child.kill('SIGKILL')
  const [code] = await gone
  assert.is(code, null, 'it was killed, and did not end by itself')
  return said.split('\n').slice(0, -1)
}

const assertWhole = ({ version, state }: Snapshot, lineage: readonly number[]): void => {
  const values = state.namespace('app').map(({ data }) => (data as { value: number }).value)
  assert.equal(
    [...values],
    FILES.map(() => version.id),
  )
  assert.equal(
    Array.from(state.namespace('made'), ({ name }) => Number(name)).sort((a, b) => a - b),
    lineage,
  )
}

export type Killed = { readonly rounds: number; readonly versions: number; readonly onTheirWay: number }

/** Starts and kills a program so often. Throws when anything is lost, or half there. */
export const kill = async (rounds: number, tell: (round: number) => void = () => {}): Promise<Killed> => {
  const root = directoryWith({})
  const parents = new Map<number, number>() // of every version that may be there
  const made = (id: number): number[] => (id === 0 ? [] : [...made(parents.get(id)!), id])
  let head = 0
  let newest = 0
  let onTheirWay = 0
  for (let round = 0; round < rounds; round++) {
    const said = await live(root, round + 1, newest === 0 ? FIRST_MS : LONGEST_MS)
    let wanted = head
    for (const line of said) {
      const [word, number] = line.split(' ')
      const id = Number(number)
      if (word === 'wants') {
        wanted = id
        if (id > newest) parents.set(id, head)
      } else {
        assert.is(id, wanted)
        head = id
        newest = Math.max(newest, id)
      }
    }
    const state = new StateFolder(join(root, '.wippy'))
    const history = new StoredHistory({ state, root, keep: 300 })
    const registry = new Registry({ history })
    const { problems, warnings } = await registry.boot(FILES)
    assert.equal(warnings, [])
    assert.ok(problems.length === 0, String(problems[0]))
    const { id } = registry.current
    assert.ok(id === head || id === wanted, `v${id} is current; v${head} was acknowledged last, v${wanted} on its way`)
    if (id !== head) onTheirWay++
    head = id
    assert.ok(history.newest === newest || history.newest === newest + 1, `v${history.newest} is the newest, v${newest} was acknowledged`)
    newest = history.newest
    assertWhole(registry.snapshot(), made(head))
    for (const other of [history.oldest, newest, Math.max(history.oldest, newest - 7)]) {
      const way = reach(registry, other)
      if (way) assertWhole(way, made(other))
    }
    await state.close()
    tell(round + 1)
  }
  return { rounds, versions: newest, onTheirWay }
}

/** A version, unless the way there is no longer kept. */
const reach = (registry: Registry, id: number): Snapshot | null => {
  try {
    return registry.snapshotAt(id)
  } catch (error) {
    if ((error as { code?: string }).code === 'VERSION_PRUNED') return null
    throw error
  }
}
