// From one version to another through the tree of versions: back to the last one they have in common, and forward from there.

import type { Change } from './change.ts'
import { type History, pruned } from './history.ts'
import type { Steps } from './slices.ts'

const reversed = ({ kind, entry, before }: Change): Change => {
  if (kind === 'entry.create') return { kind: 'entry.delete', entry, before: entry }
  return {
    kind: before && kind === 'entry.update' ? 'entry.update' : 'entry.create',
    entry: before!,
    before: kind === 'entry.delete' ? null : entry,
  }
}

/** The changes of every step from version `from` to version `to`, in the order of the steps. Throws VERSION_PRUNED. */
export function* walking(history: History, from: number, to: number): Steps<Change[]> {
  const parentOf = (id: number): number => {
    const parent = history.version(id)?.parent
    if (parent === undefined || parent === null) throw pruned(to, history.oldest)
    return parent
  }
  const back: (readonly Change[])[] = []
  const forward: (readonly Change[])[] = []
  let [here, there] = [from, to]
  // A parent is always older than its children, so the newer of the two is the one to climb from.
  while (here !== there) {
    if (here > there) {
      back.push(history.changes(here).map(reversed).reverse())
      here = parentOf(here)
    } else {
      forward.push(history.changes(there))
      there = parentOf(there)
    }
    yield
  }
  return [...back, ...forward.reverse()].flat()
}
