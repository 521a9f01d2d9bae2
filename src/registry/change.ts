// Changes of the registry, as pure decisions: what a list of operations comes to, in which order it takes effect, and what a state looks like after it.

import { isDeepStrictEqual } from 'node:util'
import { Kind, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { dependenciesOf, indexOf, referencesOf } from './dependency.ts'
import { type Entry, whereOf } from './entry.ts'
import { groups } from './graph.ts'
import { atOnce, type Steps } from './slices.ts'

/** All entries of one version, by id. */
export type State = ReadonlyMap<string, Entry>

/** What somebody asks for. An update replaces the whole entry. */
export type Operation =
  | { readonly kind: 'entry.create' | 'entry.update'; readonly entry: Entry }
  | { readonly kind: 'entry.delete'; readonly id: string }

/** What happens: at most one per entry. `before` is null for a create; for a delete `entry` is what is gone. */
export type Change = {
  readonly kind: 'entry.create' | 'entry.update' | 'entry.delete'
  readonly entry: Entry
  readonly before: Entry | null
}

/** The operations after which entries are as they are given, and others are gone. */
export const replacing = (state: State, entries: readonly Entry[], gone: readonly string[]): Operation[] => [
  ...entries.map((entry) => ({ kind: state.has(entry.id) ? 'entry.update' : 'entry.create', entry }) as const),
  ...gone.map((id) => ({ kind: 'entry.delete', id }) as const),
]

const MOST_SUGGESTIONS = 1000

const idOf = (operation: Operation): string => (operation.kind === 'entry.delete' ? operation.id : operation.entry.id)

const refuse = (operation: Operation, there: Entry | undefined, state: State): WippyError => {
  const id = idOf(operation)
  if (there) {
    const hint = 'Use update to replace it, or another id.'
    return new WippyError('ENTRY_EXISTS', Kind.AlreadyExists, `entry "${id}" exists already`, { where: whereOf(there), hint })
  }
  const verb = operation.kind === 'entry.update' ? 'updated' : 'deleted'
  const otherwise = verb === 'updated' ? 'Use create for a new entry.' : 'It may be gone already.'
  const hint = didYouMean(id, state.keys().take(MOST_SUGGESTIONS), otherwise)
  return new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `entry "${id}" cannot be ${verb}: it does not exist`, {
    where: { entry: id },
    hint,
  })
}

const changeOf = (before: Entry | undefined, after: Entry | undefined): Change[] => {
  if (after) return [{ kind: before ? 'entry.update' : 'entry.create', entry: after, before: before ?? null }]
  return before ? [{ kind: 'entry.delete', entry: before, before }] : []
}

/**
 * What `operations`, done one after the other, come to: create and update of one entry are one create, create and delete nothing,
 * delete and create an update. Throws ENTRY_EXISTS or ENTRY_NOT_FOUND, and then nothing of it is done.
 */
export const plan = (state: State, operations: Iterable<Operation>): Change[] => atOnce(planning(state, operations))

/** The same, with pauses. */
export function* planning(state: State, operations: Iterable<Operation>): Steps<Change[]> {
  const after = new Map<string, Entry | undefined>()
  for (const operation of operations) {
    const id = idOf(operation)
    const there = after.has(id) ? after.get(id) : state.get(id)
    if ((there !== undefined) === (operation.kind === 'entry.create')) throw refuse(operation, there, state)
    after.set(id, operation.kind === 'entry.delete' ? undefined : operation.entry)
    yield
  }
  return yield* ordering([...after].flatMap(([id, entry]) => changeOf(state.get(id), entry)))
}

/** Whether two entries of one id say the same, wherever they were written. */
export const same = (a: Entry, b: Entry): boolean =>
  a === b || (a.kind === b.kind && isDeepStrictEqual(a.meta, b.meta) && isDeepStrictEqual(a.data, b.data))

/** The changes that lead from one state to another, in order. */
export const delta = (from: State, to: State): Change[] => atOnce(comparing(from, to))

/** The same, with pauses. */
export function* comparing(from: State, to: State): Steps<Change[]> {
  const changes: Change[] = []
  for (const entry of from.values()) {
    if (!to.has(entry.id)) changes.push(...changeOf(entry, undefined))
    yield
  }
  for (const entry of to.values()) {
    const before = from.get(entry.id)
    if (!before || !same(before, entry)) changes.push(...changeOf(before, entry))
    yield
  }
  return yield* ordering(changes)
}

function* ordering(changes: readonly Change[]): Steps<Change[]> {
  for (const { entry, before } of changes) {
    referencesOf(entry) // what takes long; it is kept with the entry
    if (before) referencesOf(before)
    yield
  }
  return inOrder(changes)
}

/**
 * Deletes with dependents first, creates and updates with dependencies first. Deletes come before the rest,
 * but for what an updated entry still depended on: it goes after that update.
 */
export const inOrder = (changes: readonly Change[]): Change[] => {
  const alive = changes.filter((change) => change.kind !== 'entry.delete')
  const dead = changes.filter((change) => change.kind === 'entry.delete')
  const byEntry = new Map(changes.map((change) => [change.entry.id, change]))
  const after = indexOf(alive.map(({ entry }) => entry))
  const before = indexOf(changes.flatMap((change) => change.before ?? []))
  const first = new Map<Change, Change[]>()
  const put = (change: Change, needed: Change): void => {
    const known = first.get(change)
    if (known) known.push(needed)
    else first.set(change, [needed])
  }
  for (const change of alive) {
    for (const needed of dependenciesOf(change.entry, after)) put(change, byEntry.get(needed.id)!)
  }
  for (const user of changes) {
    if (!user.before) continue
    for (const needed of dependenciesOf(user.before, before)) {
      const change = byEntry.get(needed.id)!
      if (change.kind === 'entry.delete') put(change, user)
    }
  }
  return groups([...dead, ...alive], (change) => first.get(change) ?? []).flat()
}
